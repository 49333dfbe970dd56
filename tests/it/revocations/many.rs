//! Confirming that many sessions end: the number that was shown, the moment it was counted, and one's own session.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use super::support::{filled, open, sessions_of, sql};
use crate::harness::{TestApp, both_engines};

both_engines!(
    the_number_that_was_shown_is_accepted_and_what_was_opened_since_stays,
    sessions_that_ended_since_are_no_reason_to_ask_again,
    a_number_that_has_grown_is_asked_about_again,
    whoever_ends_all_keeps_their_own_session,
    whoever_says_so_ends_their_own_session_too,
    ones_own_session_alone_is_not_ended_in_bulk,
    ending_ones_own_by_name_says_so_first,
    a_pasted_id_finds_one_person,
);

async fn the_number_that_was_shown_is_accepted_and_what_was_opened_since_stays(app: TestApp) {
    let person = filled(&app, 2, 3).await;
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=role:member", paths::NEW_REVOCATION)).await;
    assert_eq!(page.text("#matched"), "7");
    app.clock.advance(TimeDelta::seconds(5));
    let mut late = app.browser_of(&person).await;
    // The page that refuses asks about the same sessions as before.
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "8")]).await;
    page.assert_status(422);
    assert_eq!(page.text("#matched"), "7");
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "7")]).await;
    assert_eq!(page.assert_status(200).text("h1"), "7 sessions ended", "{page:?}");
    assert_eq!(late.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "it was opened after the count");
    assert_eq!(open(&app).await, 2);
}

async fn sessions_that_ended_since_are_no_reason_to_ask_again(app: TestApp) {
    filled(&app, 2, 3).await;
    let mut admin = app.admin().await;
    admin.get(&format!("{}?q=role:member", paths::NEW_REVOCATION)).await;
    let now = app.clock.now();
    sql(&app, format!("UPDATE sessions SET ended_at = '{}' WHERE ip = '10.0.0.2'", now.naive())).await;
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "7")]).await;
    assert_eq!(page.assert_status(200).text("h1"), "5 sessions ended", "{page:?}");
}

async fn a_number_that_has_grown_is_asked_about_again(app: TestApp) {
    let person = filled(&app, 1, 1).await;
    let ada = app.add_person(Role::Support, &person.organization).await;
    drop(app.browser_of(&ada).await);
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=role:member", paths::NEW_REVOCATION)).await;
    assert_eq!(page.text("#matched"), "2");
    // Somebody who was signed in all along has become one of those who are meant.
    sql(&app, format!("UPDATE users SET role = 'member' WHERE id = '{}'", ada.id)).await;
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "2")]).await;
    page.assert_status(422);
    assert!(
        page.text(".error-summary").contains("More sessions match by now. Type 3 to confirm."),
        "{page:?}"
    );
    assert_eq!(open(&app).await, 4);
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "3")]).await;
    assert_eq!(page.assert_status(200).text("h1"), "3 sessions ended", "{page:?}");
}

async fn whoever_ends_all_keeps_their_own_session(app: TestApp) {
    let person = filled(&app, 2, 3).await;
    let mut admin = app.admin().await;
    let page = admin.get(paths::SESSIONS).await;
    let page = admin.get(&page.attribute("#end-matching", "href")).await;
    assert_eq!(page.text("#matched"), "7", "without one’s own");
    assert!(page.text("#revoke-form").contains("You will be signed out too."), "{page:?}");
    let page = admin.submit("#revoke-form", &[("reason", "All anew."), ("count", "7")]).await;
    assert_eq!(page.assert_status(200).text("h1"), "7 sessions ended", "{page:?}");
    assert!(page.text("dl").contains("every open session, but not that of whoever asked"), "{page:?}");
    assert_eq!(open(&app).await, 1);
    // Picked in the list, it is left out as well.
    drop(app.browser_of(&person).await);
    let page = admin.get(paths::SESSIONS).await;
    let rows = page.texts("tbody tr").len();
    let row = |row| page.attribute(&format!("tbody tr:nth-child({row}) input"), "value");
    let picked: Vec<String> = (1..=rows).map(row).collect();
    let fields: Vec<(&str, &str)> = picked.iter().map(|id| ("ids", id.as_str())).collect();
    let page = admin.submit("#bulk", &fields).await;
    assert_eq!((rows, page.text("#matched").as_str()), (2, "1"));
}

async fn whoever_says_so_ends_their_own_session_too(app: TestApp) {
    filled(&app, 1, 2).await;
    let mut admin = app.admin().await;
    admin.get(paths::NEW_REVOCATION).await;
    let fields = [("reason", "All anew."), ("count", "3"), ("own", "on")];
    let page = admin.submit("#revoke-form", &fields).await;
    assert!(page.path.starts_with(paths::LOGIN), "{page:?}");
    assert!(page.path.contains("revocations"), "signing in leads to how far it is: {}", page.path);
    assert_eq!(open(&app).await, 0);
    assert_eq!(app.count("revocations WHERE state = 'done' AND revoked = 4").await, 1);
}

async fn ones_own_session_alone_is_not_ended_in_bulk(app: TestApp) {
    let mut admin = app.admin().await;
    let page = admin.get(paths::NEW_REVOCATION).await;
    assert!(page.text(".empty").contains("Only your own session matches"), "{page:?}");
    assert!(!page.has("#revoke-form"));
}

async fn ending_ones_own_by_name_says_so_first(app: TestApp) {
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let other = app.add_person(Role::Admin, &person.organization).await;
    let mut admin = app.browser_of(&person).await;
    drop(app.browser_of(&other).await);
    let own = sessions_of(&app, &person).await[0].to_string();
    let theirs = sessions_of(&app, &other).await[0].to_string();
    for (what, id, warned) in [
        ("session", own.as_str(), true),
        ("user", person.id.as_str(), true),
        ("session", theirs.as_str(), false),
        ("user", other.id.as_str(), false),
    ] {
        let page = admin.get(&paths::end_one(what, id)).await;
        let said = page.texts(".callout").join(" ").contains("You will be signed out too");
        assert_eq!(said, warned, "{what} {id}: {page:?}");
    }
}

async fn a_pasted_id_finds_one_person(app: TestApp) {
    let person = filled(&app, 3, 2).await;
    let mut admin = app.admin().await;
    let page = admin.get(&format!("{}?q=user:{}", paths::SESSIONS, person.id)).await;
    assert_eq!(page.texts("tbody .as-title .line"), [person.name]);
}
