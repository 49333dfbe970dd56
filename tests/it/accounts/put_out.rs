//! Whoever got into an account without right is out for good once its owner, or staff, puts them out: nothing that
//! was begun before is finished after.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Act;
use frontdesk::accounts::tokens::{self, Purpose};
use frontdesk::db::schema::{sessions, users};
use frontdesk::paths;
use frontdesk::users::Deed;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::reset::{NEW, link_for, member, post, token};
use crate::harness::{Browser, Page, Person, TestApp, both_engines};
use crate::mfa::support::{first_step, set_up_app, with_app};
use crate::users::support::{REASON, done};

both_engines!(
    a_sign_in_that_waits_for_its_code_ends_with_the_password,
    a_reset_and_a_forced_reset_end_what_waits_for_a_new_address,
    ending_all_sessions_by_the_link_ends_it_too,
    taking_a_change_of_address_back_removes_what_was_added_about_that_time,
    a_factor_of_old_stays_when_a_change_of_address_is_taken_back,
    an_app_that_was_being_set_up_does_not_count_after_a_reset,
    a_sign_in_and_a_forced_reset_at_once_leave_nobody_in,
    a_reset_and_a_forced_reset_at_once_both_come_to_an_end,
    wrong_passwords_and_resets_at_once_all_come_to_an_end,
    a_password_that_was_taken_away_meanwhile_stays_away,
);

const RESET: &str = "/api/v1/password-reset/reset";
const LOGIN: &str = "/api/v1/auth/login";
const THIEF: &str = "evil@demo.test";

async fn reset(app: &TestApp, person: &Person) {
    let link = link_for(app, person).await;
    let body = json!({ "token": token(&link), "new_password": NEW });
    post(&app.anonymous(), RESET, body).await.assert_status(200);
}

async fn force(app: &TestApp, person: &Person) {
    done(&mut app.admin().await, person, Deed::ResetPassword, &[("reason", REASON)]).await;
}

/// Asks for another address in a browser; the link that the new one confirms it with.
async fn ask(app: &TestApp, browser: &mut Browser, email: &str) -> String {
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", email)]).await.assert_status(200);
    app.mail_to(email).await.pop().unwrap().link("/confirm-address/")
}

async fn address(app: &TestApp, person: &Person) -> String {
    let id = person.id.clone();
    app.read(move |c| users::table.find(id).select(users::email).first(c)).await
}

async fn has_factor(app: &TestApp, person: &Person) -> bool {
    let id = person.id.clone();
    let since: Option<frontdesk::clock::Timestamp> =
        app.read(move |c| users::table.find(id).select(users::mfa_since).first(c)).await;
    since.is_some()
}

async fn open_sessions(app: &TestApp, person: &Person) -> i64 {
    let open = sessions::table.filter(sessions::user_id.eq(person.id.clone()));
    let open = open.filter(sessions::ended_at.is_null()).count();
    app.read(move |c| open.get_result(c)).await
}

