//! Invites: the console's pages and the one behind the link.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use super::{ARABIC_NAME, LONG_NAME, look, look_at};
use crate::e2e::driver::Tab;
use crate::harness::{Browser, Engine, TestApp};
use crate::invites::support::{PASSWORD, accept, all, invited, newest_link};

/// As long as an address may reasonably be.
const LONG_EMAIL: &str =
    "augusta.ada.wolfeschlegelsteinhausen-king.lady-of-lovelace@analytical-society.demo.test";

async fn signed_in(app: &TestApp, role: Role) -> Tab {
    let person = app.add_person(role, &app.organization().await).await;
    let tab = Tab::open(app).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&person).await;
    tab
}

async fn invite_named(browser: &mut Browser, email: &str, name: &str) {
    browser.get(paths::INVITE_NEW).await;
    let fields = [("email", email), ("role", "reviewer"), ("name", name)];
    browser.submit("#invite-form", &fields).await.assert_status(200);
}

#[tokio::test]
async fn inviting_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = signed_in(&app, Role::Operator).await;
    look_at(&tab, paths::INVITES, "invites-empty").await;
    look_at(&tab, paths::INVITE_NEW, "invite-new").await;
    tab.fill("Email address", "ada@").await;
    tab.press("Send the invitation").await;
    tab.find(".error-summary").await;
    look(&tab, "invite-new-errors").await;
    let mut admin = app.admin().await;
    invite_named(&mut admin, LONG_EMAIL, LONG_NAME).await;
    invite_named(&mut admin, "muhammad@demo.test", ARABIC_NAME).await;
    for number in 1..=55 {
        app.clock.advance(TimeDelta::seconds(7));
        invited(&app, &mut admin, &format!("person{number}@demo.test"), Role::Member).await;
    }
    let taken = invited(&app, &mut admin, "emmy@demo.test", Role::Support).await;
    accept(&mut app.anonymous(), &taken, "Emmy Noether", PASSWORD).await.assert_status(200);
    let invites = all(&app, &app.organization().await).await;
    let of = |email: &str| paths::invite(&invites.iter().find(|one| one.email.as_str() == email).unwrap().id);
    admin.get(&of("person1@demo.test")).await;
    admin.submit("#revoke-form", &[]).await.assert_status(200);
    admin.get(&of(LONG_EMAIL)).await;
    admin.submit("#send-again-form", &[]).await.assert_status(200);
    look_at(&tab, &format!("{}?state=all", paths::INVITES), "invites-all").await;
    look_at(&tab, &format!("{}?state=all&q=demo", paths::INVITES), "invites-search").await;
    look_at(&tab, &format!("{}?q=nobody", paths::INVITES), "invites-nothing").await;
    look_at(&tab, &of(LONG_EMAIL), "invite").await;
    look_at(&tab, &of("emmy@demo.test"), "invite-accepted").await;
    app.clock.advance(TimeDelta::minutes(11));
    look_at(&tab, paths::INVITE_NEW, "invite-new-stale").await;
}

#[tokio::test]
async fn inviting_many_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = signed_in(&app, Role::Admin).await;
    look_at(&tab, paths::INVITE_FILE, "invite-file").await;
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "ada@demo.test,reviewer\n").unwrap();
    tab.attach("File", &[bad]).await;
    tab.press("Show what will happen").await;
    tab.find(".error-summary").await;
    look(&tab, "invite-file-refused").await;
    let mut text = format!(
        "email,role,name\n{LONG_EMAIL},reviewer,\"{LONG_NAME}\"\nmuhammad@demo.test,member,{ARABIC_NAME}\n\
         admin1@demo.test,member,\nno address,member,\ngrace@demo.test,captain,Grace\nemmy@demo.test,operator,\n\
         MUHAMMAD@demo.test,member,\n"
    );
    for number in 1..=20 {
        let number = number.to_string();
        text.extend(["person", &number, "@demo.test,member,Person ", &number, "\n"]);
    }
    let good = folder.path().join("everybody-who-joins-in-spring-2026-final-version.csv");
    std::fs::write(&good, text).unwrap();
    tab.visit(paths::INVITE_FILE).await;
    tab.attach("File", &[good]).await;
    tab.press("Show what will happen").await;
    tab.see("22 invitations will be sent").await;
    look(&tab, "invite-preview").await;
    tab.find("#send-form button").await.click().await.unwrap();
    tab.see("22 invitations sent").await;
    look(&tab, "invite-result").await;
}

#[tokio::test]
async fn accepting_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let mut admin = app.admin().await;
    invite_named(&mut admin, LONG_EMAIL, LONG_NAME).await;
    let link = newest_link(&app, LONG_EMAIL).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, &link, "invite-accept").await;
    tab.fill("Password", "short").await;
    tab.press("Open my account").await;
    tab.find(".error-summary").await;
    look(&tab, "invite-accept-refused").await;
    tab.fill("Password", PASSWORD).await;
    tab.press("Open my account").await;
    tab.arrive(paths::LOGIN).await;
    look(&tab, "invite-accepted-login").await;
    look_at(&tab, &link, "invite-used").await;
    look_at(&tab, &paths::invite_link("0"), "invite-unknown").await;
    let late = invited(&app, &mut admin, "grace@demo.test", Role::Member).await;
    let member = signed_in(&app, Role::Member).await;
    look_at(&member, &late, "invite-signed-in").await;
    app.clock.advance(TimeDelta::days(8));
    look_at(&tab, &late, "invite-expired").await;
}
