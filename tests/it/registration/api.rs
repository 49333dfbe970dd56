//! `POST /auth/register` and `POST /email-verification/verify`.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::support::{EMAIL, FIELDS, assert_nothing_kept, registered};
use crate::documents::samples;
use crate::harness::{Engine, Page, TestApp, both_engines};

both_engines!(
    a_program_registers_an_applicant,
    a_program_is_told_every_refused_field,
    a_known_address_is_answered_the_same,
    a_registration_that_is_sent_twice_with_one_key_is_one,
    a_session_cookie_alone_does_not_register,
    registrations_from_one_place_are_limited,
    a_token_verifies_once_and_then_says_already,
);

fn form(file_field: &'static str) -> Form {
    let fields = FIELDS.iter().fold(Form::new(), |form, (name, value)| form.text(*name, *value));
    fields.part(file_field, Part::bytes(samples::png()).file_name("passport.png"))
}

async fn send(app: &TestApp, path: &str, form: Form) -> Page {
    let browser = app.anonymous();
    browser.send(browser.request(Method::POST, path).multipart(form)).await
}

async fn a_program_registers_an_applicant(app: TestApp) {
    let answer = send(&app, "/api/v1/auth/register", form("documents")).await;
    answer.assert_status(202);
    let body: Value = answer.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
    let form = form("documents[]").text("password", "Engine-1843!");
    send(&app, "/v1/auth/register", form).await.assert_status(202);
    assert_eq!((app.count("users").await, app.count("documents").await), (1, 1));
}

async fn a_program_is_told_every_refused_field(app: TestApp) {
    let sent =
        Form::new().text("email", "ada").text("document_country", "Atlantis").text("password", "short");
    let answer = send(&app, "/api/v1/auth/register", sent).await;
    answer.assert_status(422);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let body: Value = answer.json();
    let fields: Vec<&str> =
        body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["email", "name", "password", "document_kind", "document_country", "documents"]);
    assert_nothing_kept(&app).await;
}

async fn a_known_address_is_answered_the_same(app: TestApp) {
    let first = send(&app, "/api/v1/auth/register", form("documents")).await;
    let again = send(&app, "/api/v1/auth/register", form("documents")).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(app.count("users").await, 1);
}

async fn a_registration_that_is_sent_twice_with_one_key_is_one(app: TestApp) {
    let browser = app.anonymous();
    let ask = async |form: Form| {
        let request = browser.request(Method::POST, "/api/v1/auth/register").multipart(form);
        browser.send(request.header("idempotency-key", "one")).await
    };
    ask(form("documents")).await.assert_status(202);
    let again = ask(form("documents")).await;
    assert_eq!(again.assert_status(202).header("idempotency-replayed"), Some("true"));
    assert_eq!(app.mail_to(EMAIL).await.len(), 1, "nothing was sent a second time");
    let other = ask(form("documents").text("password", "Engine-1843!")).await;
    assert_eq!(other.assert_status(409).json::<Value>()["code"], "idempotency_key_reused");
}

async fn a_session_cookie_alone_does_not_register(app: TestApp) {
    let admin = app.admin().await;
    let request = admin.request(Method::POST, "/api/v1/auth/register").multipart(form("documents"));
    admin.send(request).await.assert_status(403);
    assert_eq!(app.count("documents").await, 0);
    let request = admin.request(Method::POST, "/api/v1/auth/register").header("x-csrf-token", admin.csrf());
    admin.send(request.multipart(form("documents"))).await.assert_status(202);
}

async fn a_token_verifies_once_and_then_says_already(app: TestApp) {
    let path = registered(&app, EMAIL).await;
    let token = path.rsplit('/').next().unwrap();
    let browser = app.anonymous();
    let verify = |token: &str| {
        let body = json!({ "token": token });
        browser.send(browser.request(Method::POST, "/api/v1/email-verification/verify").json(&body))
    };
    for already in [false, true] {
        let answer = verify(token).await;
        answer.assert_status(200);
        assert_eq!(answer.json::<Value>()["already_verified"], already);
    }
    let answer = verify("0000").await;
    answer.assert_status(400);
    assert_eq!(answer.json::<Value>()["code"], "token_unknown");
}

async fn registrations_from_one_place_are_limited(engine: Engine) {
    let app = TestApp::start(engine, &[("REGISTRATIONS_PER_IP", "2"), ("ANSWER_FLOOR", "1ms")]).await;
    for _ in 0..2 {
        send(&app, "/api/v1/auth/register", form("documents")).await.assert_status(202);
    }
    let page = send(&app, "/api/v1/auth/register", form("documents")).await;
    assert!(page.assert_status(429).header("retry-after").is_some());
    app.clock.advance(TimeDelta::hours(1));
    send(&app, "/api/v1/auth/register", form("documents")).await.assert_status(202);
}