async fn a_sign_in_that_waits_for_its_code_ends_with_the_password(app: TestApp) {
    let person = member(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let mut thief = app.anonymous();
    first_step(&mut thief, &person, paths::ACCOUNT).await;
    let login = json!({ "email": person.email, "password": person.password });
    let waiting: Value = post(&app.anonymous(), LOGIN, login).await.assert_status(202).json();
    reset(&app, &person).await;
    let page = thief.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    assert_eq!(page.text("h1"), "Sign in again", "{page:?}");
    let body = json!({ "mfa_token": waiting["mfa_token"], "method": "totp", "code": phone.code(&app, 0) });
    post(&app.anonymous(), "/api/v1/auth/mfa", body).await.assert_status(401);
    assert_eq!(open_sessions(&app, &person).await, 0);
}

async fn a_reset_and_a_forced_reset_end_what_waits_for_a_new_address(app: TestApp) {
    for forced in [false, true] {
        let person = member(&app).await;
        let confirm = ask(&app, &mut app.browser_of(&person).await, THIEF).await;
        if forced {
            force(&app, &person).await;
        } else {
            reset(&app, &person).await;
        }
        assert_eq!(app.anonymous().get(&confirm).await.text("h1"), "This link is no longer valid");
        assert_eq!(address(&app, &person).await, person.email);
    }
}

async fn ending_all_sessions_by_the_link_ends_it_too(app: TestApp) {
    let person = member(&app).await;
    drop(app.browser_of(&person).await);
    let mut thief = app.browser_of(&person).await;
    let confirm = ask(&app, &mut thief, THIEF).await;
    let link = app.mail_to(&person.email).await.pop().unwrap().link("/end-sessions/");
    let mut owner = app.anonymous();
    owner.get(&link).await;
    owner.submit("#end-sessions-form", &[]).await.assert_status(200);
    assert_eq!(app.anonymous().get(&confirm).await.text("h1"), "This link is no longer valid");
    assert_eq!(address(&app, &person).await, person.email);
}

/// Changes the address in `browser`; the link with which the old address takes it back.
async fn changed(app: &TestApp, person: &Person, browser: &mut Browser) -> String {
    let confirm = ask(app, browser, THIEF).await;
    let mut anybody = app.anonymous();
    anybody.get(&confirm).await;
    anybody.submit("#confirm-form", &[]).await.assert_status(200);
    app.mail_to(&person.email).await.pop().unwrap().link("/undo-address/")
}

async fn undo(app: &TestApp, link: &str) -> Page {
    let mut owner = app.anonymous();
    owner.get(link).await;
    owner.submit("#undo-form", &[]).await
}

async fn taking_a_change_of_address_back_removes_what_was_added_about_that_time(app: TestApp) {
    let person = member(&app).await;
    let mut thief = app.browser_of(&person).await;
    set_up_app(&app, &mut thief).await;
    let link = changed(&app, &person, &mut thief).await;
    assert!(has_factor(&app, &person).await);
    undo(&app, &link).await.assert_status(200);
    assert!(!has_factor(&app, &person).await, "the owner would be asked for a code of somebody else");
    for table in ["totp_secrets", "recovery_codes", "mfa_challenges"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    let letters = app.mail_to(&person.email).await;
    assert!(letters.iter().any(|letter| letter.text.contains("was removed with it")), "{letters:?}");
}

async fn a_factor_of_old_stays_when_a_change_of_address_is_taken_back(app: TestApp) {
    let person = member(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    app.clock.advance(TimeDelta::days(2));
    let mut browser = crate::mfa::support::signed_in_with(&app, &person, &phone).await;
    let link = changed(&app, &person, &mut browser).await;
    undo(&app, &link).await.assert_status(200);
    assert!(has_factor(&app, &person).await, "an old mailbox alone does not open the account");
}

async fn an_app_that_was_being_set_up_does_not_count_after_a_reset(app: TestApp) {
    let person = member(&app).await;
    let mut thief = app.browser_of(&person).await;
    thief.get(paths::MFA).await;
    thief.submit("#set-up-app", &[]).await.assert_status(200);
    reset(&app, &person).await;
    let owner = Person { password: NEW, ..person.clone() };
    let page = app.browser_of(&owner).await.get(paths::TOTP).await;
    assert_eq!(page.path, paths::MFA, "nothing is being set up: {page:?}");
}

const ROUNDS: usize = 12;

/// A token of a link for a new password; asked for by mail there would be three an hour.
async fn reset_token(app: &TestApp, person: &Person) -> String {
    let (random, act) = (app.random.clone(), Act::by_system(app.clock.now()));
    let (organization, id) = (person.organization.clone(), person.id.clone());
    let issued = app
        .db
        .write(move |c| tokens::issue(c, &random, &act, &organization, Some(&id), Purpose::PasswordReset));
    issued.await.unwrap().expose_secret().to_owned()
}

async fn a_sign_in_and_a_forced_reset_at_once_leave_nobody_in(app: TestApp) {
    let mut admin = app.admin().await;
    let client = app.anonymous();
    for round in 0..ROUNDS {
        let person = member(&app).await;
        let login = json!({ "email": person.email, "password": person.password });
        admin.get(&paths::user_deed(&person.id, Deed::ResetPassword)).await.assert_status(200);
        let forced = admin.submit("#force-password-reset-form", &[("reason", REASON)]);
        let (forced, one, other) =
            tokio::join!(forced, post(&client, LOGIN, login.clone()), post(&client, LOGIN, login));
        forced.assert_status(200);
        for page in [one, other] {
            assert!([200, 401].contains(&page.status.as_u16()), "round {round}: {page:?}");
        }
        assert_eq!(open_sessions(&app, &person).await, 0, "round {round}");
    }
}

async fn a_reset_and_a_forced_reset_at_once_both_come_to_an_end(app: TestApp) {
    let mut admin = app.admin().await;
    let client = app.anonymous();
    for round in 0..ROUNDS {
        let person = member(&app).await;
        let body = json!({ "token": reset_token(&app, &person).await, "new_password": NEW });
        admin.get(&paths::user_deed(&person.id, Deed::ResetPassword)).await.assert_status(200);
        let forced = admin.submit("#force-password-reset-form", &[("reason", REASON)]);
        let (forced, own) = tokio::join!(forced, post(&client, RESET, body));
        forced.assert_status(200);
        assert!([200, 400, 429].contains(&own.status.as_u16()), "round {round}: {own:?}");
        app.clock.advance(TimeDelta::minutes(2));
    }
}

async fn wrong_passwords_and_resets_at_once_all_come_to_an_end(app: TestApp) {
    let client = app.anonymous();
    for round in 0..ROUNDS {
        let person = member(&app).await;
        let wrong = json!({ "email": person.email, "password": "not this one" });
        let body = json!({ "token": reset_token(&app, &person).await, "new_password": NEW });
        let guesses = futures_util::future::join_all((0..5).map(|_| post(&client, LOGIN, wrong.clone())));
        let (guesses, own) = tokio::join!(guesses, post(&client, RESET, body));
        assert!([200, 429].contains(&own.status.as_u16()), "round {round}: {own:?}");
        for page in guesses {
            assert!([401, 429].contains(&page.status.as_u16()), "round {round}: {page:?}");
        }
        app.clock.advance(TimeDelta::minutes(16));
    }
}

/// The new password is being hashed while staff take the old one away.
async fn a_password_that_was_taken_away_meanwhile_stays_away(app: TestApp) {
    let mut admin = app.admin().await;
    for round in 0..ROUNDS {
        let person = member(&app).await;
        let mut browser = app.browser_of(&person).await;
        browser.get(paths::PASSWORD).await;
        admin.get(&paths::user_deed(&person.id, Deed::ResetPassword)).await.assert_status(200);
        let forced = admin.submit("#force-password-reset-form", &[("reason", REASON)]);
        let fields = [("current", person.password), ("new", NEW)];
        let change = browser.submit("#password-form", &fields);
        let (forced, _) = tokio::join!(forced, change);
        forced.assert_status(200);
        let id = person.id.clone();
        let hash: Option<String> =
            app.read(move |c| users::table.find(id).select(users::password_hash).first(c)).await;
        let login = json!({ "email": person.email, "password": NEW });
        let page = post(&app.anonymous(), LOGIN, login).await;
        assert_eq!((hash, page.status.as_u16()), (None, 401), "round {round}");
    }
}
