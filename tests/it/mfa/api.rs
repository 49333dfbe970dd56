//! `/auth/login` with a second factor, `/auth/mfa`, `/auth/confirm` and `me.mfa`.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::schema::sessions;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::with_app;
use crate::harness::{Page, Person, TestApp, both_engines};

both_engines!(
    a_program_is_asked_for_the_second_factor_and_gets_the_four_fields_for_it,
    five_wrong_codes_end_the_token,
    a_token_is_good_for_ten_minutes_and_for_programs_only,
    staff_without_a_second_factor_get_tokens_that_open_no_console,
    a_bearer_session_is_made_fresh_by_a_code_and_by_no_password,
    a_bearer_session_is_made_fresh_by_the_password_where_there_is_no_factor,
);

async fn post(app: &TestApp, path: &str, body: &Value) -> Page {
    let client = app.anonymous();
    client.send(client.request(Method::POST, path).json(body)).await
}

async fn with_token(app: &TestApp, method: Method, path: &str, token: &str, body: &Value) -> Page {
    let client = app.anonymous();
    client.send(client.request(method, path).bearer_auth(token).json(body)).await
}

async fn login(app: &TestApp, person: &Person) -> Page {
    let body = json!({ "email": person.email, "password": person.password });
    post(app, "/api/v1/auth/login", &body).await
}

fn code_of(page: &Page) -> String {
    page.json::<Value>()["code"].as_str().unwrap_or_default().to_owned()
}

async fn answer(app: &TestApp, token: &Value, method: &str, code: &str) -> Page {
    post(app, "/api/v1/auth/mfa", &json!({ "mfa_token": token, "method": method, "code": code })).await
}

async fn a_program_is_asked_for_the_second_factor_and_gets_the_four_fields_for_it(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, codes) = with_app(&app, &person).await;
    let asked: Value = login(&app, &person).await.assert_status(202).json();
    assert_eq!(asked["methods"], json!(["totp", "recovery_code"]));
    assert!(asked.get("access_token").is_none());
    let token = &asked["mfa_token"];
    let wrong = answer(&app, token, "totp", "aaaaaa").await;
    assert_eq!(code_of(wrong.assert_status(401)), "invalid_code");
    let tokens: Value = answer(&app, token, "totp", &phone.code(&app, 0)).await.assert_status(200).json();
    let names: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "token_type"]);
    let access = tokens["access_token"].as_str().unwrap();
    let me: Value = with_token(&app, Method::GET, "/api/v1/auth/me", access, &json!({})).await.json();
    assert_eq!(me["mfa"], true);
    let again = answer(&app, token, "recovery_code", &codes[0]).await;
    assert_eq!(code_of(again.assert_status(401)), "mfa_token_invalid");
    let asked: Value = login(&app, &person).await.json();
    answer(&app, &asked["mfa_token"], "recovery_code", &codes[0]).await.assert_status(200);
}

async fn five_wrong_codes_end_the_token(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let asked: Value = login(&app, &person).await.json();
    for _ in 0..5 {
        let page = answer(&app, &asked["mfa_token"], "totp", "").await;
        assert_eq!(code_of(page.assert_status(401)), "invalid_code");
    }
    let page = answer(&app, &asked["mfa_token"], "totp", &phone.code(&app, 0)).await;
    assert_eq!(code_of(page.assert_status(401)), "mfa_token_invalid");
}

async fn a_token_is_good_for_ten_minutes_and_for_programs_only(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let asked: Value = login(&app, &person).await.json();
    let token = asked["mfa_token"].as_str().unwrap();
    let browser = app.anonymous();
    let with_cookie =
        browser.request(Method::GET, "/login/code").header("cookie", format!("frontdesk-code={token}"));
    assert!(!browser.send(with_cookie).await.has("#code-form"));
    app.clock.advance(TimeDelta::minutes(10));
    let page = answer(&app, &asked["mfa_token"], "totp", &phone.code(&app, 0)).await;
    assert_eq!(code_of(page.assert_status(401)), "mfa_token_invalid");
    let unknown = json!({ "mfa_token": token, "method": "carrier_pigeon", "code": "1" });
    post(&app, "/api/v1/auth/mfa", &unknown).await.assert_status(400);
}

async fn staff_without_a_second_factor_get_tokens_that_open_no_console(app: TestApp) {
    app.require_staff_mfa().await;
    let reviewer = app.add_person(Role::Reviewer, &app.organization().await).await;
    let tokens: Value = login(&app, &reviewer).await.assert_status(200).json();
    let access = tokens["access_token"].as_str().unwrap();
    let page = with_token(&app, Method::GET, "/api/v1/verifications", access, &json!({})).await;
    assert_eq!(code_of(page.assert_status(403)), "second_factor_required");
    let me: Value = with_token(&app, Method::GET, "/api/v1/auth/me", access, &json!({})).await.json();
    assert_eq!(me["mfa"], false);
}

async fn factor_at(app: &TestApp) -> Option<frontdesk::clock::Timestamp> {
    let api = sessions::table.filter(sessions::kind.eq("api"));
    app.read(move |c| api.select(sessions::factor_at).first(c)).await
}

async fn a_bearer_session_is_made_fresh_by_a_code_and_by_no_password(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let asked: Value = login(&app, &person).await.json();
    let tokens: Value = answer(&app, &asked["mfa_token"], "totp", &phone.code(&app, 0)).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    app.clock.advance(TimeDelta::minutes(12));
    let confirm =
        async |body: Value| with_token(&app, Method::POST, "/api/v1/auth/confirm", access, &body).await;
    let password = json!({ "method": "password", "password": person.password });
    confirm(password).await.assert_status(422);
    confirm(json!({ "method": "totp" })).await.assert_status(422);
    let wrong = confirm(json!({ "method": "totp", "code": "abcdef" })).await;
    assert_eq!(code_of(wrong.assert_status(401)), "invalid_code");
    assert_ne!(factor_at(&app).await, Some(app.clock.now()));
    let right = confirm(json!({ "method": "totp", "code": phone.code(&app, 0) })).await;
    assert_eq!(
        right.assert_status(200).json::<Value>()["fresh_until"],
        json!(app.clock.now().plus(TimeDelta::minutes(10)))
    );
    assert_eq!(factor_at(&app).await, Some(app.clock.now()));
    for _ in 0..2 {
        confirm(json!({ "method": "totp", "code": "abcdef" })).await.assert_status(401);
    }
    confirm(json!({ "method": "totp", "code": "abcdef" })).await.assert_status(429);
}

async fn a_bearer_session_is_made_fresh_by_the_password_where_there_is_no_factor(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tokens: Value = login(&app, &person).await.assert_status(200).json();
    let access = tokens["access_token"].as_str().unwrap();
    app.clock.advance(TimeDelta::minutes(12));
    let path = "/api/v1/auth/confirm";
    let wrong = json!({ "method": "password", "password": "wrong" });
    with_token(&app, Method::POST, path, access, &wrong).await.assert_status(401);
    let right = json!({ "method": "password", "password": person.password });
    with_token(&app, Method::POST, path, access, &right).await.assert_status(200);
    assert_eq!(factor_at(&app).await, Some(app.clock.now()));
    with_token(&app, Method::GET, "/api/v1/auth/me", access, &json!({})).await.assert_status(200);
}
