//! What every answer has, whatever it is about.

mod kit;
mod lists;
mod origin;
mod origins;
mod outage;
mod problems;
mod zero;

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;

use crate::harness::{Engine, Log, TestApp, both_engines};
use crate::verifications::support::Program;

both_engines!(
    an_unknown_address_is_a_page_that_leads_back,
    a_stranger_is_led_to_sign_in_and_back,
    a_host_that_is_not_ours_is_refused,
    a_console_closed_to_this_network_is_open_to_programs,
    what_is_logged_beside_the_database_stands_under_the_request,
);

async fn an_unknown_address_is_a_page_that_leads_back(app: TestApp) {
    let page = app.anonymous().get("/nowhere").await;
    page.assert_status(404);
    assert_eq!(page.attribute("main a", "href"), "/");
}

async fn a_stranger_is_led_to_sign_in_and_back(app: TestApp) {
    let browser = app.anonymous();
    let answer = browser.send(browser.request(Method::GET, "/audit?actor=ada")).await;
    answer.assert_status(303);
    assert_eq!(answer.header("location"), Some("/login?next=%2Faudit%3Factor%3Dada"));
}

async fn a_host_that_is_not_ours_is_refused(app: TestApp) {
    let browser = app.anonymous();
    let request = browser.request(Method::GET, "/").header("host", "evil.test");
    browser.send(request).await.assert_status(400);
}

async fn a_console_closed_to_this_network_is_open_to_programs(engine: Engine) {
    let app = TestApp::start(engine, &[("ADMIN_ALLOWED_NETWORKS", "192.0.2.0/24")]).await;
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::VERIFICATIONS).await;
    assert!(page.assert_status(403).text("main").contains("cannot be opened from this network"), "{page:?}");
    let list = "/api/v1/verifications";
    browser.get(list).await.assert_status(403);
    Program::of(&app, &person).await.get(list).await.assert_status(200);
    let here = TestApp::start(engine, &[("ADMIN_ALLOWED_NETWORKS", "127.0.0.0/8,::1/128")]).await;
    here.reviewer().await.get(paths::VERIFICATIONS).await.assert_status(200);
}

async fn what_is_logged_beside_the_database_stands_under_the_request(app: TestApp) {
    let log = Log::listen();
    let span = tracing::info_span!("request", id = "abc-1");
    let looked = app.db.read(|_| {
        tracing::info!("looked around");
        Ok::<_, frontdesk::error::AppError>(())
    });
    tracing::Instrument::instrument(looked, span).await.unwrap();
    let text = log.text();
    let line = text.lines().find(|line| line.contains("looked around")).unwrap();
    assert!(line.contains("request{id=\"abc-1\"}"), "{line}");
    // Of a request, and of one whose id the caller chose.
    let client = app.anonymous();
    let page = client.send(client.request(Method::GET, paths::LOGIN).header("x-request-id", "mine-7")).await;
    assert_eq!(page.header("x-request-id"), Some("mine-7"));
    assert!(log.text().lines().any(|line| line.contains("mine-7") && line.contains("answered")));
}
