//! Choosing a password: one's own, after a temporary one, by an activation link.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::{Act, Role};
use frontdesk::accounts::store::{self, Password};
use frontdesk::accounts::tokens::{self, Purpose};
use frontdesk::db::schema::sessions;
use frontdesk::paths;
use reqwest::Method;
use secrecy::ExposeSecret;

use crate::harness::{Browser, Page, Person, TestApp, both_engines};

both_engines!(
    changing_the_password_asks_for_the_present_one_and_ends_other_sessions,
    changing_the_password_gives_the_session_another_key,
    the_present_password_cannot_be_guessed_in_a_session,
    each_broken_rule_is_named,
    the_rules_are_told_while_a_password_is_typed,
    the_list_of_rules_is_on_every_page_with_a_new_password,
    after_a_temporary_password_nothing_opens_before_it_was_changed,
    a_temporary_password_works_once_and_dies_in_time,
    an_activation_link_survives_being_looked_at_and_works_once,
);

const NEW: &str = "Analytical-Engine-1837";

async fn member(app: &TestApp) -> Person {
    let organization = app.organization().await;
    app.add_person(Role::Member, &organization).await
}

async fn give_temporary_password(app: &TestApp, person: &Person) {
    let hash = app.hasher.hash_here(&person.password.into()).unwrap();
    let (id, now) = (person.id.clone(), app.clock.now());
    let password = Password::Temporary(hash, now.plus(TimeDelta::hours(72)));
    app.db.write(move |c| store::set_password(c, &id, &password, now)).await.unwrap();
}

