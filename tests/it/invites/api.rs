//! `/invites` of the API.

use chrono::TimeDelta;
use frontdesk::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{EMAIL, NAME, PASSWORD, newest_link, user};
use crate::harness::{Browser, Page, TestApp, both_engines};

both_engines!(
    an_invite_is_made_looked_at_and_accepted,
    refusals_have_their_codes,
    the_list_has_filters_and_cursors,
    a_revoked_an_expired_and_an_unknown_token_have_their_reasons,
    staff_are_invited_with_a_fresh_factor_only,
    accepting_tells_what_is_wrong_and_then_works_once,
    looking_and_accepting_have_their_limits,
);

/// A program that signed in for somebody.
struct Program {
    client: Browser,
    token: String,
}

impl Program {
    async fn of(app: &TestApp, role: Role) -> Self {
        let person = app.add_person(role, &app.organization().await).await;
        let client = app.anonymous();
        let body = json!({ "email": person.email, "password": person.password });
        let tokens: Value =
            client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await.json();
        Self { client, token: tokens["access_token"].as_str().unwrap().to_owned() }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Page {
        let request = self.client.request(method, &format!("/api/v1{path}")).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.client.send(request).await
    }

    async fn invite(&self, email: &str, role: &str) -> Page {
        self.call(Method::POST, "/invites", Some(&json!({ "email": email, "role": role }))).await
    }
}

async fn get(app: &TestApp, path: &str) -> Page {
    let client = app.anonymous();
    client.send(client.request(Method::GET, &format!("/api/v1{path}"))).await
}

async fn post(app: &TestApp, path: &str, body: &Value) -> Page {
    let client = app.anonymous();
    client.send(client.request(Method::POST, &format!("/api/v1{path}")).json(body)).await
}

async fn token(app: &TestApp, email: &str) -> String {
    newest_link(app, email).await.trim_start_matches("/invite/").to_owned()
}

fn code(page: &Page) -> (u16, String) {
    let problem: Value = page.json();
    (page.status.as_u16(), problem["code"].as_str().unwrap_or_default().to_owned())
}

async fn an_invite_is_made_looked_at_and_accepted(app: TestApp) {
    let program = Program::of(&app, Role::Admin).await;
    let body = json!({ "email": EMAIL, "role": "analyst", "name": NAME });
    let made: Value = program.call(Method::POST, "/invites", Some(&body)).await.assert_status(201).json();
    assert_eq!(
        (&made["email"], &made["role"], &made["state"]),
        (&json!(EMAIL), &json!("analyst"), &json!("open"))
    );
    assert_eq!((&made["name"], &made["sends"]), (&json!(NAME), &json!(1)));
    assert_eq!(made["expires_at"], "2026-03-09T09:00:00.000000Z");
    let token = token(&app, EMAIL).await;
    let validity: Value = get(&app, &format!("/invites/{token}")).await.assert_status(200).json();
    let expected = json!({
        "valid": true, "email": EMAIL, "role": "analyst", "organization": "Analytical Society",
        "expires_at": "2026-03-09T09:00:00.000000Z",
    });
    assert_eq!(validity, expected);
    let answer = json!({ "name": NAME, "password": PASSWORD });
    let account: Value =
        post(&app, &format!("/invites/{token}/accept"), &answer).await.assert_status(201).json();
    assert_eq!((&account["email"], &account["role"]), (&json!(EMAIL), &json!("analyst")));
    assert_eq!((&account["status"], &account["email_verified"]), (&json!("active"), &json!(true)));
    let login = json!({ "email": EMAIL, "password": PASSWORD });
    post(&app, "/auth/login", &login).await.assert_status(200);
    let listed: Value = program.call(Method::GET, "/invites?state=accepted", None).await.json();
    assert_eq!(listed["items"][0]["user"], account["id"]);
}

async fn refusals_have_their_codes(app: TestApp) {
    let program = Program::of(&app, Role::Admin).await;
    let there = app.add_person(Role::Member, &app.organization().await).await;
    let told = |code: &str, status: u16| (status, code.to_owned());
    assert_eq!(code(&program.invite(&there.email, "member").await), told("has_account", 409));
    assert_eq!(code(&program.invite(EMAIL, "operator").await), told("role_not_allowed", 403));
    let bad = program.invite("ada", "captain").await;
    assert_eq!(code(&bad), told("invalid", 422));
    let problem: Value = bad.json();
    let fields: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["email", "role"]);
    let unknown = json!({ "email": EMAIL, "role": "member", "admin": true });
    let page = program.call(Method::POST, "/invites", Some(&unknown)).await;
    assert_eq!(code(&page), told("bad_json", 400));
    let reviewer = Program::of(&app, Role::Reviewer).await;
    assert_eq!(code(&reviewer.invite(EMAIL, "member").await), told("not_permitted", 403));
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for id in [id, "nonsense"] {
        let page = program.call(Method::DELETE, &format!("/invites/{id}"), None).await;
        assert_eq!(code(&page), told("not_found", 404));
    }
    assert_eq!(app.count("invites").await, 0);
}

