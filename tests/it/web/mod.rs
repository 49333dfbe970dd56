//! What every answer has, whatever it is about.

mod kit;
mod origins;

use reqwest::Method;

use crate::harness::{TestApp, both_engines};

both_engines!(
    an_unknown_address_is_a_page_that_leads_back,
    a_stranger_is_led_to_sign_in_and_back,
    a_host_that_is_not_ours_is_refused,
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
