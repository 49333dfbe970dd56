//! A zero byte, or a time that no database keeps, comes from outside and gets no further than the edge.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use crate::harness::{TestApp, both_engines};
use crate::tokens::support::{LOGIN, call, code, sign_in};
use crate::verifications::support::applicant;

both_engines!(
    a_search_with_a_zero_byte_finds_what_it_finds_without,
    a_body_with_a_zero_byte_is_refused_by_its_field,
    a_form_with_a_zero_byte_is_read_without,
    a_cursor_that_was_made_up_is_refused,
);

async fn a_search_with_a_zero_byte_finds_what_it_finds_without(app: TestApp) {
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    let client = app.anonymous();
    for path in ["users?q=oper%00ator", "verifications?q=%00", "invites?q=%00", "invites?q=%%0000"] {
        call(&client, Method::GET, &format!("/api/v1/{path}"), &token).await.assert_status(200);
    }
    let found: Value = call(&client, Method::GET, "/api/v1/users?q=oper%00ator", &token).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    for path in ["invites?state=%00open%00", "users?status=active%00"] {
        call(&client, Method::GET, &format!("/api/v1/{path}"), &token).await.assert_status(200);
    }
    let mut console = app.browser_of(&operator).await;
    for page in [
        paths::USERS,
        paths::VERIFICATIONS,
        paths::INVITES,
        paths::SESSIONS,
        paths::AUDIT,
        paths::EMAILS,
        paths::REVOCATIONS,
        paths::API_KEYS,
    ] {
        for name in ["q", "after", "before", "actor", "target", "action", "from", "status", "state"] {
            let answer = console.get(&format!("{page}?{name}=a%00b")).await;
            assert!(!answer.status.is_server_error(), "{name}: {answer:?}");
        }
    }
}

async fn a_body_with_a_zero_byte_is_refused_by_its_field(app: TestApp) {
    let case = applicant(&app, "Ada Lovelace").await;
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    let client = app.anonymous();
    let nobody = "0190a1b2-0000-7000-8000-000000000000";
    for (path, body, field) in [
        (case.api("/decision"), json!({ "decision": "reject", "message": "a\0b", "version": 1 }), "message"),
        (LOGIN.to_owned(), json!({ "email": "a\0b@demo.test", "password": "x" }), "email"),
        (LOGIN.to_owned(), json!({ "email": "a@demo.test", "password": "\0" }), "password"),
        ("/api/v1/api-keys".to_owned(), json!({ "name": "\0", "scopes": ["users:read"] }), "name"),
        ("/api/v1/api-keys".to_owned(), json!({ "name": "a", "scopes": ["a", "\0"] }), "scopes[1]"),
        (format!("/api/v1/users/{}/suspend", case.id), json!({ "reason": "a\0" }), "reason"),
        (format!("/api/v1/users/{nobody}/unlock"), json!({ "\0": "a" }), ""),
        (
            "/api/v1/invites".to_owned(),
            json!({ "email": "a@b.test", "role": "member", "name": "\0" }),
            "name",
        ),
        ("/api/v1/password-reset/request".to_owned(), json!({ "email": "\0" }), "email"),
    ] {
        let request = client.request(Method::POST, &path).bearer_auth(&token).json(&body);
        let page = client.send(request).await;
        assert_eq!(code(&page, 400), "bad_json", "{path} {body}");
        let problem: Value = page.json();
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{path} {problem}");
    }
}

async fn a_form_with_a_zero_byte_is_read_without(app: TestApp) {
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let fields = [("email", "a\0b@demo.test"), ("password", "wr\0ong")];
    browser.submit("#login-form", &fields).await.assert_status(422);
    let mut form = multipart::Form::new();
    for (name, value) in [
        ("email", "ada\0@demo.test"),
        ("name", "Ada\0 Lovelace"),
        ("phone", "\0"),
        ("document_kind", "passport\0"),
        ("document_number", "X\u{0}1"),
    ] {
        form = form.text(name, value);
    }
    let file = multipart::Part::bytes(crate::documents::samples::png()).file_name("a.png");
    let form = form.part("documents", file.mime_str("image/png").unwrap());
    let client = app.anonymous();
    let page = client.send(client.request(Method::POST, "/api/v1/auth/register").multipart(form)).await;
    assert!(matches!(page.status.as_u16(), 202 | 422), "{page:?}");
    // As a header is sent: bytes that are no text in it, too.
    let odd = client.request(Method::POST, LOGIN).header("user-agent", b"a\xff\xfe\tb".as_slice());
    let body = json!({ "email": "a@demo.test", "password": "x" });
    client.send(odd.json(&body)).await.assert_status(401);
}

async fn a_cursor_that_was_made_up_is_refused(app: TestApp) {
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    let client = app.anonymous();
    let id = "0190a1b2-0000-7000-8000-000000000000";
    for micros in ["-8000000000000000000", "-62135596800000000", "253402300800000000", "8000000000000000000"]
    {
        let cursor = URL_SAFE_NO_PAD.encode(format!("{micros}.{id}"));
        for path in ["users", "verifications", "invites", "api-keys", "sessions/revoked"] {
            let page = call(&client, Method::GET, &format!("/api/v1/{path}?cursor={cursor}"), &token).await;
            assert_eq!(code(&page, 400), "bad_cursor", "{path} {micros}");
        }
    }
    for since in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"] {
        let path = format!("/api/v1/sessions/revoked?since={since}");
        let page = call(&client, Method::GET, &path, &token).await;
        assert!(page.status.is_success() || page.status == 400, "{page:?}");
    }
    for q in ["seen:<0000-01-01", "seen:>9999-12-31", "seen:<+12345-01-01", "before:-4800-01-01"] {
        for list in ["users", "verifications"] {
            let request = client.request(Method::GET, &format!("/api/v1/{list}")).query(&[("q", q)]);
            let page = client.send(request.bearer_auth(&token)).await;
            assert!(!page.status.is_server_error(), "{list} {q}: {page:?}");
        }
    }
}