async fn the_list_has_filters_and_cursors(app: TestApp) {
    let program = Program::of(&app, Role::Operator).await;
    for number in 1..=5 {
        app.clock.advance(TimeDelta::seconds(1));
        program.invite(&format!("person{number}@demo.test"), "member").await.assert_status(201);
    }
    let first = program.call(Method::GET, "/invites?limit=2&q=PERSON", None).await;
    assert!(first.header("link").unwrap().contains("rel=\"next\""), "{first:?}");
    let mut page: Value = first.json();
    let mut seen = Vec::new();
    loop {
        for item in page["items"].as_array().unwrap() {
            seen.push(item["email"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        let path = format!("/invites?limit=2&q=PERSON&cursor={cursor}");
        page = program.call(Method::GET, &path, None).await.assert_status(200).json();
    }
    let expected: Vec<String> = (1..=5).rev().map(|number| format!("person{number}@demo.test")).collect();
    assert_eq!(seen, expected);
    for query in ["state=lost", "cursor=x", "limit=0", "limit=201"] {
        program.call(Method::GET, &format!("/invites?{query}"), None).await.assert_status(400);
    }
    let none: Value = program.call(Method::GET, "/invites?state=revoked", None).await.json();
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
}

async fn a_revoked_an_expired_and_an_unknown_token_have_their_reasons(app: TestApp) {
    let program = Program::of(&app, Role::Admin).await;
    let made: Value = program.invite(EMAIL, "member").await.json();
    let revoked = token(&app, EMAIL).await;
    let path = format!("/invites/{}", made["id"].as_str().unwrap());
    program.call(Method::DELETE, &path, None).await.assert_status(204);
    let page = program.call(Method::DELETE, &path, None).await;
    assert_eq!(code(&page), (409, "not_open".to_owned()));
    program.invite("grace@demo.test", "member").await.assert_status(201);
    let late = token(&app, "grace@demo.test").await;
    app.clock.advance(TimeDelta::days(7));
    for (token, reason) in [(revoked.as_str(), "revoked"), (&late, "expired"), ("nonsense", "unknown")] {
        let validity: Value = get(&app, &format!("/invites/{token}")).await.assert_status(200).json();
        assert_eq!(validity, json!({ "valid": false, "reason": reason }));
        let answer = json!({ "name": NAME, "password": PASSWORD });
        let page = post(&app, &format!("/invites/{token}/accept"), &answer).await;
        assert_eq!(code(&page), (400, format!("token_{reason}")));
    }
}

async fn staff_are_invited_with_a_fresh_factor_only(app: TestApp) {
    let program = Program::of(&app, Role::Admin).await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = program.invite(EMAIL, "support").await;
    assert_eq!(code(&page), (403, "fresh_factor_required".to_owned()));
    program.invite(EMAIL, "member").await.assert_status(201);
}

async fn accepting_tells_what_is_wrong_and_then_works_once(app: TestApp) {
    Program::of(&app, Role::Admin).await.invite(EMAIL, "member").await.assert_status(201);
    let path = format!("/invites/{}/accept", token(&app, EMAIL).await);
    let bad = post(&app, &path, &json!({ "name": "", "password": "weak" })).await;
    let problem: Value = bad.assert_status(422).json();
    let fields: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["name", "password"]);
    let unknown = json!({ "name": NAME, "password": PASSWORD, "role": "admin" });
    post(&app, &path, &unknown).await.assert_status(400);
    let answer = json!({ "name": NAME, "password": PASSWORD });
    post(&app, &path, &answer).await.assert_status(201);
    assert_eq!(code(&post(&app, &path, &answer).await), (400, "token_used".to_owned()));
    assert_eq!(user(&app, EMAIL).await.unwrap().role, Role::Member);
}

async fn looking_and_accepting_have_their_limits(app: TestApp) {
    for _ in 0..10 {
        get(&app, "/invites/nonsense").await.assert_status(200);
    }
    let page = get(&app, "/invites/nonsense").await;
    assert_eq!(page.assert_status(429).header("retry-after"), Some("60"));
    let answer = json!({ "name": NAME, "password": PASSWORD });
    for _ in 0..5 {
        post(&app, "/invites/nonsense/accept", &answer).await.assert_status(400);
    }
    let page = post(&app, "/invites/nonsense/accept", &answer).await;
    assert_eq!(page.assert_status(429).header("retry-after"), Some("300"));
}
