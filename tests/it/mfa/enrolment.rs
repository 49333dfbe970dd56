//! Setting up and removing factors at `/account/mfa`.

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::Connection;
use frontdesk::db::schema::{audit_entries, notifications, sessions, users};
use frontdesk::live::{Ended, Event};
use frontdesk::paths;

use super::support::{Authenticator, set_up_app, with_app};
use crate::harness::{Person, TestApp, both_engines};
use crate::tokens::support::{refresh, sign_in};

both_engines!(
    an_app_is_set_up_by_its_qr_code_and_its_first_code,
    the_first_factor_ends_the_other_sessions_and_gives_this_one_another_key,
    setting_up_asks_for_a_fresh_factor_to_its_end,
    every_change_is_mailed_and_told_and_audited,
    the_secret_and_the_codes_are_nowhere_in_the_database,
    a_member_can_remove_the_last_factor_and_needs_none_then,
    another_app_takes_the_place_of_the_first_only_when_it_has_shown_a_code,
    new_recovery_codes_end_the_old_ones,
    setting_up_an_app_is_over_after_an_hour,
    where_passkeys_cannot_work_the_page_says_why,
);

async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

async fn has_factor(app: &TestApp, person: &Person) -> bool {
    let id = person.id.clone();
    let since: Option<frontdesk::clock::Timestamp> =
        app.read(move |c| users::table.find(id).select(users::mfa_since).first(c)).await;
    since.is_some()
}

async fn an_app_is_set_up_by_its_qr_code_and_its_first_code(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let page = browser.get(paths::ACCOUNT).await;
    assert!(page.has(&format!("a[href='{}']", paths::MFA)), "{page:?}");
    browser.get(paths::MFA).await;
    let page = browser.submit("#set-up-app", &[]).await;
    let phone = Authenticator::scan(&page);
    assert_eq!(phone.label(), format!("/Analytical Society:{}", person.email));
    assert_eq!(page.text(".copy code"), phone.secret());
    let code = phone.code(&app, 0);
    let wrong = if code == "123456" { "654321" } else { "123456" };
    let refused = browser.submit("#code-form", &[("code", wrong)]).await;
    assert!(refused.assert_status(422).body().contains("not the code of now"), "{refused:?}");
    assert_eq!(Authenticator::scan(&refused).secret(), phone.secret());
    assert!(!has_factor(&app, &person).await);
    let shown = browser.submit("#code-form", &[("code", &code)]).await;
    assert_eq!(shown.assert_status(200).text("h1"), "Your recovery codes");
    assert!(has_factor(&app, &person).await);
    let page = browser.get(paths::MFA).await;
    assert!(page.body().contains("10 of 10 left"), "{page:?}");
    assert!(page.has("#remove-app"));
    // Shown once: the code was used, and so was the page.
    assert_eq!(browser.get(paths::TOTP).await.path, paths::MFA);
}

async fn keys(app: &TestApp, person: &Person) -> Vec<String> {
    let own = sessions::table.filter(sessions::user_id.eq(person.id.clone()));
    let own = own.filter(sessions::ended_at.is_null()).select(sessions::hash);
    app.read(move |c| own.load(c)).await
}

async fn the_first_factor_ends_the_other_sessions_and_gives_this_one_another_key(app: TestApp) {
    let person = member(&app).await;
    let mut elsewhere = app.browser_of(&person).await;
    let tokens = sign_in(&app, &person).await;
    let mut browser = app.browser_of(&person).await;
    let before = keys(&app, &person).await;
    let mut hub = app.hub.listen();
    set_up_app(&app, &mut browser).await;
    let after = keys(&app, &person).await;
    assert_eq!((before.len(), after.len()), (3, 1));
    assert!(!before.contains(&after[0]));
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    assert!(elsewhere.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    refresh(&app.anonymous(), &tokens.refresh).await.assert_status(401);
    assert!(matches!(hub.try_recv().unwrap(), Event::SessionsEnded { sessions: Ended::AllBut(_), .. }));
}

/// The secret that is being set up is as good as a factor.
async fn setting_up_asks_for_a_fresh_factor_to_its_end(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::MFA).await;
    let page = browser.submit("#set-up-app", &[]).await;
    let phone = Authenticator::scan(&page);
    app.clock.advance(chrono::TimeDelta::minutes(11));
    let form = browser.prepare("#code-form", &[("code", &phone.code(&app, 0))], &[]);
    browser.send(form).await.assert_status(307);
    assert!(!has_factor(&app, &person).await);
    let page = browser.get(paths::TOTP).await;
    assert!(page.path.starts_with(paths::CONFIRM) && !page.body().contains(&phone.secret()), "{page:?}");
}

