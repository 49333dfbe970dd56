//! How often a reset may be asked for and tried, whoever asks.

use chrono::TimeDelta;
use frontdesk::access::{Act, Who};
use frontdesk::accounts::reset;
use frontdesk::error::AppError;
use frontdesk::mail::EmailAddress;
use frontdesk::paths;
use reqwest::Method;
use serde_json::json;

use super::reset::{NEW, link_for, member, post, token};
use crate::harness::{Browser, Engine, Page, TestApp, both_engines};

both_engines!(
    an_address_may_be_asked_for_three_times_an_hour_with_an_account_or_without,
    one_place_may_ask_three_times_an_hour,
    the_limit_is_shared_by_processes_and_survives_one,
    new_passwords_are_taken_five_times_in_five_minutes,
    the_page_says_how_long_to_wait,
);

async fn behind_a_proxy(engine: Engine) -> TestApp {
    TestApp::start(engine, &[("TRUSTED_PROXIES", "127.0.0.0/8")]).await
}

async fn ask_from(browser: &Browser, ip: &str, email: &str) -> Page {
    let request = browser.request(Method::POST, "/api/v1/password-reset/request");
    browser.send(request.json(&json!({ "email": email })).header("x-forwarded-for", ip)).await
}

async fn an_address_may_be_asked_for_three_times_an_hour_with_an_account_or_without(engine: Engine) {
    let app = behind_a_proxy(engine).await;
    let person = member(&app).await;
    let browser = app.anonymous();
    let mut answers = Vec::new();
    for email in [person.email.as_str(), "nobody@demo.test"] {
        for n in 1..=3 {
            ask_from(&browser, &format!("192.0.2.{n}"), email).await.assert_status(200);
        }
        let refused = ask_from(&browser, "192.0.2.4", &email.to_uppercase()).await;
        assert_eq!(refused.assert_status(429).header("retry-after"), Some("3600"));
        let mut problem: serde_json::Value = refused.json();
        problem["request_id"] = serde_json::Value::Null;
        answers.push(problem);
        app.clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(answers[0], answers[1]);
    ask_from(&browser, "192.0.2.4", &person.email).await.assert_status(200);
    let metrics = app.metrics.text().unwrap();
    assert!(
        metrics.contains("rate_limit_exceeded_total{endpoint=\"password_reset_request\"} 2"),
        "{metrics}"
    );
    assert!(metrics.contains("password_reset_requests_total 7"), "{metrics}");
}

async fn one_place_may_ask_three_times_an_hour(engine: Engine) {
    let app = behind_a_proxy(engine).await;
    let browser = app.anonymous();
    for n in 1..=3 {
        ask_from(&browser, "192.0.2.1", &format!("somebody{n}@demo.test")).await.assert_status(200);
    }
    ask_from(&browser, "192.0.2.1", "somebody4@demo.test").await.assert_status(429);
    ask_from(&browser, "192.0.2.2", "somebody4@demo.test").await.assert_status(200);
}

async fn the_limit_is_shared_by_processes_and_survives_one(app: TestApp) {
    let email = EmailAddress::parse("ada@demo.test").unwrap();
    let act = |n: u8| Act {
        who: Who::Visitor,
        ip: Some(format!("192.0.2.{n}")),
        ..Act::by_system(app.clock.now())
    };
    for n in 1..=3 {
        // Each time another process, which is gone afterwards.
        reset::ask(&app.another_process(u64::from(n) + 1), &act(n), &email).await.unwrap();
    }
    let refused = reset::ask(&app.another_process(9), &act(9), &email).await;
    assert!(matches!(refused, Err(AppError::TooMany { .. })), "{refused:?}");
    ask_from(&app.anonymous(), "", "ada@demo.test").await.assert_status(429);
}

async fn new_passwords_are_taken_five_times_in_five_minutes(app: TestApp) {
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    let client = app.anonymous();
    let weak = json!({ "token": token(&link), "new_password": "weak" });
    for _ in 0..5 {
        post(&client, "/api/v1/password-reset/reset", weak.clone()).await.assert_status(422);
    }
    let good = json!({ "token": token(&link), "new_password": NEW });
    let refused = post(&client, "/api/v1/password-reset/reset", good.clone()).await;
    assert_eq!(refused.assert_status(429).header("retry-after"), Some("300"));
    app.clock.advance(TimeDelta::minutes(5));
    post(&client, "/api/v1/password-reset/reset", good).await.assert_status(200);
}

async fn the_page_says_how_long_to_wait(app: TestApp) {
    let mut browser = app.anonymous();
    for n in 0..4 {
        browser.get(paths::FORGOT_PASSWORD).await;
        let page = browser.submit("#forgot-form", &[("email", "ada@demo.test")]).await;
        page.assert_status(if n < 3 { 200 } else { 429 });
        if n == 3 {
            assert!(page.text("main").contains("Wait 60 minutes and try again."), "{page:?}");
        }
    }
}