async fn changing_the_password_asks_for_the_present_one_and_ends_other_sessions(app: TestApp) {
    let person = member(&app).await;
    let mut elsewhere = app.browser_of(&person).await;
    let mut here = app.browser_of(&person).await;
    here.get(paths::PASSWORD).await;
    let wrong = here.submit("#password-form", &[("current", "wrong"), ("new", NEW)]).await;
    assert!(wrong.assert_status(422).body().contains("not your present password"), "{wrong:?}");
    let done = here.submit("#password-form", &[("current", person.password), ("new", NEW)]).await;
    assert!(done.assert_status(200).body().contains("Your password was changed"), "{done:?}");
    assert_eq!(here.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    assert!(elsewhere.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
}

async fn keys(app: &TestApp, person: &Person) -> Vec<String> {
    let own = sessions::table.filter(sessions::user_id.eq(person.id.clone()));
    let own = own.filter(sessions::ended_at.is_null()).select(sessions::hash);
    app.read(move |c| own.load(c)).await
}

async fn changing_the_password_gives_the_session_another_key(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let before = keys(&app, &person).await;
    browser.get(paths::PASSWORD).await;
    browser.submit("#password-form", &[("current", person.password), ("new", NEW)]).await.assert_status(200);
    let after = keys(&app, &person).await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn the_present_password_cannot_be_guessed_in_a_session(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    for _ in 0..5 {
        browser.get(paths::PASSWORD).await;
        let page = browser.submit("#password-form", &[("current", "wrong"), ("new", NEW)]).await;
        page.assert_status(422);
    }
    browser.get(paths::PASSWORD).await;
    let right = [("current", person.password), ("new", NEW)];
    let page = browser.submit("#password-form", &right).await;
    assert!(page.assert_status(429).header("retry-after").is_some());
    app.clock.advance(TimeDelta::minutes(15));
    browser.get(paths::PASSWORD).await;
    browser.submit("#password-form", &right).await.assert_status(200);
}

async fn each_broken_rule_is_named(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let cases = [
        ("Short1!", "at least 8 characters"),
        ("no-upper-case-1", "an upper-case letter"),
        ("NO-LOWER-CASE-1", "a lower-case letter"),
        ("No-Digit-At-All", "a digit"),
        ("NoSpecial1843", "a character that is neither letter nor digit"),
        ("A-member1-x", "nothing like your name or email address"),
        ("Passw0rd!", "hard to guess. This is very like a common password."),
    ];
    for (new, rule) in cases {
        browser.get(paths::PASSWORD).await;
        let page = browser.submit("#password-form", &[("current", person.password), ("new", new)]).await;
        let told = page.assert_status(422).text(".error-summary");
        assert!(told.contains(rule), "{new}: {told}");
        assert!(!page.body().contains(new));
    }
}

async fn after_a_temporary_password_nothing_opens_before_it_was_changed(app: TestApp) {
    let person = member(&app).await;
    give_temporary_password(&app, &person).await;
    let mut browser = app.browser_of(&person).await;
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::PASSWORD);
    let same = browser.submit("#password-form", &[("new", person.password)]).await;
    assert!(same.assert_status(422).body().contains("the password you have now"), "{same:?}");
    browser.submit("#password-form", &[("new", NEW)]).await.assert_status(200);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn a_temporary_password_works_once_and_dies_in_time(app: TestApp) {
    let once = member(&app).await;
    give_temporary_password(&app, &once).await;
    app.browser_of(&once).await;
    let late = member(&app).await;
    give_temporary_password(&app, &late).await;
    app.clock.advance(TimeDelta::hours(73));
    for person in [once, late] {
        let mut browser = app.anonymous();
        browser.get(paths::LOGIN).await;
        let fields = [("email", person.email.as_str()), ("password", person.password)];
        let page = browser.submit("#login-form", &fields).await;
        assert!(page.assert_status(422).body().contains("temporary password"), "{page:?}");
    }
}

async fn an_activation_link_survives_being_looked_at_and_works_once(app: TestApp) {
    let person = member(&app).await;
    let (random, act) = (app.random.clone(), Act::by_system(app.clock.now()));
    let (organization, id) = (person.organization.clone(), person.id.clone());
    let token = app
        .db
        .write(move |c| tokens::issue(c, &random, &act, &organization, Some(&id), Purpose::Activation))
        .await
        .unwrap();
    let link = paths::activate_link(token.expose_secret());
    for _ in 0..5 {
        assert_eq!(app.anonymous().get(&link).await.path, paths::ACTIVATE, "the token leaves the address");
    }
    let mut browser = app.anonymous();
    browser.get(&link).await;
    browser.submit("#activate-form", &[("new", "short")]).await.assert_status(422);
    browser.submit("#activate-form", &[("new", NEW)]).await.assert_status(200);
    let again = app.anonymous().get(&link).await;
    assert!(again.body().contains("used already"), "{again:?}");
    let person = Person { password: NEW, ..person };
    app.browser_of(&person).await;
}

/// What is said of a password while it is typed into the field of this name.
async fn told(browser: &Browser, csrf: &str, fields: &[(&str, &str)]) -> Page {
    let request = browser.request(Method::POST, paths::PASSWORD_RULES).form(fields);
    let page = browser.send(request.header("x-csrf-token", csrf).header("hx-request", "true")).await;
    page.assert_status(200);
    page
}

async fn the_rules_are_told_while_a_password_is_typed(app: TestApp) {
    let mut browser = app.anonymous();
    let csrf = browser.get(paths::LOGIN).await.attribute("meta[name=csrf-token]", "content");
    let start = told(&browser, &csrf, &[("password", "")]).await;
    assert_eq!((start.texts("li").len(), start.texts("li.kept").len()), (8, 0));
    let fields = [("password", "Lovelace-18"), ("name", "Ada Lovelace"), ("staff", "true")];
    let some = told(&browser, &csrf, &fields).await;
    assert!(some.has("[data-rule=upper].kept") && !some.has("[data-rule=not-like-owner].kept"));
    assert!(some.text("[data-rule=length]").contains("at least 12 characters (not yet)"));
    assert!(some.text("#password-rules-said").contains("nothing like your name"), "{}", some.body());
    assert!(!some.body().contains("Lovelace-18"));
    let all = told(&browser, &csrf, &[("new", NEW), ("staff", "true")]).await;
    assert_eq!(all.texts("li.kept").len(), 8);
    assert_eq!(all.text("#new-rules-said"), "The password keeps all rules.");
    // Of somebody who is signed in, name and role are known.
    let mut own = app.signed_in(Role::Admin).await;
    let csrf = own.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let like = told(&own, &csrf, &[("new", "Administrator-of-x1")]).await;
    assert!(!like.has("[data-rule=not-like-owner].kept"), "{}", like.body());
    assert_eq!(app.count("rate_limit_hits").await, 0);
}

async fn the_list_of_rules_is_on_every_page_with_a_new_password(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::PASSWORD).await;
    assert_eq!(page.texts("#new-rules li").len(), 8);
    assert!(page.attribute("#new", "aria-describedby").contains("new-rules"));
    assert_eq!(page.attribute("#new", "hx-params"), "password,new,name,email,staff");
    assert!(!page.has("#current[hx-post]"));
}
