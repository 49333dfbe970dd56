//! Known devices: a mail for each new one, and the link in it that ends all sessions.

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::schema::{known_devices, notifications, sessions};
use frontdesk::live::{Ended, Event};
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Person, TestApp, both_engines};
use crate::registration::support::audited;

both_engines!(
    a_new_device_is_told_once_and_the_very_first_is_not,
    one_browser_is_known_to_each_account_by_itself,
    a_program_is_known_by_its_name_and_network,
    only_the_hash_of_a_device_is_kept,
    of_many_sign_ins_at_once_from_a_new_device_one_is_told,
    the_link_of_the_mail_ends_every_session_once_and_only_by_its_button,
    a_newer_mail_leaves_the_older_link_good,
    devices_that_were_not_seen_for_a_year_are_forgotten,
);

async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

async fn sign_in(browser: &mut Browser, person: &Person) {
    browser.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let page = browser.submit("#login-form", &fields).await;
    assert_eq!(page.path, paths::ACCOUNT, "{page:?}");
}

async fn sign_out(browser: &mut Browser) {
    browser.get(paths::ACCOUNT).await;
    browser.submit("#sign-out", &[]).await;
}

async fn call(app: &TestApp, person: &Person) -> Value {
    let client = app.anonymous();
    let body = json!({ "email": person.email, "password": person.password });
    let page = client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await;
    page.assert_status(200).json()
}

async fn a_new_device_is_told_once_and_the_very_first_is_not(app: TestApp) {
    let person = member(&app).await;
    let mut first = app.browser_of(&person).await;
    assert!(app.mail_to(&person.email).await.is_empty());
    let mut second = app.browser_of(&person).await;
    let mail = app.only_mail_to(&person.email).await;
    assert!(mail.text.contains("Firefox on Linux") && mail.text.contains("127.0.0.1"), "{}", mail.text);
    for browser in [&mut first, &mut second] {
        sign_out(browser).await;
        sign_in(browser, &person).await;
    }
    app.only_mail_to(&person.email).await;
    assert_eq!(app.count("known_devices").await, 2);
    let told: Vec<String> = app.read(|c| notifications::table.select(notifications::kind).load(c)).await;
    assert_eq!(told, ["security_alert"]);
    let added = audited(&app, &person.id).await;
    assert_eq!(added.iter().filter(|(action, _)| action == "user.device_added").count(), 1);
}

async fn one_browser_is_known_to_each_account_by_itself(app: TestApp) {
    let (one, other) = (member(&app).await, member(&app).await);
    app.browser_of(&other).await;
    let mut browser = app.browser_of(&one).await;
    sign_out(&mut browser).await;
    sign_in(&mut browser, &other).await;
    assert!(app.mail_to(&one.email).await.is_empty());
    app.only_mail_to(&other.email).await;
}

async fn a_program_is_known_by_its_name_and_network(app: TestApp) {
    let person = member(&app).await;
    app.browser_of(&person).await;
    call(&app, &person).await;
    app.only_mail_to(&person.email).await;
    call(&app, &person).await;
    app.only_mail_to(&person.email).await;
}

async fn only_the_hash_of_a_device_is_kept(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let answer = browser.send(browser.prepare("#login-form", &fields, &[])).await;
    let cookies: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let known = cookies.iter().find(|text| text.starts_with("frontdesk-device=")).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"] {
        assert!(known.contains(attribute), "{attribute} in {known}");
    }
    let key = known.trim_start_matches("frontdesk-device=").split(';').next().unwrap().to_owned();
    assert_eq!(key.len(), 64);
    let kept: Vec<String> = app.read(|c| known_devices::table.select(known_devices::key_hash).load(c)).await;
    assert_eq!(kept.len(), 1);
    assert_ne!(kept[0], key);
}

async fn of_many_sign_ins_at_once_from_a_new_device_one_is_told(app: TestApp) {
    let person = member(&app).await;
    app.browser_of(&person).await;
    futures_util::future::join_all((0..10).map(|_| call(&app, &person))).await;
    app.only_mail_to(&person.email).await;
    assert_eq!(app.count("known_devices").await, 2);
}

async fn the_link_of_the_mail_ends_every_session_once_and_only_by_its_button(app: TestApp) {
    let person = member(&app).await;
    let mut owner = app.browser_of(&person).await;
    let mut thief = app.browser_of(&person).await;
    let family = call(&app, &person).await;
    let link = app.mail_to(&person.email).await.remove(0).link("/end-sessions/");
    for _ in 0..5 {
        let page = app.anonymous().get(&link).await;
        assert_eq!(page.path, paths::END_SESSIONS, "the token leaves the address");
    }
    assert_eq!(owner.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "looking at the link does nothing");
    let mut events = app.hub.listen();
    let mut reader = app.anonymous();
    reader.get(&link).await;
    let form = reader.prepare("#end-sessions-form", &[], &[]);
    let again = reader.prepare("#end-sessions-form", &[], &[]);
    let done = reader.send(form).await;
    assert_eq!(done.assert_status(303).header("location"), Some(paths::FORGOT_PASSWORD));
    let Event::SessionsEnded { user, sessions: ended, .. } = events.try_recv().unwrap();
    assert_eq!((user, ended), (person.id.clone(), Ended::All));
    for browser in [&mut owner, &mut thief] {
        assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    }
    let client = app.anonymous();
    let me = client.request(Method::GET, "/api/v1/auth/me");
    let token = family["access_token"].as_str().unwrap();
    client.send(me.bearer_auth(token)).await.assert_status(401);
    let refresh = json!({ "refresh_token": family["refresh_token"] });
    client.send(client.request(Method::POST, "/api/v1/auth/refresh").json(&refresh)).await.assert_status(401);
    let live: i64 = app.read(|c| sessions::table.filter(sessions::ended_at.is_null()).count().first(c)).await;
    assert_eq!(live, 0);

    let mut new = app.browser_of(&person).await;
    let twice = reader.send(again).await;
    assert!(twice.body().contains("not complete") || twice.body().contains("used already"), "{twice:?}");
    assert_eq!(new.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "the link works once");
    let opened_again = app.anonymous().get(&link).await;
    assert!(opened_again.body().contains("used already"), "{opened_again:?}");
    let done = audited(&app, &person.id).await;
    assert_eq!(done.iter().filter(|(action, _)| action == "user.sessions_ended").count(), 1);
}

async fn a_newer_mail_leaves_the_older_link_good(app: TestApp) {
    let person = member(&app).await;
    for _ in 0..3 {
        app.browser_of(&person).await;
    }
    let letters = app.mail_to(&person.email).await;
    assert_eq!(letters.len(), 2);
    for letter in letters {
        let mut reader = app.anonymous();
        assert!(reader.get(&letter.link("/end-sessions/")).await.has("#end-sessions-form"));
    }
}

async fn devices_that_were_not_seen_for_a_year_are_forgotten(app: TestApp) {
    let person = member(&app).await;
    app.browser_of(&person).await;
    app.clock.advance(chrono::TimeDelta::days(366));
    app.run_jobs().await;
    assert_eq!(app.count("known_devices").await, 0);
}
