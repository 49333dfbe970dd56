//! Passkeys, with Chromium's virtual authenticator: a device with resident keys and a finger on it.

use frontdesk::access::Role;
use frontdesk::paths;

use super::driver::Tab;
use crate::harness::{Engine, TestApp, both_engines};
use crate::mfa::support::with_app;

both_engines!(
    a_passkey_is_added_and_signs_in_without_a_password_and_as_second_factor,
    a_passkey_confirms_a_dangerous_act_and_is_removed,
    a_passkey_that_was_removed_signs_nobody_in,
);

/// The application under a name, as passkeys need it.
async fn start(engine: Engine) -> TestApp {
    TestApp::start_named(engine, "localhost").await
}

async fn add_passkey(tab: &Tab, name: &str) {
    tab.visit(paths::MFA).await;
    tab.fill("Name of the passkey", name).await;
    tab.press("Add a passkey").await;
}

async fn a_passkey_is_added_and_signs_in_without_a_password_and_as_second_factor(engine: Engine) {
    let app = start(engine).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.add_authenticator().await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    add_passkey(&tab, "Work laptop").await;
    tab.see("Keep these codes now").await;
    tab.assert_accessible().await;
    tab.follow("I have kept them").await;
    tab.see("Work laptop").await;
    // The same device has one already.
    add_passkey(&tab, "Again").await;
    tab.see("This device has a passkey for this account already.").await;
    tab.press("Sign out").await;

    tab.see("You are signed out.").await;
    tab.press("Sign in with a passkey").await;
    tab.arrive(paths::ACCOUNT).await;
    tab.press("Sign out").await;

    tab.see("You are signed out.").await;
    tab.fill("Email address", &person.email).await;
    tab.fill("Password", person.password).await;
    tab.press("Sign in").await;
    tab.see("Recovery code").await;
    tab.assert_accessible().await;
    tab.press("Use a passkey").await;
    tab.arrive(paths::ACCOUNT).await;
    let letters = app.mail_to(&person.email).await;
    let added = letters.iter().filter(|letter| letter.text.contains("The passkey “Work laptop” was added."));
    assert_eq!(added.count(), 1, "{letters:?}");
}

async fn a_passkey_confirms_a_dangerous_act_and_is_removed(engine: Engine) {
    let app = start(engine).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.add_authenticator().await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    add_passkey(&tab, "Phone").await;
    tab.see("Keep these codes now").await;
    app.clock.advance(chrono::TimeDelta::minutes(11));
    tab.visit(paths::MFA).await;
    tab.press("Remove Phone").await;
    tab.see("Confirm that it is you").await;
    tab.press("Use a passkey").await;
    tab.see("The passkey was removed.").await;
    assert_eq!(app.count("passkeys").await + app.count("recovery_codes").await, 0);
}

async fn a_passkey_that_was_removed_signs_nobody_in(engine: Engine) {
    let app = start(engine).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.add_authenticator().await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    add_passkey(&tab, "Phone").await;
    tab.see("Keep these codes now").await;
    tab.visit(paths::MFA).await;
    tab.press("Remove Phone").await;
    tab.see("The passkey was removed.").await;
    tab.press("Sign out").await;
    tab.see("You are signed out.").await;
    tab.press("Sign in with a passkey").await;
    tab.see("This passkey is not known here").await;
}

/// Without scripts the app does what a passkey would.
#[tokio::test]
async fn a_code_signs_in_without_scripts() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let tab = Tab::with(&app, super::driver::Scripts::Off).await;
    tab.visit(paths::ACCOUNT).await;
    tab.fill("Email address", &person.email).await;
    tab.fill("Password", person.password).await;
    tab.press("Sign in").await;
    tab.fill("Code", &phone.code(&app, 0)).await;
    tab.press("Go on").await;
    tab.arrive(paths::ACCOUNT).await;
}
