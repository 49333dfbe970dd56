//! Signing in and out in a browser.

mod cookies;
mod lifetimes;
mod own;

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use crate::harness::{TestApp, both_engines};

both_engines!(
    a_form_sent_by_htmx_is_led_on_by_a_header,
    a_session_of_another_process_counts_here_too,
    a_session_that_was_over_long_ago_is_swept_away,
);

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

async fn a_session_of_another_process_counts_here_too(app: TestApp) {
    let other = app.another_process(2);
    let server = frontdesk::server::start(&other).unwrap();
    let mut member = app.signed_in(Role::Member).await;
    member.get(paths::ACCOUNT).await.assert_status(200);
    let mut same = member.at(server.url.clone());
    tokio::spawn(server.wait());
    assert_eq!(same.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn a_session_that_was_over_long_ago_is_swept_away(app: TestApp) {
    drop(app.signed_in(Role::Member).await);
    app.clock.advance(TimeDelta::days(36));
    app.run_jobs().await;
    assert_eq!(app.count("sessions").await, 1, "it ended by itself after 7 days and is kept for 30 more");
    app.clock.advance(TimeDelta::days(2));
    app.run_jobs().await;
    assert_eq!(app.count("sessions").await, 0);
}
