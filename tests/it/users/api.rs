//! The API of users.

use chrono::TimeDelta;
use frontdesk::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{REASON, actions, set, somebody, user};
use crate::harness::{Browser, Page, Person, TestApp, both_engines};

both_engines!(
    a_user_is_told_in_the_shape_others_rely_on,
    lists_are_filtered_and_paged,
    what_is_asked_for_is_done_and_told,
    refusals_are_told_in_words_for_programs,
    a_role_is_given_by_a_program_only_shortly_after_its_sign_in,
);

/// A program that acts for a person.
struct Program {
    client: Browser,
    token: String,
}

impl Program {
    async fn of(app: &TestApp, person: &Person) -> Self {
        let client = app.anonymous();
        let body = json!({ "email": person.email, "password": person.password });
        let request = client.request(Method::POST, "/api/v1/auth/login").json(&body);
        let tokens: Value = client.send(request).await.assert_status(200).json();
        Self { client, token: tokens["access_token"].as_str().unwrap().to_owned() }
    }

    async fn admin(app: &TestApp) -> Self {
        let person = somebody(app, Role::Admin).await;
        Self::of(app, &person).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Page {
        let request = self.client.request(method, path).bearer_auth(&self.token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        self.client.send(request).await
    }

    async fn get(&self, path: &str) -> Page {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, person: &Person, verb: &str, body: Value) -> Page {
        self.call(Method::POST, &format!("/api/v1/users/{}/{verb}", person.id), Some(body)).await
    }

    async fn patch(&self, person: &Person, body: Value) -> Page {
        self.call(Method::PATCH, &format!("/api/v1/users/{}", person.id), Some(body)).await
    }
}

async fn a_user_is_told_in_the_shape_others_rely_on(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let program = Program::admin(&app).await;
    for root in ["/api/v1", "/v1"] {
        let told: Value = program.get(&format!("{root}/users/{}", bob.id)).await.assert_status(200).json();
        let expected = json!({
            "id": bob.id, "email": bob.email, "name": bob.name, "role": "member", "status": "active",
            "email_verified": true, "document_verified": false, "mfa": false,
            "created_at": "2026-03-02T09:00:00.000000Z", "last_login_at": null, "locked_until": null,
        });
        assert_eq!(told, expected);
    }
}

async fn lists_are_filtered_and_paged(app: TestApp) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(somebody(&app, Role::Member).await.id.to_string());
    }
    set(
        &app,
        &frontdesk::access::UserId::parse(&ids[0]).unwrap(),
        "status = 'suspended', mfa_since = created_at",
    )
    .await;
    let program = Program::admin(&app).await;
    let mut seen: Vec<String> = Vec::new();
    let mut path = "/api/v1/users?role=member&limit=2".to_owned();
    loop {
        let page = program.get(&path).await;
        let told: Value = page.assert_status(200).json();
        seen.extend(
            told["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = told["next_cursor"].as_str() else { break };
        path = format!("/api/v1/users?role=member&limit=2&cursor={cursor}");
        assert!(page.header("link").unwrap().contains(cursor));
    }
    seen.reverse();
    assert_eq!(seen, ids, "newest first, each once");
    for query in ["status=suspended", "q=mfa:yes", "q=status:suspended&role=member"] {
        let told: Value = program.get(&format!("/api/v1/users?{query}")).await.assert_status(200).json();
        assert_eq!(told["items"].as_array().unwrap().len(), 1, "{query}");
        assert_eq!(told["items"][0]["id"], json!(ids[0]), "{query}");
    }
    for (query, field) in [("status=gone", "status"), ("role=king", "role"), ("q=colour:red", "q")] {
        let problem: Value = program.get(&format!("/api/v1/users?{query}")).await.assert_status(400).json();
        assert_eq!((&problem["code"], &problem["errors"][0]["field"]), (&json!("bad_query"), &json!(field)));
    }
    let problem: Value = program.get("/api/v1/users?cursor=x").await.assert_status(400).json();
    assert_eq!(problem["code"], "bad_cursor");
}

async fn what_is_asked_for_is_done_and_told(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let program = Program::admin(&app).await;
    for _ in 0..2 {
        let told: Value =
            program.post(&bob, "suspend", json!({ "reason": REASON })).await.assert_status(200).json();
        assert_eq!(told["status"], "suspended");
    }
    let told: Value =
        program.post(&bob, "reinstate", json!({ "reason": REASON })).await.assert_status(200).json();
    assert_eq!(told["status"], "active");
    set(&app, &bob.id, "locked_until = '2026-03-02 09:15:00'").await;
    let told: Value = program.post(&bob, "unlock", json!({})).await.assert_status(200).json();
    assert_eq!(told["locked_until"], Value::Null);
    let told: Value =
        program.patch(&bob, json!({ "role": "support", "reason": REASON })).await.assert_status(200).json();
    assert_eq!(told["role"], "support");
    program.post(&bob, "force-password-reset", json!({ "reason": REASON })).await.assert_status(200);
    let done = [
        "user.suspended",
        "user.reinstated",
        "user.unlocked",
        "user.role_changed",
        "user.password_reset_forced",
    ];
    assert_eq!(actions(&app, &bob).await, done);
    assert!(!user(&app, &bob).await.has_password);
    app.only_mail_to(&bob.email).await.link("/reset-password/");
}

async fn refusals_are_told_in_words_for_programs(app: TestApp) {
    let (bob, admin) = (somebody(&app, Role::Member).await, somebody(&app, Role::Admin).await);
    let operator = somebody(&app, Role::Operator).await;
    let program = Program::of(&app, &admin).await;
    let why = || json!({ "reason": REASON });
    let code = |page: Page, status: u16| {
        let problem: Value = page.assert_status(status).json();
        problem["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(program.post(&admin, "suspend", why()).await, 403), "own_account");
    assert_eq!(code(program.post(&operator, "suspend", why()).await, 403), "operators_only");
    let make = json!({ "role": "operator", "reason": REASON });
    assert_eq!(code(program.patch(&bob, make).await, 403), "operators_only");
    assert_eq!(code(program.post(&bob, "suspend", json!({})).await, 422), "invalid");
    assert_eq!(code(program.patch(&bob, json!({ "reason": REASON })).await, 422), "invalid");
    assert_eq!(code(program.post(&bob, "suspend", json!({ "why": "x" })).await, 400), "bad_json");
    assert_eq!(code(program.patch(&bob, json!({ "role": "king" })).await, 400), "bad_json");
    set(&app, &bob.id, "status = 'banned'").await;
    let page = program.post(&bob, "suspend", why()).await;
    let problem: Value = page.assert_status(409).json();
    assert_eq!((&problem["code"], &problem["current"]["status"]), (&json!("not_possible"), &json!("banned")));
    let only = Program::of(&app, &operator).await;
    set(&app, &operator.id, "erase_at = '2026-03-20 00:00:00'").await;
    assert_eq!(code(only.post(&admin, "suspend", why()).await, 409), "last_administrator");
    let support = somebody(&app, Role::Support).await;
    let support = Program::of(&app, &support).await;
    support.get(&format!("/api/v1/users/{}", bob.id)).await.assert_status(200);
    assert_eq!(code(support.post(&bob, "suspend", why()).await, 403), "not_permitted");
    assert!(actions(&app, &bob).await.is_empty());
}

async fn a_role_is_given_by_a_program_only_shortly_after_its_sign_in(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let program = Program::admin(&app).await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = program.patch(&bob, json!({ "role": "support", "reason": REASON })).await;
    let problem: Value = page.assert_status(403).json();
    assert_eq!(problem["code"], "fresh_factor_required");
    program.post(&bob, "suspend", json!({ "reason": REASON })).await.assert_status(200);
}
