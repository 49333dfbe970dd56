//! Failures as programs read them: members, headers, and what a stale token leaves open.

use frontdesk::access::Role;
use frontdesk::{assets, paths};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Engine, Page, TestApp, both_engines};
use crate::tokens::support::{LOGIN, ME, code, refresh, sign_in};

both_engines!(
    every_refusal_has_all_members,
    a_wait_is_told_once,
    limits_are_told_beside_a_refused_sign_in,
    a_stale_token_leaves_open_what_is_for_everyone,
    another_method_is_told_which_there_are,
    the_bare_root_is_no_page,
    another_content_type_is_refused_as_such,
    a_body_is_an_object_and_its_fields_are_named,
    a_cookie_alone_changes_nothing,
);

#[track_caller]
fn members(page: &Page, status: u16, code_: &str) {
    assert_eq!(
        page.assert_status(status).header("content-type"),
        Some("application/problem+json"),
        "{page:?}"
    );
    let body: Value = page.json();
    assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code_)), "{body}");
    for name in ["type", "title", "detail", "instance", "request_id"] {
        assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name} in {body}");
    }
    assert_eq!(body["request_id"].as_str(), page.header("x-request-id"));
    // A token is not told back.
    let path = page.path.split('?').next().unwrap().replace("/nonsense", "/{token}");
    assert_eq!(body["instance"].as_str(), Some(path.as_str()));
}

async fn every_refusal_has_all_members(app: TestApp) {
    let client = app.anonymous();
    let get = async |path: &str| client.send(client.request(Method::GET, path)).await;
    members(&get("/api/v1/nowhere").await, 404, "not_found");
    members(&get("/api/v1/users?limit=2").await, 401, "unauthenticated");
    members(&client.send(client.request(Method::PUT, LOGIN)).await, 405, "method_not_allowed");
    let large = client.request(Method::POST, LOGIN).json(&json!({ "email": "x".repeat(70_000) }));
    members(&client.send(large).await, 413, "too_large");
    let text = client.request(Method::POST, LOGIN).header("content-type", "text/plain").body("{}");
    members(&client.send(text).await, 415, "unsupported_media_type");
    let broken = client.request(Method::POST, LOGIN).header("content-type", "application/json").body("{");
    members(&client.send(broken).await, 400, "bad_json");
}

