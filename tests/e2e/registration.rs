//! Registering, confirming the address and sending documents again, in a real browser.

use std::path::PathBuf;

use frontdesk::paths;
use frontdesk::verifications::decision::Verdict;
use frontdesk::verifications::reasons::ReasonCode;
use tempfile::TempDir;

use super::driver::{Scripts, Tab, Theme};
use crate::documents::samples;
use crate::harness::{TestApp, both_engines};
use crate::registration::support::{EMAIL, case_of, decide, register, three_files};

both_engines!(
    an_applicant_registers_and_confirms_the_address,
    an_applicant_registers_without_scripts_on_a_phone,
    a_refused_form_is_accessible_and_keeps_what_was_typed,
    the_own_case_is_accessible_and_takes_a_new_file,
);

/// Files of a person's device.
struct Device(TempDir);

impl Device {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

async fn fill_in(tab: &Tab) {
    tab.visit(paths::REGISTER).await;
    tab.fill("Email address", EMAIL).await;
    tab.fill("Full name", "Ada Lovelace").await;
    tab.choose("Kind of document", "Passport").await;
    tab.choose("Country that issued it", "United Kingdom").await;
    tab.fill("Number of the document", "C01X00T47").await;
}

async fn confirm(app: &TestApp, tab: &Tab) {
    tab.visit(&app.only_mail_to(EMAIL).await.link("/verify-email/")).await;
    tab.arrive(paths::VERIFY_EMAIL).await;
    tab.press("Confirm my email address").await;
    tab.see("Your email address is verified").await;
    tab.follow("See your registration").await;
    tab.see("They wait for a reviewer").await;
}

async fn an_applicant_registers_and_confirms_the_address(app: TestApp) {
    let device = Device::new();
    let tab = Tab::open(&app).await;
    fill_in(&tab).await;
    tab.attach("Your files", &[device.file("front.png", &samples::png())]).await;
    tab.attach("Your files", &[device.file("back.jpg", &samples::jpeg())]).await;
    tab.see("back.jpg").await;
    tab.screenshot("register-chosen").await;
    tab.press("Send registration").await;
    tab.arrive(paths::REGISTERED).await;
    tab.assert_accessible().await;
    tab.screenshot("register-received").await;
    assert_eq!(case_of(&app, EMAIL).await.1.len(), 2);
    confirm(&app, &tab).await;
    tab.screenshot("own-case-waiting").await;
}

async fn an_applicant_registers_without_scripts_on_a_phone(app: TestApp) {
    let device = Device::new();
    let tab = Tab::with(&app, Scripts::Off).await;
    tab.resize(360, 800).await;
    fill_in(&tab).await;
    tab.screenshot("register-360-no-scripts").await;
    let files = [device.file("front.png", &samples::png()), device.file("back.jpg", &samples::jpeg())];
    tab.attach("Your files", &files).await;
    tab.press("Send registration").await;
    tab.arrive(paths::REGISTERED).await;
    confirm(&app, &tab).await;
}

async fn a_refused_form_is_accessible_and_keeps_what_was_typed(app: TestApp) {
    let tab = Tab::open(&app).await;
    fill_in(&tab).await;
    tab.assert_accessible().await;
    tab.fill("Phone number (optional)", "call me").await;
    tab.press("Send registration").await;
    tab.see("There is a problem").await;
    for (theme, name) in [(Theme::Light, "register-refused"), (Theme::Dark, "register-refused-dark")] {
        tab.prefer(theme).await;
        tab.assert_accessible().await;
        tab.screenshot(name).await;
    }
    let email = tab.find("#email").await.prop("value").await.unwrap();
    assert_eq!(email.as_deref(), Some(EMAIL));
}

async fn the_own_case_is_accessible_and_takes_a_new_file(app: TestApp) {
    register(&mut app.anonymous(), &[], &three_files()).await;
    let (_, documents) = case_of(&app, EMAIL).await;
    let about = [(documents[0].id.clone(), Verdict::Resubmit, ReasonCode::Unreadable)];
    decide(&app, EMAIL, Verdict::Resubmit, Some("Take the picture by day."), &about).await;
    let letters = app.mail_to(EMAIL).await;
    let letter = letters.iter().find(|letter| letter.text.contains("/case/link/")).unwrap();

    let device = Device::new();
    let tab = Tab::open(&app).await;
    tab.visit(&letter.link("/case/link/")).await;
    tab.see("We need some of your documents again").await;
    for (theme, name) in [(Theme::Light, "own-case-asked"), (Theme::Dark, "own-case-asked-dark")] {
        tab.prefer(theme).await;
        tab.assert_accessible().await;
        tab.screenshot(name).await;
    }
    tab.resize(360, 800).await;
    tab.screenshot("own-case-asked-360").await;
    tab.attach("Passport (instead of “front.jpg”)", &[device.file("new.png", &samples::png())]).await;
    tab.press("Send documents").await;
    tab.arrive(paths::CASE_RECEIVED).await;
}
