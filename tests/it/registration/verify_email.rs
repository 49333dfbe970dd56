//! The link that verifies an address.

use chrono::TimeDelta;
use frontdesk::{accounts, paths};
use reqwest::Method;

use super::support::{EMAIL, audited, registered};
use crate::harness::{TestApp, both_engines};

both_engines!(
    opening_the_link_any_number_of_times_uses_nothing_up,
    verifying_twice_is_a_success,
    of_two_presses_at_once_one_verifies,
    a_link_that_came_too_late_gets_a_new_one,
    new_links_are_sent_three_times_an_hour_at_most,
    a_link_that_is_not_complete_says_so,
    the_link_leaves_the_address_bar,
);

async fn is_verified(app: &TestApp) -> bool {
    app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap().email_verified_at.is_some()
}

async fn opening_the_link_any_number_of_times_uses_nothing_up(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    for _ in 0..5 {
        let page = app.anonymous().get(&link).await;
        assert_eq!(page.text("h1"), "Confirm your email address");
        assert!(page.text("main").contains(EMAIL), "{page:?}");
    }
    assert!(!is_verified(&app).await);
    let mut browser = app.anonymous();
    browser.get(&link).await;
    let page = browser.submit("#verify-form", &[]).await;
    assert_eq!(page.text("h1"), "Your email address is verified");
    assert!(is_verified(&app).await);
}

async fn verifying_twice_is_a_success(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let (mut first, mut second) = (app.anonymous(), app.anonymous());
    first.get(&link).await;
    second.get(&link).await;
    first.submit("#verify-form", &[]).await.assert_status(200);
    let page = second.submit("#verify-form", &[]).await;
    assert_eq!(page.text("h1"), "Your email address is verified");
    assert!(page.body().contains("verified already"), "{page:?}");
    assert_eq!(app.anonymous().get(&link).await.text("h1"), "Your email address is verified");
}

async fn of_two_presses_at_once_one_verifies(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let mut browsers: Vec<_> = (0..4).map(|_| app.anonymous()).collect();
    for browser in &mut browsers {
        browser.get(&link).await;
    }
    let presses = browsers.iter_mut().map(|browser| browser.submit("#verify-form", &[]));
    for page in futures_util::future::join_all(presses).await {
        assert_eq!(page.text("h1"), "Your email address is verified");
    }
    let user = app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap();
    let entries = audited(&app, &user.id).await;
    let verified = entries.iter().filter(|entry| entry.0 == "user.email_verified");
    assert_eq!(verified.count(), 1);
}

async fn a_link_that_came_too_late_gets_a_new_one(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    app.clock.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
    let mut browser = app.anonymous();
    let page = browser.get(&link).await;
    assert_eq!(page.text("h1"), "This link is no longer valid");
    let page = browser.submit("#new-link-form", &[]).await;
    assert_eq!(page.text("h1"), "Check your email");
    let newest = app.mail_to(EMAIL).await.pop().unwrap().link("/verify-email/");
    assert_ne!(newest, link);
    assert_eq!(browser.get(&link).await.text("h1"), "This link is no longer valid");
    browser.get(&newest).await;
    browser.submit("#verify-form", &[]).await;
    assert!(is_verified(&app).await);
    assert_eq!(browser.get(&link).await.text("h1"), "Your email address is verified");
}

async fn new_links_are_sent_three_times_an_hour_at_most(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    app.clock.advance(TimeDelta::hours(25));
    for _ in 0..3 {
        let mut browser = app.anonymous();
        browser.get(&link).await;
        browser.submit("#new-link-form", &[]).await.assert_status(200);
        app.clock.advance(TimeDelta::minutes(10));
    }
    let mut browser = app.anonymous();
    browser.get(&link).await;
    let page = browser.submit("#new-link-form", &[]).await;
    page.assert_status(429);
    assert_eq!(page.header("retry-after"), Some("1800"));
    assert_eq!(app.mail_to(EMAIL).await.len(), 4);
    app.clock.advance(TimeDelta::minutes(31));
    browser.get(&link).await;
    browser.submit("#new-link-form", &[]).await.assert_status(200);
}

async fn a_link_that_is_not_complete_says_so(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let cut = &link[..link.len() - 1];
    assert_eq!(app.anonymous().get(cut).await.text("h1"), "This link is not complete");
    assert_eq!(app.anonymous().get(paths::VERIFY_EMAIL).await.text("h1"), "This link is not complete");
}

async fn the_link_leaves_the_address_bar(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let browser = app.anonymous();
    let answer = browser.send(browser.request(Method::GET, &link)).await;
    answer.assert_status(303);
    assert_eq!(answer.header("location"), Some(paths::VERIFY_EMAIL));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}
