//! Changing the address of an account, and taking it back.

use chrono::TimeDelta;
use frontdesk::access::{Act, FRESH, Role};
use frontdesk::accounts::setup::{self, NewStaff, StaffError};
use frontdesk::accounts::{User, store};
use frontdesk::mail::{DisplayName, EmailAddress};
use frontdesk::paths;
use reqwest::Method;
use serde_json::json;

use super::reset::{NEW, member};
use crate::api_keys::support::Program;
use crate::harness::{Browser, Page, Person, TestApp, both_engines};
use crate::registration::support::{audited, one_file, register};
use crate::tokens::support::code;

both_engines!(
    a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told,
    opening_the_links_any_number_of_times_uses_nothing_up,
    a_taken_address_looks_the_same_and_its_owner_is_told,
    what_is_no_address_or_the_present_one_is_refused_beside_the_field,
    a_change_asks_for_a_fresh_factor,
    a_newer_change_ends_the_older_one,
    an_address_taken_meanwhile_is_not_taken_again,
    taking_it_back_ends_sessions_and_asks_for_a_new_password,
    taking_it_back_voids_what_was_changed_after_it,
    it_can_be_taken_back_for_72_hours,
    the_old_address_is_nobodys_as_long_as_it_may_come_back,
    an_address_that_may_come_back_is_not_given_away_by_staff,
    an_invite_is_not_accepted_with_an_address_that_may_come_back,
    changes_are_asked_for_three_times_an_hour_at_most,
);

const NEXT: &str = "ada.king@demo.test";

async fn ask(browser: &mut Browser, email: &str) -> Page {
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", email)]).await
}

async fn user(app: &TestApp, person: &Person) -> User {
    let id = person.id.clone();
    app.read(move |c| store::by_id(c, &id)).await.unwrap()
}

async fn confirm_link(app: &TestApp, email: &str) -> String {
    app.mail_to(email).await.pop().unwrap().link("/confirm-address/")
}

async fn press(app: &TestApp, link: &str, form: &str) -> Page {
    let mut browser = app.anonymous();
    browser.get(link).await;
    browser.submit(form, &[]).await
}

/// Changes the address of somebody to `email`; the link with which it is taken back.
async fn changed(app: &TestApp, person: &Person, browser: &mut Browser, email: &str) -> String {
    let old = user(app, person).await.email.to_string();
    ask(browser, email).await.assert_status(200);
    let page = press(app, &confirm_link(app, email).await, "#confirm-form").await;
    assert_eq!(page.text("h1"), "Your address is changed");
    app.mail_to(&old).await.pop().unwrap().link("/undo-address/")
}

async fn a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let page = ask(&mut browser, NEXT).await;
    assert_eq!(
        (page.path.as_str(), page.text("h1").as_str()),
        (paths::ACCOUNT_EMAIL_SENT, "Check your new mailbox")
    );
    assert_eq!(user(&app, &person).await.email.as_str(), person.email);
    assert!(app.mail_to(&person.email).await.is_empty());
    let link = confirm_link(&app, NEXT).await;
    let page = press(&app, &link, "#confirm-form").await;
    assert!(page.text("main").contains(NEXT), "{page:?}");
    let after = user(&app, &person).await;
    assert_eq!((after.email.as_str(), after.email_verified_at), (NEXT, Some(app.clock.now())));
    let told = app.only_mail_to(&person.email).await;
    assert!(told.text.contains(NEXT) && told.text.contains("5 March 2026, 09:00 UTC"), "{}", told.text);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "nobody is signed out");
    app.browser_of(&Person { email: NEXT.to_owned(), ..person.clone() }).await;
    let done: Vec<String> = audited(&app, &person.id).await.into_iter().map(|entry| entry.0).collect();
    for action in ["user.email_change_requested", "user.email_changed"] {
        assert!(done.contains(&action.to_owned()), "{done:?}");
    }
    assert_eq!(app.anonymous().get(&link).await.text("h1"), "This link was used already");
}

async fn opening_the_links_any_number_of_times_uses_nothing_up(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    ask(&mut browser, NEXT).await;
    let confirm = confirm_link(&app, NEXT).await;
    for _ in 0..5 {
        let page = app.anonymous().get(&confirm).await;
        assert_eq!(
            (page.path.as_str(), page.text("h1").as_str()),
            (paths::CONFIRM_ADDRESS, "Confirm your new address")
        );
    }
    press(&app, &confirm, "#confirm-form").await;
    let undo = app.mail_to(&person.email).await.pop().unwrap().link("/undo-address/");
    for _ in 0..5 {
        let page = app.anonymous().get(&undo).await;
        assert_eq!(
            (page.path.as_str(), page.text("h1").as_str()),
            (paths::UNDO_ADDRESS, "Take the change back")
        );
    }
    assert_eq!(user(&app, &person).await.email.as_str(), NEXT);
    assert_eq!(press(&app, &undo, "#undo-form").await.text("h1"), "Your old address is back");
    for path in [paths::CONFIRM_ADDRESS, paths::UNDO_ADDRESS] {
        assert_eq!(app.anonymous().get(path).await.text("h1"), "This link is not complete");
    }
}

