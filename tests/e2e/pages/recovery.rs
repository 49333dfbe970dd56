//! Forgotten passwords, codes, and changes of address.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;

use super::{look, look_at};
use crate::e2e::driver::Tab;
use crate::harness::{Engine, TestApp};
use crate::registration::support::{EMAIL, registered};

const LONG_EMAIL: &str =
    "augusta.ada.wolfeschlegelsteinhausen-king.lady.of.lovelace@analytical-engines.demo.test";

#[tokio::test]
async fn resetting_a_password_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, paths::FORGOT_PASSWORD, "forgot-password").await;
    tab.fill("Email address", "ada").await;
    tab.press("Send the link").await;
    tab.find(".error-summary").await;
    look(&tab, "forgot-password-refused").await;
    tab.fill("Email address", &person.email).await;
    tab.press("Send the link").await;
    tab.arrive(paths::FORGOT_PASSWORD_SENT).await;
    look(&tab, "forgot-password-sent").await;
    let link = app.only_mail_to(&person.email).await.link("/reset-password/");
    look_at(&tab, &link, "reset-password").await;
    tab.fill("New password", "short").await;
    tab.press("Save the password").await;
    tab.find(".error-summary").await;
    look(&tab, "reset-password-refused").await;
    app.clock.advance(TimeDelta::hours(1));
    look_at(&tab, &link, "reset-password-late").await;
    look_at(&tab, &paths::reset_password_link("0"), "reset-password-unknown").await;
    for answer in ["Check your email", "Check your email", "Check your email", "Too many tries"] {
        tab.visit(paths::FORGOT_PASSWORD).await;
        tab.fill("Email address", EMAIL).await;
        tab.press("Send the link").await;
        tab.see(answer).await;
    }
    look(&tab, "too-many-tries").await;
}

#[tokio::test]
async fn entering_a_code_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    registered(&app, EMAIL).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, paths::VERIFY_EMAIL_CODE, "verify-email-code").await;
    tab.fill("Email address", EMAIL).await;
    tab.fill("Code", "12").await;
    tab.press("Confirm my email address").await;
    tab.find(".error-summary").await;
    look(&tab, "verify-email-code-refused").await;
    look_at(&tab, paths::VERIFY_EMAIL_DONE, "verify-email-code-done").await;
}

#[tokio::test]
async fn changing_the_address_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    look_at(&tab, paths::ACCOUNT_EMAIL, "account-email").await;
    tab.fill("New email address", "ada").await;
    tab.press("Send the link").await;
    tab.find(".error-summary").await;
    look(&tab, "account-email-refused").await;
    tab.fill("New email address", LONG_EMAIL).await;
    tab.press("Send the link").await;
    tab.arrive(paths::ACCOUNT_EMAIL_SENT).await;
    look(&tab, "account-email-sent").await;
    let confirm = app.only_mail_to(LONG_EMAIL).await.link("/confirm-address/");
    look_at(&tab, &confirm, "confirm-address").await;
    tab.press("Use this address").await;
    tab.see("Your address is changed").await;
    look(&tab, "confirm-address-done").await;
    look_at(&tab, &confirm, "confirm-address-used").await;
    look_at(&tab, &app.only_mail_to(&person.email).await.link("/undo-address/"), "undo-address").await;
    tab.press("Put my old address back").await;
    tab.see("Your old address is back").await;
    look(&tab, "undo-address-done").await;
    look_at(&tab, &paths::undo_address_link("0"), "undo-address-unknown").await;
}
