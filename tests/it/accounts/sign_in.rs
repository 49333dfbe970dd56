//! `/login` and `/logout`.

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store};
use frontdesk::db::schema::sessions;
use frontdesk::paths;
use reqwest::Method;

use crate::harness::{Person, TestApp, both_engines};

both_engines!(
    an_unknown_address_and_a_wrong_password_get_the_same_page,
    a_refused_form_keeps_the_address_and_never_the_password,
    each_status_is_told_in_its_own_words_and_only_after_a_correct_password,
    signing_in_leads_to_the_page_that_was_asked_for_and_to_no_other_site,
    signing_out_ends_the_session_at_once,
    the_key_of_a_session_changes_at_sign_in_and_only_its_hash_is_kept,
    a_suspended_user_is_out_at_the_next_request,
    an_idle_session_ends_for_staff_after_half_an_hour,
    a_form_without_the_token_or_from_another_site_changes_nothing,
);

async fn set_status(app: &TestApp, person: &Person, status: Status) {
    let (id, now) = (person.id.clone(), app.clock.now());
    app.db.write(move |c| store::set_status(c, &id, status, now)).await.unwrap();
}

async fn try_to_sign_in(app: &TestApp, email: &str, password: &str) -> crate::harness::Page {
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    browser.submit("#login-form", &[("email", email), ("password", password)]).await
}

async fn an_unknown_address_and_a_wrong_password_get_the_same_page(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Member, &organization).await;
    let wrong = try_to_sign_in(&app, &person.email, "wrong").await;
    let unknown = try_to_sign_in(&app, "member9@demo.test", "wrong").await;
    wrong.assert_status(422);
    unknown.assert_status(422);
    assert_eq!(wrong.text("main"), unknown.text("main"));
    assert!(wrong.body().contains("is not right"), "{wrong:?}");
}

async fn a_refused_form_keeps_the_address_and_never_the_password(app: TestApp) {
    let page = try_to_sign_in(&app, "ada@demo.test", "my secret").await;
    assert_eq!(page.attribute("input[name=email]", "value"), "ada@demo.test");
    assert!(!page.body().contains("my secret"));
    assert!(page.text("title").starts_with("Error: "));
}

async fn each_status_is_told_in_its_own_words_and_only_after_a_correct_password(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Member, &organization).await;
    let cases = [
        (Status::Pending, "still being checked"),
        (Status::Suspended, "suspended"),
        (Status::Banned, "closed"),
        (Status::Rejected, "not accepted"),
    ];
    for (status, words) in cases {
        set_status(&app, &person, status).await;
        let right = try_to_sign_in(&app, &person.email, person.password).await;
        assert!(right.assert_status(422).body().contains(words), "{status}: {right:?}");
        let wrong = try_to_sign_in(&app, &person.email, "wrong").await;
        assert!(!wrong.body().contains(words), "{status}: {wrong:?}");
    }
}

async fn signing_in_leads_to_the_page_that_was_asked_for_and_to_no_other_site(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Admin, &organization).await;
    for (next, expected) in [("/audit?q=x", "/audit?q=x"), ("//evil.test/", paths::VERIFICATIONS)] {
        let mut browser = app.anonymous();
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        browser.get(&format!("/login?next={query}")).await;
        let fields = [("email", person.email.as_str()), ("password", person.password)];
        let page = browser.submit("#login-form", &fields).await;
        assert_eq!(page.path, expected);
    }
}

async fn signing_out_ends_the_session_at_once(app: TestApp) {
    let mut browser = app.signed_in(Role::Member).await;
    browser.get(paths::ACCOUNT).await.assert_status(200);
    let page = browser.submit("#sign-out", &[]).await;
    assert!(page.body().contains("You are signed out."), "{page:?}");
    assert_eq!(browser.get(paths::ACCOUNT).await.path, "/login?next=%2Faccount");
    let live: i64 = app.read(|c| sessions::table.filter(sessions::ended_at.is_null()).count().first(c)).await;
    assert_eq!(live, 0);
}

async fn the_key_of_a_session_changes_at_sign_in_and_only_its_hash_is_kept(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Member, &organization).await;
    let browser = app.browser_of(&person).await;
    let again = app.browser_of(&person).await;
    drop((browser, again));
    let rows: Vec<(String, String)> =
        app.read(|c| sessions::table.select((sessions::hash, sessions::device)).load(c)).await;
    assert_eq!(rows.len(), 2);
    assert_ne!(rows[0].0, rows[1].0);
    assert!(rows.iter().all(|(hash, device)| hash.len() == 64 && device == "Firefox on Linux"), "{rows:?}");
}

async fn a_suspended_user_is_out_at_the_next_request(app: TestApp) {
    let organization = app.organization().await;
    let person = app.add_person(Role::Member, &organization).await;
    let mut browser = app.browser_of(&person).await;
    set_status(&app, &person, Status::Suspended).await;
    assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
}

async fn an_idle_session_ends_for_staff_after_half_an_hour(app: TestApp) {
    let mut staff = app.signed_in(Role::Support).await;
    let mut member = app.signed_in(Role::Member).await;
    for _ in 0..3 {
        app.clock.advance(chrono::TimeDelta::minutes(20));
        staff.get(paths::ACCOUNT).await.assert_status(200);
        assert_eq!(staff.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    }
    app.clock.advance(chrono::TimeDelta::minutes(31));
    assert!(staff.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    assert_eq!(member.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn a_form_without_the_token_or_from_another_site_changes_nothing(app: TestApp) {
    let mut browser = app.signed_in(Role::Member).await;
    let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let bare = browser.request(Method::POST, paths::LOGOUT).form(&[("csrf", "")]);
    browser.send(bare).await.assert_status(403);
    let foreign = browser.request(Method::POST, paths::LOGOUT).form(&[("csrf", &csrf)]);
    browser.send(foreign.header("sec-fetch-site", "cross-site")).await.assert_status(403);
    let multipart = reqwest::multipart::Form::new().text("csrf", csrf.clone());
    let disguised = browser.request(Method::POST, paths::LOGOUT).multipart(multipart);
    browser.send(disguised).await.assert_status(403);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    let whole = browser.request(Method::POST, paths::LOGOUT).form(&[("csrf", &csrf)]);
    browser.send(whole).await.assert_status(303);
}