async fn a_taken_address_looks_the_same_and_its_owner_is_told(app: TestApp) {
    let (person, owner) = (member(&app).await, member(&app).await);
    let mut browser = app.browser_of(&person).await;
    let free = ask(&mut browser, NEXT).await;
    let taken = ask(&mut browser, &owner.email).await;
    assert_eq!((free.status, &free.path, free.text("main")), (taken.status, &taken.path, taken.text("main")));
    let letter = app.only_mail_to(&owner.email).await;
    assert!(
        letter.text.contains(paths::LOGIN) && !letter.text.contains("/confirm-address/"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains(&person.email), "{}", letter.text);
}

async fn what_is_no_address_or_the_present_one_is_refused_beside_the_field(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    for (email, words) in
        [("ada", "like name@example.org"), ("", "Enter an email address"), ("MEMBER1@demo.test", "already")]
    {
        let page = ask(&mut browser, email).await;
        page.assert_status(422);
        assert!(page.text("#email-error").contains(words), "{email}: {page:?}");
        assert_eq!(page.attribute("#email", "value"), email);
    }
    assert_eq!(app.count("address_changes").await, 0);
}

async fn a_change_asks_for_a_fresh_factor(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::ACCOUNT_EMAIL).await.assert_status(200);
    let late = browser.prepare("#address-form", &[("email", NEXT)], &[]);
    app.clock.advance(FRESH + TimeDelta::seconds(1));
    // What was typed goes along (307), and comes back once the factor was shown.
    for (request, status) in [(late, 307), (browser.request(Method::GET, paths::ACCOUNT_EMAIL), 303)] {
        let answer = browser.send(request).await;
        assert!(
            answer.assert_status(status).header("location").unwrap().starts_with(paths::CONFIRM),
            "{answer:?}"
        );
    }
    assert_eq!(app.count("address_changes").await, 0);
}

async fn a_newer_change_ends_the_older_one(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    ask(&mut browser, NEXT).await;
    let older = confirm_link(&app, NEXT).await;
    ask(&mut browser, "countess@demo.test").await;
    assert_eq!(app.anonymous().get(&older).await.text("h1"), "This link is no longer valid");
    press(&app, &confirm_link(&app, "countess@demo.test").await, "#confirm-form").await;
    assert_eq!(user(&app, &person).await.email.as_str(), "countess@demo.test");
}

async fn an_address_taken_meanwhile_is_not_taken_again(app: TestApp) {
    let (one, other) = (member(&app).await, member(&app).await);
    ask(&mut app.browser_of(&one).await, NEXT).await;
    let first = confirm_link(&app, NEXT).await;
    ask(&mut app.browser_of(&other).await, NEXT).await;
    let second = confirm_link(&app, NEXT).await;
    assert_eq!(press(&app, &second, "#confirm-form").await.text("h1"), "Your address is changed");
    assert_eq!(press(&app, &first, "#confirm-form").await.text("h1"), "This link is no longer valid");
    assert_eq!(user(&app, &one).await.email.as_str(), one.email);
    assert_eq!(user(&app, &other).await.email.as_str(), NEXT);
}

