//! Signing in and out in a browser.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;

use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    everybody_signs_in_and_out_again,
    a_wrong_password_keeps_the_address_and_tells_nothing,
    signing_in_leads_back_to_where_it_was_needed,
    a_form_sent_by_htmx_is_led_on_by_a_header,
    a_form_without_the_token_of_this_browser_changes_nothing,
    a_session_ends_when_nobody_uses_it,
    a_session_of_another_process_counts_here_too,
);

async fn everybody_signs_in_and_out_again(app: TestApp) {
    for role in Role::ALL {
        let mut browser = app.signed_in(*role).await;
        assert_eq!(browser.get(paths::ACCOUNT).await.text("h1"), "Your account");
        browser.submit("#sign-out", &[]).await;
        assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::login_then(paths::ACCOUNT));
    }
}

async fn a_wrong_password_keeps_the_address_and_tells_nothing(app: TestApp) {
    let organization = app.organization().await;
    let ada = app.add_person(Role::Member, &organization).await;
    let mut told = Vec::new();
    for email in [ada.email.as_str(), "nobody@demo.test"] {
        let mut browser = app.anonymous();
        browser.get(paths::LOGIN).await;
        let page = browser.submit("#login-form", &[("email", email), ("password", "wrong")]).await;
        page.assert_status(422);
        assert_eq!(page.attribute("#login-form [name=email]", "value"), email);
        told.push(page.texts("main"));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(app.count("sessions").await, 0);
}

async fn signing_in_leads_back_to_where_it_was_needed(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Analyst, &organization).await;
    let mut browser = app.anonymous();
    browser.get("/audit?actor=ada").await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let page = browser.submit("#login-form", &fields).await;
    page.assert_status(200);
    assert_eq!(page.path, "/audit?actor=ada");
}

async fn a_form_sent_by_htmx_is_led_on_by_a_header(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Member, &organization).await;
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let answer = browser.hx("#login-form", &fields).await;
    answer.assert_status(204);
    assert_eq!(answer.header("hx-redirect"), Some(paths::ACCOUNT));
}

async fn a_form_without_the_token_of_this_browser_changes_nothing(app: TestApp) {
    let mut member = app.signed_in(Role::Member).await;
    member.get(paths::ACCOUNT).await;
    let mut other = app.anonymous();
    other.get(paths::LOGIN).await;
    for token in [None, Some(other.csrf())] {
        let fields: Vec<(&str, String)> = token.into_iter().map(|token| ("csrf", token)).collect();
        let request = member.request(Method::POST, paths::LOGOUT).form(&fields);
        member.send(request).await.assert_status(403);
    }
    let foreign = member.request(Method::POST, paths::LOGOUT).header("sec-fetch-site", "cross-site");
    let foreign = foreign.header("x-csrf-token", member.csrf());
    member.send(foreign).await.assert_status(403);
    member.get(paths::ACCOUNT).await.assert_status(200);
}

async fn a_session_ends_when_nobody_uses_it(engine: Engine) {
    let app = TestApp::start(engine, &[("SESSION_IDLE", "10m")]).await;
    let mut member = app.signed_in(Role::Member).await;
    app.clock.advance(TimeDelta::minutes(9));
    assert_eq!(member.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    app.clock.advance(TimeDelta::minutes(9));
    assert_eq!(member.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    app.clock.advance(TimeDelta::minutes(11));
    assert_eq!(member.get(paths::ACCOUNT).await.path, paths::login_then(paths::ACCOUNT));
    app.clock.advance(TimeDelta::days(38));
    app.run_jobs().await;
    assert_eq!(app.count("sessions").await, 0);
}

async fn a_session_of_another_process_counts_here_too(app: TestApp) {
    let other = app.another_process(2);
    let server = frontdesk::server::start(&other).unwrap();
    let mut member = app.signed_in(Role::Member).await;
    member.get(paths::ACCOUNT).await.assert_status(200);
    let mut same = member.at(server.url.clone());
    tokio::spawn(server.wait());
    assert_eq!(same.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}
