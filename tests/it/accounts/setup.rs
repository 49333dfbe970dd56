//! The first operator.

use chrono::TimeDelta;
use frontdesk::accounts::setup;
use frontdesk::paths;

use crate::harness::{Browser, TestApp, both_engines};
use crate::registration::support::{one_file, register};

both_engines!(
    the_setup_link_creates_one_operator_who_can_sign_in,
    a_second_start_replaces_the_link_until_there_is_an_operator,
    the_setup_form_names_each_mistake_and_keeps_the_link,
    the_setup_link_works_for_an_hour,
    an_address_that_is_taken_does_not_use_the_link_up,
    without_a_link_no_password_is_hashed,
);

const FIELDS: [(&str, &str); 3] =
    [("name", "Grace Hopper"), ("email", "grace@demo.test"), ("password", "Nanosecond-Wire-30cm")];

async fn open_link(app: &TestApp) -> (Browser, String) {
    let link = setup::first_start(app).await.unwrap().unwrap();
    let path = link.strip_prefix(app.url.as_str().trim_end_matches('/')).unwrap().to_owned();
    let mut browser = app.anonymous();
    assert_eq!(browser.get(&path).await.path, paths::SETUP);
    (browser, path)
}

async fn the_setup_link_creates_one_operator_who_can_sign_in(app: TestApp) {
    let (mut browser, link) = open_link(&app).await;
    let page = browser.submit("#setup-form", &FIELDS).await;
    assert_eq!(page.path, paths::LOGIN);
    let page = browser.submit("#login-form", &[FIELDS[1], FIELDS[2]]).await;
    assert_eq!(page.path, paths::VERIFICATIONS);
    assert!(app.anonymous().get(&link).await.body().contains("used already"));
    assert_eq!(setup::first_start(&app).await.unwrap(), None);
}

async fn a_second_start_replaces_the_link_until_there_is_an_operator(app: TestApp) {
    let (mut older, _) = open_link(&app).await;
    let (mut newer, _) = open_link(&app).await;
    let page = older.submit("#setup-form", &FIELDS).await;
    assert!(page.body().contains("no longer valid"), "{page:?}");
    assert_eq!(newer.submit("#setup-form", &FIELDS).await.path, paths::LOGIN);
}

async fn the_setup_form_names_each_mistake_and_keeps_the_link(app: TestApp) {
    let (mut browser, _) = open_link(&app).await;
    let page = browser.submit("#setup-form", &[("name", ""), ("email", "x"), ("password", "y")]).await;
    let told = page.assert_status(422).text(".error-summary");
    assert!(told.contains("Enter a name") && told.contains("Enter an email address"), "{told}");
    let weak = browser.submit("#setup-form", &[FIELDS[0], FIELDS[1], ("password", "Short-1!")]).await;
    assert!(weak.assert_status(422).text(".error-summary").contains("at least 12 characters"));
    assert_eq!(browser.submit("#setup-form", &FIELDS).await.path, paths::LOGIN);
}

async fn the_setup_link_works_for_an_hour(app: TestApp) {
    let (mut browser, _) = open_link(&app).await;
    app.clock.advance(TimeDelta::hours(1));
    let page = browser.submit("#setup-form", &FIELDS).await;
    assert!(page.body().contains("no longer valid"), "{page:?}");
    assert_eq!(app.count("users").await, 0);
}

async fn an_address_that_is_taken_does_not_use_the_link_up(app: TestApp) {
    register(&mut app.anonymous(), &[("email", FIELDS[1].1)], &one_file()).await;
    let (mut browser, _) = open_link(&app).await;
    let page = browser.submit("#setup-form", &FIELDS).await;
    page.assert_status(422);
    let other = [FIELDS[0], ("email", "hopper@demo.test"), FIELDS[2]];
    assert_eq!(browser.submit("#setup-form", &other).await.path, paths::LOGIN);
}

/// Hashing is the most expensive thing there is to ask for.
async fn without_a_link_no_password_is_hashed(app: TestApp) {
    let (mut browser, _) = open_link(&app).await;
    let (mut late, _) = open_link(&app).await;
    browser.submit("#setup-form", &[FIELDS[0], FIELDS[1], ("password", "y")]).await.assert_status(200);
    late.submit("#setup-form", &[FIELDS[0], FIELDS[1], ("password", "y")]).await.assert_status(422);
}
