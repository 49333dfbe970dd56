//! The code that verifies an address.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::schema::{email_codes, users};
use frontdesk::{accounts, paths};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{EMAIL, audited, registered};
use crate::harness::{Engine, Letter, Page, TestApp, both_engines};

both_engines!(
    the_code_in_the_mail_verifies_the_address,
    entering_it_again_is_a_success,
    a_code_dies_after_five_tries,
    twenty_tries_at_once_are_five,
    a_code_dies_after_ten_minutes_and_when_a_newer_one_is_sent,
    a_wrong_code_and_an_unknown_address_are_answered_the_same,
    one_place_may_try_ten_times_in_five_minutes,
    who_is_signed_in_asks_for_another_mail_and_for_the_state,
    a_body_with_neither_or_both_is_not_read,
);

const VERIFY: &str = "/api/v1/email-verification/verify";

/// The digits in a mail.
fn code_in(letter: &Letter) -> String {
    let lines = letter.text.lines().map(str::trim);
    let code =
        lines.filter(|line| line.len() == 6).find(|line| line.bytes().all(|byte| byte.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code in {}", letter.text)).to_owned()
}

async fn newest_code(app: &TestApp) -> String {
    code_in(&app.mail_to(EMAIL).await.pop().unwrap())
}

/// Six other digits.
fn wrong(code: &str) -> String {
    code.bytes().map(|digit| char::from(b'0' + (digit - b'0' + 1) % 10)).collect()
}

async fn enter(app: &TestApp, email: &str, code: &str) -> Page {
    let client = app.anonymous();
    client.send(client.request(Method::POST, VERIFY).json(&json!({ "email": email, "code": code }))).await
}

async fn is_verified(app: &TestApp) -> bool {
    app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap().email_verified_at.is_some()
}

async fn the_code_in_the_mail_verifies_the_address(app: TestApp) {
    registered(&app, EMAIL).await;
    let code = newest_code(&app).await;
    let mut browser = app.anonymous();
    browser.get(paths::VERIFY_EMAIL_CODE).await.assert_status(200);
    let page = browser.submit("#code-form", &[("email", EMAIL), ("code", &wrong(&code))]).await;
    page.assert_status(422);
    assert_eq!(page.attribute("#email", "value"), EMAIL);
    assert!(!is_verified(&app).await);
    let typed = format!(" {} {}", &code[..3], &code[3..]);
    let page = browser.submit("#code-form", &[("email", "Ada@demo.test"), ("code", &typed)]).await;
    assert_eq!(
        (page.path.as_str(), page.text("h1").as_str()),
        (paths::VERIFY_EMAIL_DONE, "Your email address is verified")
    );
    assert!(is_verified(&app).await);
    let user = app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap();
    let done = audited(&app, &user.id).await;
    assert!(done.contains(&("user.email_verified".to_owned(), "user".to_owned())), "{done:?}");
    let mac: String = app.read(|c| email_codes::table.select(email_codes::mac).first(c)).await;
    assert_ne!(mac, accounts::tokens::fingerprint(&code));
    assert!(app.metrics.text().unwrap().contains("email_verification_sent_total 1"));
}

async fn entering_it_again_is_a_success(app: TestApp) {
    registered(&app, EMAIL).await;
    let code = newest_code(&app).await;
    for already in [false, true] {
        let answer: Value = enter(&app, EMAIL, &code).await.assert_status(200).json();
        assert_eq!(answer["already_verified"], already);
    }
}

async fn a_code_dies_after_five_tries(app: TestApp) {
    registered(&app, EMAIL).await;
    let code = newest_code(&app).await;
    for _ in 0..5 {
        enter(&app, EMAIL, &wrong(&code)).await.assert_status(400);
    }
    let problem: Value = enter(&app, EMAIL, &code).await.assert_status(400).json();
    assert_eq!(problem["code"], "code_invalid");
    assert!(!is_verified(&app).await);
}

async fn twenty_tries_at_once_are_five(engine: Engine) {
    let app = TestApp::start(engine, &[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    registered(&app, EMAIL).await;
    let code = newest_code(&app).await;
    let client = app.anonymous();
    let tries = (0..20).map(|n| {
        let body = json!({ "email": EMAIL, "code": wrong(&code) });
        let request = client.request(Method::POST, VERIFY).json(&body);
        client.send(request.header("x-forwarded-for", format!("192.0.2.{n}")))
    });
    for page in futures_util::future::join_all(tries).await {
        page.assert_status(400);
    }
    let tries: i64 = app.read(|c| email_codes::table.select(email_codes::tries).first(c)).await;
    assert_eq!(tries, 5);
    enter(&app, EMAIL, &code).await.assert_status(400);
}

async fn a_code_dies_after_ten_minutes_and_when_a_newer_one_is_sent(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let first = newest_code(&app).await;
    app.clock.advance(TimeDelta::minutes(10));
    enter(&app, EMAIL, &first).await.assert_status(400);
    app.clock.advance(TimeDelta::hours(24));
    let mut browser = app.anonymous();
    browser.get(&link).await;
    browser.submit("#new-link-form", &[]).await.assert_status(200);
    let second = newest_code(&app).await;
    assert_ne!(first, second);
    enter(&app, EMAIL, &first).await.assert_status(400);
    enter(&app, EMAIL, &second).await.assert_status(200);
}

async fn a_wrong_code_and_an_unknown_address_are_answered_the_same(app: TestApp) {
    registered(&app, EMAIL).await;
    let code = newest_code(&app).await;
    let said = |page: Page| {
        let mut problem: Value = page.json();
        problem["request_id"] = Value::Null;
        (page.status, problem)
    };
    let known = said(enter(&app, EMAIL, &wrong(&code)).await);
    assert_eq!(known, said(enter(&app, "nobody@demo.test", &code).await));
    assert_eq!(known, said(enter(&app, "no address", "x").await));
    let mut pages = Vec::new();
    for email in [EMAIL, "eva@demo.test"] {
        let mut browser = app.anonymous();
        browser.get(paths::VERIFY_EMAIL_CODE).await;
        let page = browser.submit("#code-form", &[("email", email), ("code", &wrong(&code))]).await;
        pages.push((page.status, page.text("main")));
    }
    assert_eq!(pages[0], pages[1]);
}

async fn one_place_may_try_ten_times_in_five_minutes(app: TestApp) {
    for _ in 0..10 {
        enter(&app, "nobody@demo.test", "000000").await.assert_status(400);
    }
    let refused = enter(&app, "nobody@demo.test", "000000").await;
    assert_eq!(refused.assert_status(429).header("retry-after"), Some("300"));
}

async fn who_is_signed_in_asks_for_another_mail_and_for_the_state(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let id = person.id.clone();
    let none = None::<frontdesk::clock::Timestamp>;
    app.db
        .write(move |c| {
            diesel::update(users::table.find(id)).set(users::email_verified_at.eq(none)).execute(c)
        })
        .await
        .unwrap();
    let client = app.anonymous();
    let login = json!({ "email": person.email, "password": person.password });
    let tokens: Value =
        client.send(client.request(Method::POST, "/api/v1/auth/login").json(&login)).await.json();
    let bearer = tokens["access_token"].as_str().unwrap();
    let status =
        || client.send(client.request(Method::GET, "/api/v1/email-verification/status").bearer_auth(bearer));
    let resend =
        || client.send(client.request(Method::POST, "/api/v1/email-verification/resend").bearer_auth(bearer));
    assert_eq!(status().await.assert_status(200).json::<Value>(), json!({ "email_verified": false }));
    for _ in 0..3 {
        assert!(resend().await.assert_status(200).json::<Value>()["message"].is_string());
    }
    resend().await.assert_status(429);
    let letters = app.mail_to(&person.email).await;
    assert_eq!(letters.len(), 3);
    enter(&app, &person.email, &code_in(&letters[2])).await.assert_status(200);
    assert_eq!(status().await.json::<Value>(), json!({ "email_verified": true }));
    resend().await.assert_status(200);
    assert_eq!(app.mail_to(&person.email).await.len(), 3, "there is nothing to verify");
    client.send(client.request(Method::GET, "/api/v1/email-verification/status")).await.assert_status(401);
}

async fn a_body_with_neither_or_both_is_not_read(app: TestApp) {
    let client = app.anonymous();
    for body in [json!({}), json!({ "email": EMAIL }), json!({ "token": "0", "code": "1", "email": EMAIL })] {
        let page = client.send(client.request(Method::POST, VERIFY).json(&body)).await;
        assert_eq!(page.assert_status(400).json::<Value>()["code"], "bad_json", "{body}");
    }
}
