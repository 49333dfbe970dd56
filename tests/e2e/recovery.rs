//! Getting back in, and another address, in a real browser.

use frontdesk::access::Role;
use frontdesk::paths;

use super::driver::{Scripts, Tab, Theme};
use crate::harness::{Person, TestApp, both_engines};

both_engines!(
    a_forgotten_password_is_replaced,
    a_forgotten_password_is_replaced_without_scripts_on_a_phone,
    an_address_is_changed_and_put_back,
);

const NEW: &str = "Analytical-Engine-1837";

async fn forget_and_reset(app: &TestApp, tab: &Tab) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    tab.visit(paths::LOGIN).await;
    tab.follow("Forgot your password?").await;
    tab.arrive(paths::FORGOT_PASSWORD).await;
    tab.press("Send the link").await;
    tab.see("Enter an email address.").await;
    tab.fill("Email address", &person.email).await;
    tab.press("Send the link").await;
    tab.arrive(paths::FORGOT_PASSWORD_SENT).await;
    let link = app.only_mail_to(&person.email).await.link("/reset-password/");
    for _ in 0..2 {
        tab.visit(&link).await;
        tab.arrive(paths::RESET_PASSWORD).await;
        tab.find("#reset-form").await;
    }
    tab.fill("New password", "short").await;
    tab.press("Save the password").await;
    tab.see_in(".error-summary", "at least 8 characters").await;
    assert_eq!(tab.find("#new").await.prop("value").await.unwrap().as_deref(), Some(""));
    tab.fill("New password", NEW).await;
    tab.press("Save the password").await;
    tab.arrive(paths::LOGIN).await;
    tab.see("Your password was changed. Sign in with it now.").await;
    tab.sign_in(&Person { password: NEW, ..person }).await;
    tab.visit(&link).await;
    tab.see("This link was used already").await;
    tab.follow("Get a new link").await;
    tab.arrive(paths::FORGOT_PASSWORD).await;
}

async fn a_forgotten_password_is_replaced(app: TestApp) {
    let tab = Tab::open(&app).await;
    forget_and_reset(&app, &tab).await;
}

async fn a_forgotten_password_is_replaced_without_scripts_on_a_phone(app: TestApp) {
    let tab = Tab::with(&app, Scripts::Off).await;
    tab.resize(360, 800).await;
    forget_and_reset(&app, &tab).await;
}

async fn an_address_is_changed_and_put_back(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::LOGIN).await;
    tab.sign_in(&person).await;
    tab.visit(paths::ACCOUNT).await;
    tab.follow("Change email address").await;
    tab.fill("New email address", "ada@demo.test").await;
    tab.press("Send the link").await;
    tab.arrive(paths::ACCOUNT_EMAIL_SENT).await;
    tab.visit(&app.only_mail_to("ada@demo.test").await.link("/confirm-address/")).await;
    tab.arrive(paths::CONFIRM_ADDRESS).await;
    tab.press("Use this address").await;
    tab.see("Your address is changed").await;
    tab.prefer(Theme::Dark).await;
    tab.assert_accessible().await;
    tab.visit(&app.only_mail_to(&person.email).await.link("/undo-address/")).await;
    tab.arrive(paths::UNDO_ADDRESS).await;
    tab.press("Put my old address back").await;
    tab.see("Your old address is back").await;
    tab.assert_accessible().await;
    tab.visit(paths::ACCOUNT).await;
    tab.see("Sign in").await;
}
