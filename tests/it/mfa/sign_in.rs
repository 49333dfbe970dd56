//! `/login/code`: the second step of a sign-in.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store};
use frontdesk::db::schema::sessions;
use frontdesk::paths;

use super::support::{first_step, signed_in_with, with_app};
use crate::harness::{Person, TestApp, both_engines};

both_engines!(
    a_right_password_opens_nothing_before_the_code,
    a_code_works_once_whoever_shows_it,
    a_clock_may_be_half_a_minute_off,
    a_recovery_code_lets_in_once_and_the_owner_is_told,
    five_wrong_codes_end_the_try,
    whoever_owns_the_account_hears_of_wrong_codes_once_an_hour,
    the_second_step_is_over_after_ten_minutes,
    codes_cannot_be_guessed_over_many_tries,
    an_account_that_was_closed_meanwhile_stays_closed,
    the_page_without_a_first_step_leads_back,
);

async fn person(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

async fn live_sessions(app: &TestApp) -> i64 {
    app.read(|c| sessions::table.filter(sessions::ended_at.is_null()).count().first(c)).await
}

async fn a_right_password_opens_nothing_before_the_code(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let before = live_sessions(&app).await;
    let mut browser = app.anonymous();
    let page = first_step(&mut browser, &person, "/account?from=mail").await;
    assert_eq!(page.path, "/login/code?next=%2Faccount%3Ffrom%3Dmail", "{page:?}");
    assert_eq!(live_sessions(&app).await, before);
    assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    browser.get("/login/code?next=%2Faccount%3Ffrom%3Dmail").await;
    let page = browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    assert_eq!(page.path, "/account?from=mail", "{page:?}");
    assert_eq!(live_sessions(&app).await, before + 1);
    let factors: Vec<Option<frontdesk::clock::Timestamp>> =
        app.read(|c| sessions::table.order(sessions::id.desc()).select(sessions::factor_at).load(c)).await;
    assert_eq!(factors[0], Some(app.clock.now()));
}

async fn a_code_works_once_whoever_shows_it(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let code = phone.code(&app, 0);
    let mut owner = app.anonymous();
    first_step(&mut owner, &person, paths::ACCOUNT).await;
    assert_eq!(owner.submit("#code-form", &[("code", &code)]).await.path, paths::ACCOUNT);
    let mut thief = app.anonymous();
    first_step(&mut thief, &person, paths::ACCOUNT).await;
    let page = thief.submit("#code-form", &[("code", &code)]).await;
    assert!(page.assert_status(422).body().contains("used before"), "{page:?}");
    // Nor does the one before it, which nobody has used.
    thief.submit("#code-form", &[("code", &phone.code(&app, -1))]).await.assert_status(422);
    let page = thief.submit("#code-form", &[("code", &phone.code(&app, 1))]).await;
    assert_eq!(page.path, paths::ACCOUNT);
}

async fn a_clock_may_be_half_a_minute_off(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    for (off, lets_in) in [(-2, false), (2, false), (-1, true), (1, true)] {
        app.clock.advance(TimeDelta::minutes(10));
        let mut browser = app.anonymous();
        first_step(&mut browser, &person, paths::ACCOUNT).await;
        let page = browser.submit("#code-form", &[("code", &phone.code(&app, off))]).await;
        assert_eq!(page.path == paths::ACCOUNT, lets_in, "{off}: {page:?}");
    }
}

async fn a_recovery_code_lets_in_once_and_the_owner_is_told(app: TestApp) {
    let person = person(&app).await;
    let (_, codes) = with_app(&app, &person).await;
    let shouted = codes[3].to_uppercase().replace('-', " ");
    let mut browser = app.anonymous();
    first_step(&mut browser, &person, paths::ACCOUNT).await;
    let page = browser.submit("#code-form", &[("code", &shouted)]).await;
    assert_eq!(page.path, paths::ACCOUNT, "{page:?}");
    assert!(browser.get(paths::MFA).await.body().contains("9 of 10 left"));
    let letters = app.mail_to(&person.email).await;
    let told = |words: &str| letters.iter().filter(|letter| letter.text.contains(words)).count();
    assert_eq!(told("A recovery code was used. You have 9 left."), 1, "{letters:?}");
    let mut again = app.anonymous();
    first_step(&mut again, &person, paths::ACCOUNT).await;
    again.submit("#code-form", &[("code", &codes[3])]).await.assert_status(422);
}

async fn five_wrong_codes_end_the_try(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let mut browser = app.anonymous();
    first_step(&mut browser, &person, paths::ACCOUNT).await;
    for left in (1..5).rev() {
        let page = browser.submit("#code-form", &[("code", "aaaa-aaaa-aaaa")]).await;
        let told = if left == 1 { "one more try".to_owned() } else { format!("{left} more tries") };
        assert!(page.assert_status(422).body().contains(&told), "{page:?}");
    }
    let form = browser.prepare("#code-form", &[("code", &phone.code(&app, 0))], &[]);
    let page = browser.submit("#code-form", &[("code", "aaaa-aaaa-aaaa")]).await;
    assert_eq!(page.text("h1"), "Sign in again");
    let late = browser.send(form).await;
    assert_eq!(late.text("h1"), "Sign in again", "{late:?}");
    signed_in_with(&app, &person, &phone).await;
}

async fn whoever_owns_the_account_hears_of_wrong_codes_once_an_hour(app: TestApp) {
    let person = person(&app).await;
    with_app(&app, &person).await;
    let fail = async || {
        let mut browser = app.anonymous();
        first_step(&mut browser, &person, paths::ACCOUNT).await;
        for _ in 0..5 {
            browser.submit("#code-form", &[("code", "aaaa-aaaa-aaaa")]).await;
        }
    };
    let told = async || {
        let letters = app.mail_to(&person.email).await;
        letters.iter().filter(|letter| letter.text.contains("and then 5 wrong codes")).count()
    };
    fail().await;
    fail().await;
    assert_eq!(told().await, 1);
    app.clock.advance(TimeDelta::hours(1));
    fail().await;
    assert_eq!(told().await, 2);
    let recorded = crate::registration::support::audited(&app, &person.id).await;
    assert_eq!(recorded.iter().filter(|(action, _)| action == "user.mfa_failed").count(), 3);
}

async fn the_second_step_is_over_after_ten_minutes(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let mut browser = app.anonymous();
    first_step(&mut browser, &person, paths::ACCOUNT).await;
    app.clock.advance(TimeDelta::minutes(10));
    let page = browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    assert_eq!(page.text("h1"), "Sign in again", "{page:?}");
    app.clock.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    assert_eq!(app.count("mfa_challenges").await, 0);
}

async fn codes_cannot_be_guessed_over_many_tries(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    for _ in 0..2 {
        let mut browser = app.anonymous();
        first_step(&mut browser, &person, paths::ACCOUNT).await;
        for _ in 0..5 {
            browser.submit("#code-form", &[("code", "000000")]).await;
        }
    }
    let mut browser = app.anonymous();
    first_step(&mut browser, &person, paths::ACCOUNT).await;
    let page = browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    page.assert_status(429);
    assert!(page.header("retry-after").is_some());
    app.clock.advance(TimeDelta::minutes(15));
    signed_in_with(&app, &person, &phone).await;
}

async fn an_account_that_was_closed_meanwhile_stays_closed(app: TestApp) {
    let person = person(&app).await;
    let (phone, _) = with_app(&app, &person).await;
    let mut browser = app.anonymous();
    first_step(&mut browser, &person, paths::ACCOUNT).await;
    let (id, now) = (person.id.clone(), app.clock.now());
    app.db.write(move |c| store::set_status(c, &id, Status::Suspended, now)).await.unwrap();
    let page = browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await;
    assert!(page.assert_status(422).body().contains("suspended"), "{page:?}");
}

async fn the_page_without_a_first_step_leads_back(app: TestApp) {
    let mut browser = app.anonymous();
    let page = browser.get(paths::LOGIN_CODE).await;
    assert!(page.assert_status(200).has(&format!("a[href='{}']", paths::LOGIN)), "{page:?}");
    assert!(!page.has("#code-form"));
}