/// All values of a header.
fn values(page: &Page, name: &str) -> Vec<String> {
    page.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

async fn a_wait_is_told_once(app: TestApp) {
    let client = app.anonymous();
    let look = async || client.send(client.request(Method::GET, "/api/v1/invites/nonsense")).await;
    let first = look().await;
    assert_eq!(values(first.assert_status(200), "ratelimit").len(), 1);
    assert!(first.header("ratelimit").unwrap().contains("r=9"), "{:?}", first.headers);
    for _ in 0..9 {
        look().await.assert_status(200);
    }
    let refused = look().await;
    members(&refused, 429, "too_many_requests");
    assert_eq!(values(&refused, "retry-after"), ["60"]);
    assert!(refused.header("ratelimit").unwrap().contains("r=0;t=60"), "{:?}", refused.headers);
    assert!(refused.header("ratelimit-policy").unwrap().contains("q=10;w=60"), "{:?}", refused.headers);
}

async fn limits_are_told_beside_a_refused_sign_in(engine: Engine) {
    let app = TestApp::start(engine, &[("SIGN_IN_FAILURES_PER_IP", "5")]).await;
    let client = app.anonymous();
    let fail = async |number: u8| {
        let body = json!({ "email": format!("nobody{number}@demo.test"), "password": "wrong" });
        client.send(client.request(Method::POST, LOGIN).json(&body)).await
    };
    for number in 0..5 {
        assert_eq!(code(&fail(number).await, 401), "invalid_credentials");
    }
    let refused = fail(9).await;
    members(&refused, 429, "too_many_requests");
    let wait = values(&refused, "retry-after");
    assert_eq!(wait, ["900"]);
    assert_eq!(refused.header("ratelimit-policy"), Some("\"sign_in\";q=5;w=900"));
    assert_eq!(refused.header("ratelimit"), Some("\"sign_in\";r=0;t=900"));
}

async fn a_stale_token_leaves_open_what_is_for_everyone(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tokens = sign_in(&app, &person).await;
    app.clock.advance(chrono::TimeDelta::minutes(16));
    let client = app.anonymous();
    let with = |method: Method, path: &str| client.request(method, path).bearer_auth(&tokens.access);
    for (path, status) in [
        (paths::HEALTH, 200),
        (paths::JWKS, 200),
        (paths::OPENAPI, 200),
        (paths::API_DOCS, 200),
        ("/api/v1/invites/nonsense", 200),
        ("/api/v1/nowhere", 404),
    ] {
        client.send(with(Method::GET, path)).await.assert_status(status);
    }
    let guarded = client.send(with(Method::GET, ME)).await;
    assert_eq!(code(&guarded, 401), "token_expired");
    assert_eq!(guarded.header("www-authenticate"), Some("Bearer"));
    for path in ["/api/v1/users", "/api/v1/api-keys"] {
        assert_eq!(code(&client.send(with(Method::GET, path)).await, 401), "token_expired");
    }
    let body = json!({ "refresh_token": tokens.refresh });
    client.send(with(Method::POST, "/api/v1/auth/refresh").json(&body)).await.assert_status(200);
    let body = json!({ "email": person.email, "password": person.password });
    client.send(with(Method::POST, LOGIN).json(&body)).await.assert_status(200);
    let nonsense = client.request(Method::POST, LOGIN).bearer_auth("fd_nonsense").json(&body);
    client.send(nonsense).await.assert_status(200);
    // A cookie does not step in for the token.
    let browser = app.browser_of(&person).await;
    browser.send(browser.request(Method::GET, ME)).await.assert_status(200);
    let both = browser.request(Method::GET, ME).bearer_auth(&tokens.access);
    assert_eq!(code(&browser.send(both).await, 401), "token_expired");
    refresh(&client, "nonsense").await.assert_status(401);
}

async fn another_method_is_told_which_there_are(app: TestApp) {
    let client = app.anonymous();
    for (method, path, allow) in [
        (Method::PUT, LOGIN, "POST"),
        (Method::DELETE, "/api/v1/users", "GET, HEAD"),
        (Method::PUT, "/v1/invites", "POST, GET, HEAD"),
        // A method that changes something would be refused for its missing token before.
        (Method::OPTIONS, paths::AUDIT, "GET, HEAD"),
        (Method::OPTIONS, assets::url("app.css"), "GET, HEAD"),
    ] {
        let request = client.request(method, path).header("origin", app.url.origin().ascii_serialization());
        let page = client.send(request.bearer_auth("x")).await;
        if paths::is_api(path) {
            members(&page, 405, "method_not_allowed");
        }
        assert_eq!(page.assert_status(405).headers.get("allow").unwrap(), allow, "{path}");
        assert_eq!(values(&page, "allow").len(), 1, "{path}");
    }
}

async fn the_bare_root_is_no_page(app: TestApp) {
    let client = app.anonymous();
    for path in ["/v1", "/api/v1", "/api", "/v1/", "/api/v1/"] {
        members(&client.send(client.request(Method::GET, path)).await, 404, "not_found");
    }
}

async fn another_content_type_is_refused_as_such(app: TestApp) {
    let client = app.anonymous();
    for (path, kind) in [
        (LOGIN, "application/x-www-form-urlencoded"),
        (LOGIN, "multipart/form-data; boundary=x"),
        ("/api/v1/auth/register", "application/json"),
        ("/api/v1/auth/register", "multipart/mixed; boundary=x"),
    ] {
        let request = client.request(Method::POST, path).header("content-type", kind).body("{}");
        members(&client.send(request).await, 415, "unsupported_media_type");
    }
    let own = client
        .request(Method::POST, LOGIN)
        .header("content-type", "application/vnd.example+json; charset=utf-8");
    assert_eq!(code(&client.send(own.body("{}")).await, 400), "bad_json");
    let boundary =
        client.request(Method::POST, "/api/v1/auth/register").header("content-type", "multipart/form-data");
    client.send(boundary.body("{}")).await.assert_status(400);
    // A page's form too.
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let form = browser.prepare("#login-form", &[("email", "x@demo.test"), ("password", "x")], &[]);
    let csrf = browser.csrf();
    browser.send(form).await.assert_status(422);
    let json_ = browser.request(Method::POST, paths::LOGIN).header("x-csrf-token", csrf).json(&json!({}));
    browser.send(json_).await.assert_status(415);
}

async fn a_body_is_an_object_and_its_fields_are_named(app: TestApp) {
    let admin = app.add_person(Role::Admin, &app.organization().await).await;
    let token = sign_in(&app, &admin).await.access;
    let client = app.anonymous();
    let post = async |path: &str, body: Value| {
        client.send(client.request(Method::POST, path).bearer_auth(&token).json(&body)).await
    };
    let revoke = "/api/v1/sessions/revoke";
    for (path, body, field) in [
        (LOGIN, json!(["ada@demo.test", "secret"]), None),
        (LOGIN, json!({ "email": 1, "password": "x" }), Some("email")),
        (LOGIN, json!({ "email": "ada@demo.test" }), Some("password")),
        (LOGIN, json!({ "email": "a@b.test", "password": "x", "admin": true }), Some("admin")),
        ("/api/v1/api-keys", json!({ "name": "a", "scopes": "users:read" }), Some("scopes")),
        ("/api/v1/api-keys", json!({ "name": "a", "scopes": [1] }), Some("scopes[0]")),
        (revoke, json!({ "filter": [], "reason": "x" }), Some("filter")),
        (revoke, json!({ "filter": { "kind": "tv" }, "reason": "x" }), Some("filter.kind")),
    ] {
        let page = post(path, body.clone()).await;
        assert_eq!(code(&page, 400), "bad_json", "{body}");
        let problem: Value = page.json();
        assert_eq!(problem["errors"][0]["field"].as_str(), field, "{body}: {problem}");
        for rust in ["struct", "expected", "serde", "u16", "`"] {
            assert!(!page.body().contains(rust), "{rust} in {problem}");
        }
    }
    for path in ["users", "verifications", "invites", "api-keys"] {
        for (query, field) in [("colour=red", "colour"), ("limit=0", "limit"), ("limit=many", "limit")] {
            let request = client.request(Method::GET, &format!("/api/v1/{path}?{query}")).bearer_auth(&token);
            let page = client.send(request).await;
            assert_eq!(code(&page, 400), "bad_query", "{path} {query}");
            assert_eq!(page.json::<Value>()["errors"][0]["field"], field, "{path} {query}");
        }
    }
}

async fn a_cookie_alone_changes_nothing(app: TestApp) {
    let admin = app.admin().await;
    let body = json!({ "name": "Import", "scopes": ["users:read"] });
    let make = |browser: &Browser| browser.request(Method::POST, "/api/v1/api-keys").json(&body);
    assert_eq!(code(&admin.send(make(&admin)).await, 403), "csrf");
    let wrong = make(&admin).header("x-csrf-token", "0".repeat(64));
    assert_eq!(code(&admin.send(wrong).await, 403), "csrf");
    assert_eq!(app.count("api_keys").await, 0);
    let mut admin = admin;
    admin.get(paths::NEW_API_KEY).await;
    let right = make(&admin).header("x-csrf-token", admin.csrf());
    admin.send(right).await.assert_status(201);
}
