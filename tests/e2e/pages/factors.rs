//! Pages of second factors.

use frontdesk::access::Role;
use frontdesk::paths;

use super::{LONG_NAME, look, look_at};
use crate::e2e::driver::Tab;
use crate::harness::{Engine, TestApp};
use crate::mfa::support::with_app;

#[tokio::test]
async fn setting_up_factors_looks_right() {
    let app = TestApp::start_named(Engine::Sqlite, "localhost").await;
    app.require_staff_mfa().await;
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.add_authenticator().await;
    tab.visit(paths::VERIFICATIONS).await;
    tab.sign_in(&person).await;
    tab.arrive(paths::MFA).await;
    look(&tab, "mfa-demanded").await;
    tab.press("Set up an app").await;
    tab.find("svg.qr").await;
    look(&tab, "mfa-app").await;
    tab.fill("Code that the app shows", "123456").await;
    tab.press("Confirm the app").await;
    tab.find(".error-summary").await;
    look(&tab, "mfa-app-refused").await;
    tab.visit(paths::MFA).await;
    tab.fill("Name of the passkey", LONG_NAME).await;
    tab.press("Add a passkey").await;
    tab.see("Keep these codes now").await;
    look(&tab, "mfa-codes").await;
    look_at(&tab, paths::MFA, "mfa").await;
    look_at(&tab, &paths::confirm_then(paths::ACCOUNT), "confirm").await;
    look_at(&tab, &paths::user_mfa(&person.id), "user-mfa").await;
    tab.visit(paths::MFA).await;
    tab.press("Sign out").await;
    tab.see("You are signed out.").await;
    look_at(&tab, paths::LOGIN, "login-passkey").await;
}

#[tokio::test]
async fn the_second_step_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    look_at(&tab, &paths::confirm_then(paths::ACCOUNT), "confirm-password").await;
    let (phone, _) = with_app(&app, &person).await;
    // The first factor has ended the session that was opened without one.
    tab.visit(paths::MFA).await;
    tab.fill("Email address", &person.email).await;
    tab.fill("Password", person.password).await;
    tab.press("Sign in").await;
    tab.fill("Code", &phone.code(&app, 0)).await;
    tab.press("Go on").await;
    tab.see("Second factor").await;
    look_at(&tab, paths::MFA, "mfa-with-app").await;
    tab.press("Sign out").await;
    tab.fill("Email address", &person.email).await;
    tab.fill("Password", person.password).await;
    tab.press("Sign in").await;
    tab.see("Enter your code").await;
    look(&tab, "login-code").await;
    tab.fill("Code", "12").await;
    tab.press("Go on").await;
    tab.find(".error-summary").await;
    look(&tab, "login-code-refused").await;
    app.clock.advance(chrono::TimeDelta::minutes(11));
    look_at(&tab, paths::LOGIN_CODE, "login-code-over").await;
}
