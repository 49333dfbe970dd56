//! Pages of people who are not signed in.

use frontdesk::access::{Act, Role};
use frontdesk::accounts::setup;
use frontdesk::accounts::tokens::{self, Purpose};
use frontdesk::paths;
use secrecy::ExposeSecret;

use super::{LONG_NAME, look, look_at};
use crate::e2e::driver::Tab;
use crate::harness::{Engine, TestApp};
use crate::registration::support::registered;

const EMAIL: &str = "ada@demo.test";

/// A link for somebody, as a mail would bring it.
async fn link(app: &TestApp, purpose: Purpose, path: fn(&str) -> String) -> String {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (random, act) = (app.random.clone(), Act::by_system(app.clock.now()));
    let token = app
        .db
        .write(move |c| tokens::issue(c, &random, &act, &person.organization, Some(&person.id), purpose))
        .await
        .unwrap();
    path(token.expose_secret())
}

#[tokio::test]
async fn registering_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, paths::REGISTER, "register").await;
    tab.fill("Email address", "ada").await;
    tab.fill("Full name", LONG_NAME).await;
    tab.fill("Phone number", "call me").await;
    tab.press("Send registration").await;
    tab.see("Choose what kind of document you send.").await;
    look(&tab, "register-errors").await;
    look_at(&tab, paths::REGISTERED, "register-received").await;
    let link = registered(&app, EMAIL).await;
    look_at(&tab, &link, "verify-email").await;
    tab.press("Confirm my email address").await;
    tab.see("Your email address is verified").await;
    look(&tab, "verify-email-done").await;
    look_at(&tab, &paths::verify_email_link("0"), "verify-email-unknown").await;
    let late = registered(&app, "charles@demo.test").await;
    app.clock.advance(chrono::TimeDelta::hours(25));
    look_at(&tab, &late, "verify-email-late").await;
    tab.press("Send a new link").await;
    tab.arrive(paths::VERIFY_EMAIL_SENT).await;
    look(&tab, "verify-email-sent").await;
}

#[tokio::test]
async fn signing_in_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, paths::LOGIN, "login").await;
    tab.fill("Email address", EMAIL).await;
    tab.fill("Password", "wrong").await;
    tab.press("Sign in").await;
    tab.find(".error-summary").await;
    look(&tab, "login-refused").await;
    let first = setup::first_start(&app).await.unwrap().unwrap();
    look_at(&tab, &first, "setup").await;
    look_at(&tab, &paths::setup_link("0"), "setup-unknown").await;
    look_at(&tab, &link(&app, Purpose::Activation, paths::activate_link).await, "activate").await;
    tab.fill("New password", "short").await;
    tab.press("Save the password").await;
    tab.find(".error-summary").await;
    look(&tab, "activate-refused").await;
    look_at(&tab, &paths::activate_link("0"), "activate-unknown").await;
    look_at(&tab, "/nowhere", "not-found").await;
    look_at(&tab, paths::API_DOCS, "api").await;
}

#[tokio::test]
async fn links_of_security_mails_look_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, &link(&app, Purpose::Unlock, paths::unlock_link).await, "unlock").await;
    look_at(&tab, &paths::unlock_link("0"), "unlock-unknown").await;
    look_at(&tab, &link(&app, Purpose::EndSessions, paths::end_sessions_link).await, "end-sessions").await;
    look_at(&tab, &paths::end_sessions_link("0"), "end-sessions-unknown").await;
    look_at(&tab, &link(&app, Purpose::Activation, paths::activate_link).await, "activate-rules").await;
    tab.fill("New password", "Passw0rd!").await;
    tab.see("This is very like a common password.").await;
    look(&tab, "activate-typing").await;
    tab.fill("New password", "Cumulonimbus-at-9km").await;
    tab.find("[data-rule=hard-to-guess].kept").await;
    look(&tab, "activate-kept").await;
}