async fn every_change_is_mailed_and_told_and_audited(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    set_up_app(&app, &mut browser).await;
    browser.get(paths::MFA).await;
    browser.submit("#new-codes", &[]).await.assert_status(200);
    browser.get(paths::MFA).await;
    browser.submit("#remove-app", &[]).await;
    let letters = app.mail_to(&person.email).await;
    let texts = letters.iter().map(|letter| letter.text.as_str());
    let texts: Vec<&str> = texts.filter(|text| text.contains("How you sign in to your account")).collect();
    let told = ["An authenticator app was added.", "New recovery codes were made.", "app was removed."];
    assert_eq!(texts.len(), told.len(), "{texts:?}");
    for (text, words) in texts.iter().zip(told) {
        assert!(text.contains(words) && text.contains("Firefox on Linux"), "{text}");
    }
    let id = person.id.clone();
    let messages: Vec<String> = app
        .read(move |c| {
            let own = notifications::table.filter(notifications::user_id.eq(id));
            let own = own.filter(notifications::title.eq("Your second factor changed"));
            own.order(notifications::created_at).select(notifications::message).load(c)
        })
        .await;
    assert_eq!(messages.len(), told.len(), "{messages:?}");
    let actions: Vec<String> = app
        .read(|c| {
            let factors =
                audit_entries::action.like("user.mfa%").or(audit_entries::action.like("user.recovery%"));
            let own = audit_entries::table.filter(factors);
            own.order(audit_entries::id).select(audit_entries::action).load(c)
        })
        .await;
    assert_eq!(actions, ["user.mfa_enrolled", "user.recovery_codes_made", "user.mfa_removed"]);
}

/// Everything in the database, as text.
fn dump(c: &mut Connection, tables: &[&str]) -> String {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }

    let whole = |table: &str, postgres: bool| {
        match (table, postgres) {
        (_, true) => format!("SELECT CAST(t AS TEXT) AS line FROM {table} t"),
        ("totp_secrets", _) => "SELECT coalesce(sealed_secret, '') || ' ' || coalesce(sealed_pending, '') AS line FROM totp_secrets".to_owned(),
        ("recovery_codes", _) => "SELECT hash AS line FROM recovery_codes".to_owned(),
        ("mfa_challenges", _) => "SELECT hash || ' ' || coalesce(sealed_state, '') AS line FROM mfa_challenges".to_owned(),
        ("emails", _) => "SELECT data || subject || coalesce(sealed_secret, '') AS line FROM emails".to_owned(),
        ("notifications", _) => "SELECT message || data AS line FROM notifications".to_owned(),
        ("sessions", _) => "SELECT hash || state AS line FROM sessions".to_owned(),
        ("audit_entries", _) => "SELECT coalesce(before, '') || coalesce(after, '') AS line FROM audit_entries".to_owned(),
        (other, _) => panic!("say what {other} holds"),
    }
    };
    let postgres = c.is_postgres();
    let mut text = String::new();
    for table in tables {
        let lines: Vec<Line> = diesel::sql_query(whole(table, postgres)).load(c).unwrap();
        text.extend(lines.into_iter().map(|line| line.line + "\n"));
    }
    text
}

