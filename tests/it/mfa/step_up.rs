//! Showing a factor again before a dangerous act.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::schema::{sessions, users};
use frontdesk::paths;

use super::support::{set_up_app, with_app};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_refused_form_waits_for_the_factor_and_is_sent_then,
    who_has_a_second_factor_shows_that_one,
    a_confirmed_session_gets_another_key,
    five_tries_within_a_quarter_of_an_hour_are_enough,
    one_goes_on_to_our_own_pages_only,
);

async fn a_refused_form_waits_for_the_factor_and_is_sent_then(app: TestApp) {
    let organization = app.organization().await;
    let (admin, user) =
        (app.add_person(Role::Admin, &organization).await, app.add_person(Role::Member, &organization).await);
    with_app(&app, &user).await;
    let mut browser = app.browser_of(&admin).await;
    browser.get(&paths::user_mfa(&user.id)).await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = browser.submit("#reset-mfa", &[("reason", "Lost the “phone” & the paper")]).await;
    assert_eq!(page.text("h1"), "Confirm that it is you", "{page:?}");
    let wrong = browser.submit("#confirm-form", &[("confirm_password", "wrong")]).await;
    assert!(wrong.assert_status(422).body().contains("not right"), "{wrong:?}");
    let page = browser.submit("#confirm-form", &[("confirm_password", admin.password)]).await;
    assert_eq!(page.path, paths::user_mfa(&user.id), "{page:?}");
    assert!(page.body().contains("was reset"), "{page:?}");
    let id = user.id.clone();
    let since: Option<frontdesk::clock::Timestamp> =
        app.read(move |c| users::table.find(id).select(users::mfa_since).first(c)).await;
    assert_eq!(since, None);
    let reason: String = app
        .read(|c| {
            use frontdesk::db::schema::audit_entries as table;
            let reset = table::table.filter(table::action.eq("user.mfa_reset"));
            reset.select(table::reason.assume_not_null()).first(c)
        })
        .await;
    assert_eq!(reason, "Lost the “phone” & the paper");
}

async fn who_has_a_second_factor_shows_that_one(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    let (phone, codes) = set_up_app(&app, &mut browser).await;
    app.clock.advance(TimeDelta::minutes(11));
    browser.get(paths::MFA).await;
    let page = browser.submit("#new-codes", &[]).await;
    assert_eq!(page.text("h1"), "Confirm that it is you", "{page:?}");
    assert!(!page.has("[name=confirm_password]"));
    let csrf = browser.csrf();
    let forged = browser
        .request(reqwest::Method::POST, paths::CONFIRM)
        .form(&[("csrf", csrf.as_str()), ("confirm_password", person.password)]);
    browser.send(forged).await.assert_status(422);
    let page = browser.submit("#confirm-form", &[("confirm_code", &phone.code(&app, 0))]).await;
    assert_eq!(page.text("h1"), "Your recovery codes", "{page:?}");
    // A recovery code of the old ones is over, one of the new ones does it too.
    let new = page.texts(".recovery-codes code span");
    app.clock.advance(TimeDelta::minutes(16));
    browser.get(&paths::confirm_then(paths::MFA)).await;
    browser.submit("#confirm-form", &[("confirm_code", &codes[0])]).await.assert_status(422);
    let page = browser.submit("#confirm-form", &[("confirm_code", &new[0])]).await;
    assert_eq!(page.path, paths::MFA, "{page:?}");
}

async fn a_confirmed_session_gets_another_key(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    let hashes =
        async || -> Vec<String> { app.read(|c| sessions::table.select(sessions::hash).load(c)).await };
    let before = hashes().await;
    browser.get(&paths::confirm_then(paths::ACCOUNT)).await;
    let page = browser.submit("#confirm-form", &[("confirm_password", person.password)]).await;
    assert_eq!(page.path, paths::ACCOUNT);
    let after = hashes().await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn five_tries_within_a_quarter_of_an_hour_are_enough(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(&paths::confirm_then(paths::ACCOUNT)).await;
    for _ in 0..5 {
        browser.submit("#confirm-form", &[("confirm_password", "wrong")]).await.assert_status(422);
    }
    let right = browser.submit("#confirm-form", &[("confirm_password", person.password)]).await;
    right.assert_status(429);
    app.clock.advance(TimeDelta::minutes(15));
    browser.get(&paths::confirm_then(paths::ACCOUNT)).await;
    let page = browser.submit("#confirm-form", &[("confirm_password", person.password)]).await;
    assert_eq!(page.path, paths::ACCOUNT);
}

async fn one_goes_on_to_our_own_pages_only(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(&paths::confirm_then("//evil.test/")).await;
    let page = browser.submit("#confirm-form", &[("confirm_password", person.password)]).await;
    assert_eq!(page.path, paths::ACCOUNT);
}