async fn taking_it_back_ends_sessions_and_asks_for_a_new_password(app: TestApp) {
    let person = member(&app).await;
    let mut thief = app.browser_of(&person).await;
    let undo = changed(&app, &person, &mut thief, NEXT).await;
    let mut events = app.hub.listen();
    press(&app, &undo, "#undo-form").await.assert_status(200);
    events.try_recv().unwrap();
    assert!(thief.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    for email in [NEXT, &person.email] {
        let mut browser = app.anonymous();
        browser.get(paths::LOGIN).await;
        browser
            .submit("#login-form", &[("email", email), ("password", person.password)])
            .await
            .assert_status(422);
    }
    let reset = app.mail_to(&person.email).await.pop().unwrap().link("/reset-password/");
    let mut browser = app.anonymous();
    browser.get(&reset).await;
    browser.submit("#reset-form", &[("new", NEW)]).await.assert_status(200);
    app.browser_of(&Person { password: NEW, ..person.clone() }).await;
    let done: Vec<String> = audited(&app, &person.id).await.into_iter().map(|entry| entry.0).collect();
    assert!(done.contains(&"user.email_change_undone".to_owned()), "{done:?}");
    assert_eq!(app.anonymous().get(&undo).await.text("h1"), "This link was used already");
}

async fn taking_it_back_voids_what_was_changed_after_it(app: TestApp) {
    let person = member(&app).await;
    let mut thief = app.browser_of(&person).await;
    let undo = changed(&app, &person, &mut thief, NEXT).await;
    let undo_of_thief = changed(&app, &person, &mut thief, "thief@demo.test").await;
    ask(&mut thief, "thief2@demo.test").await;
    let pending = confirm_link(&app, "thief2@demo.test").await;
    press(&app, &undo, "#undo-form").await.assert_status(200);
    assert_eq!(user(&app, &person).await.email.as_str(), person.email);
    for link in [undo_of_thief, pending] {
        assert_eq!(app.anonymous().get(&link).await.text("h1"), "This link is no longer valid");
    }
}

async fn it_can_be_taken_back_for_72_hours(app: TestApp) {
    let person = member(&app).await;
    let undo = changed(&app, &person, &mut app.browser_of(&person).await, NEXT).await;
    app.clock.advance(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!(app.anonymous().get(&undo).await.text("h1"), "Take the change back");
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.anonymous().get(&undo).await.text("h1"), "This link is no longer valid");
}

async fn the_old_address_is_nobodys_as_long_as_it_may_come_back(app: TestApp) {
    let (person, other) = (member(&app).await, member(&app).await);
    let undo = changed(&app, &person, &mut app.browser_of(&person).await, NEXT).await;
    let page = register(&mut app.anonymous(), &[("email", &person.email)], &one_file()).await;
    assert_eq!(page.path, paths::REGISTERED, "it looks the same");
    ask(&mut app.browser_of(&other).await, &person.email).await.assert_status(200);
    assert_eq!(app.count("users").await, 2);
    assert_eq!(app.mail_to(&person.email).await.len(), 1, "only the word of the change");
    app.clock.advance(TimeDelta::hours(73));
    register(&mut app.anonymous(), &[("email", &person.email)], &one_file()).await;
    assert_eq!(app.count("users").await, 3);
    assert_eq!(app.anonymous().get(&undo).await.text("h1"), "This link is no longer valid");
}

async fn an_address_that_may_come_back_is_not_given_away_by_staff(app: TestApp) {
    let person = member(&app).await;
    changed(&app, &person, &mut app.browser_of(&person).await, NEXT).await;
    let admin = Program::of(&app).await;
    let body = json!({ "email": person.email, "role": "member" });
    let refused = admin.send(Method::POST, "/api/v1/invites", &body).await;
    assert_eq!(code(&refused, 409), "address_reserved");
    let staff = NewStaff {
        email: EmailAddress::parse(&person.email).unwrap(),
        name: DisplayName::parse("Somebody Else").unwrap(),
        role: Role::Admin,
        password: "Nanosecond-Wire-30cm".into(),
    };
    let refused = setup::create_staff(&app, &Act::by_system(app.clock.now()), staff).await.unwrap_err();
    assert!(matches!(refused, StaffError::AddressTaken), "{refused:?}");
}

/// The invite was sent before the address was given up.
async fn an_invite_is_not_accepted_with_an_address_that_may_come_back(app: TestApp) {
    let elsewhere = app.add_organization("elsewhere").await;
    let person = app.add_person(Role::Member, &elsewhere).await;
    let admin = Program::of(&app).await;
    let body = json!({ "email": person.email, "role": "member" });
    admin.send(Method::POST, "/api/v1/invites", &body).await.assert_status(201);
    let link = app.only_mail_to(&person.email).await.link("/invite/");
    changed(&app, &person, &mut app.browser_of(&person).await, NEXT).await;
    let accept = format!("/api/v1/invites/{}/accept", super::reset::token(&link));
    let body = json!({ "name": "Ada", "password": NEW });
    let page = super::reset::post(&app.anonymous(), &accept, body).await;
    assert_eq!(code(&page, 409), "address_taken");
}

async fn changes_are_asked_for_three_times_an_hour_at_most(app: TestApp) {
    let mut browser = app.signed_in(Role::Member).await;
    for n in 0..3 {
        ask(&mut browser, &format!("new{n}@demo.test")).await.assert_status(200);
    }
    ask(&mut browser, "new3@demo.test").await.assert_status(429);
}