async fn the_secret_and_the_codes_are_nowhere_in_the_database(app: TestApp) {
    const TABLES: &[&str] = &[
        "totp_secrets",
        "recovery_codes",
        "mfa_challenges",
        "emails",
        "notifications",
        "sessions",
        "audit_entries",
    ];
    let person = member(&app).await;
    let (phone, codes) = with_app(&app, &person).await;
    let mut browser = app.anonymous();
    super::support::first_step(&mut browser, &person, paths::LOGIN).await;
    let (secret, postgres) = (phone.secret(), app.read(|c| Ok(c.is_postgres())).await);
    let text = app.read(|c| Ok(dump(c, TABLES))).await;
    assert!(text.lines().count() > 14 && text.contains("v1."), "{postgres}: {text}");
    assert!(!text.contains(&secret), "the secret is in {text}");
    for code in codes {
        assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")), "{code} is in {text}");
    }
}

async fn a_member_can_remove_the_last_factor_and_needs_none_then(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    set_up_app(&app, &mut browser).await;
    browser.get(paths::MFA).await;
    let page = browser.submit("#remove-app", &[]).await;
    assert!(page.body().contains("was removed"), "{page:?}");
    assert!(!has_factor(&app, &person).await);
    assert_eq!(app.count("recovery_codes").await, 0);
    let mut again = app.browser_of(&person).await;
    assert_eq!(again.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
}

async fn another_app_takes_the_place_of_the_first_only_when_it_has_shown_a_code(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let (first, _) = set_up_app(&app, &mut browser).await;
    browser.get(paths::MFA).await;
    let page = browser.submit("#set-up-app", &[]).await;
    let second = Authenticator::scan(&page);
    assert_ne!(first.secret(), second.secret());
    super::support::signed_in_with(&app, &person, &first).await;
    browser.get(paths::TOTP).await;
    let page = browser.submit("#code-form", &[("code", &second.code(&app, 0))]).await;
    assert_eq!(page.path, paths::MFA, "{page:?}");
    app.clock.advance(chrono::TimeDelta::seconds(60));
    super::support::signed_in_with(&app, &person, &second).await;
    let mut late = app.anonymous();
    super::support::first_step(&mut late, &person, paths::LOGIN).await;
    late.submit("#code-form", &[("code", &first.code(&app, 0))]).await.assert_status(422);
}

async fn new_recovery_codes_end_the_old_ones(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    let (_, old) = set_up_app(&app, &mut browser).await;
    browser.get(paths::MFA).await;
    let new = browser.submit("#new-codes", &[]).await.texts(".recovery-codes code span");
    assert_eq!(new.len(), 10);
    assert!(new.iter().all(|code| !old.contains(code)));
    let mut other = app.anonymous();
    super::support::first_step(&mut other, &person, paths::ACCOUNT).await;
    other.submit("#code-form", &[("code", &old[0])]).await.assert_status(422);
    let page = other.submit("#code-form", &[("code", &new[0])]).await;
    assert_eq!(page.path, paths::ACCOUNT, "{page:?}");
}

async fn setting_up_an_app_is_over_after_an_hour(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::MFA).await;
    let page = browser.submit("#set-up-app", &[]).await;
    let phone = Authenticator::scan(&page);
    app.clock.advance(chrono::TimeDelta::minutes(61));
    browser.submit("#code-form", &[("code", &phone.code(&app, 0))]).await.assert_status(200);
    // The form was taken along, and is sent on.
    let page = browser.submit("#confirm-form", &[("confirm_password", person.password)]).await;
    assert_eq!(page.path, paths::MFA, "{page:?}");
    assert!(page.body().contains("took too long"), "{page:?}");
}

/// The harness serves a bare address.
async fn where_passkeys_cannot_work_the_page_says_why(app: TestApp) {
    let mut browser = app.signed_in(Role::Member).await;
    let page = browser.get(paths::MFA).await;
    assert!(page.body().contains("Passkeys need a site with a name"), "{page:?}");
    assert!(!page.has("[data-passkey]"));
    assert!(!app.anonymous().get(paths::LOGIN).await.has("[data-passkey]"));
}
