//! The own case in each of its states, and the own account.

use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::verifications::decision::Verdict;
use frontdesk::verifications::reasons::ReasonCode;

use super::{ARABIC_NAME, LONG_FILE, LONG_NAME, look, look_at};
use crate::documents::samples;
use crate::e2e::driver::Tab;
use crate::harness::{Engine, TestApp, Upload};
use crate::registration::support::{case_of, decide, register};

const WHY: &str = "The name on the passport is another one than yours.\nSend one that bears the name you have given, or write to us first: it may be that your name has changed, and then the deed or certificate that says so is needed too.";

/// Registers somebody with two files; the link of the first mail.
async fn register_as(app: &TestApp, email: &'static str, name: &str) -> String {
    let files = [
        Upload { field: "documents", name: LONG_FILE, content_type: "image/png", bytes: samples::png() },
        Upload {
            field: "documents",
            name: "جواز السفر.jpg",
            content_type: "image/jpeg",
            bytes: samples::jpeg(),
        },
    ];
    let page = register(&mut app.anonymous(), &[("email", email), ("name", name)], &files).await;
    assert_eq!(page.path, paths::REGISTERED, "{page:?}");
    let link = app.only_mail_to(email).await.link("/verify-email/");
    // What follows is later, also to the microsecond.
    app.clock.advance(chrono::TimeDelta::minutes(1));
    link
}

/// The link to the own case that the last mail brings.
async fn case_link(app: &TestApp, email: &str) -> String {
    app.mail_to(email).await.pop().unwrap().link("/case/link/")
}

#[tokio::test]
async fn the_own_case_looks_right_in_every_state() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let tab = Tab::open(&app).await;
    look_at(&tab, paths::CASE, "case-stranger").await;

    let link = register_as(&app, "ada@demo.test", LONG_NAME).await;
    tab.visit(&link).await;
    tab.press("Confirm my email address").await;
    tab.follow("See your registration").await;
    tab.see("We have your documents").await;
    look(&tab, "case-waiting").await;
    let mut reviewer = app.reviewer().await;
    reviewer.get(&paths::verification(&case_of(&app, "ada@demo.test").await.0.id)).await;
    reviewer.submit("#claim-form", &[]).await.assert_status(200);
    look_at(&tab, paths::CASE, "case-claimed").await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    look_at(&tab, paths::CASE, "case-approved").await;

    register_as(&app, "muhammad@demo.test", ARABIC_NAME).await;
    decide(&app, "muhammad@demo.test", Verdict::Reject, Some(WHY), &[]).await;
    look_at(&tab, &case_link(&app, "muhammad@demo.test").await, "case-rejected").await;
    tab.press("Submit again").await;
    tab.see("Choose what kind of document you send.").await;
    look(&tab, "case-rejected-errors").await;

    register_as(&app, "grace@demo.test", "Grace Hopper").await;
    let (_, documents) = case_of(&app, "grace@demo.test").await;
    let about = [
        (documents[0].id.clone(), Verdict::Resubmit, ReasonCode::Unreadable),
        (documents[1].id.clone(), Verdict::Resubmit, ReasonCode::Incomplete),
    ];
    decide(&app, "grace@demo.test", Verdict::Resubmit, Some(WHY), &about).await;
    look_at(&tab, &case_link(&app, "grace@demo.test").await, "case-asked-again").await;
    look_at(&tab, paths::CASE_RECEIVED, "case-received").await;
}

#[tokio::test]
async fn the_own_account_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    register_as(&app, "ada@demo.test", LONG_NAME).await;
    decide(&app, "ada@demo.test", Verdict::Approve, None, &[]).await;
    let password = app.mail_to("ada@demo.test").await.pop().unwrap().word_after("Temporary password:");
    let tab = Tab::open(&app).await;
    tab.visit(paths::LOGIN).await;
    tab.fill("Email address", "ada@demo.test").await;
    tab.fill("Password", &password).await;
    tab.press("Sign in").await;
    tab.see("Your temporary password worked").await;
    look(&tab, "password-first").await;
    tab.fill("New password", "Analytical-Engine-1843").await;
    tab.press("Save the password").await;
    tab.arrive(paths::ACCOUNT).await;
    look(&tab, "account").await;
    look_at(&tab, paths::OWN_SESSIONS, "account-devices").await;
    look_at(&tab, paths::OWN_NOTIFICATIONS, "account-notifications").await;
    look_at(&tab, paths::OWN_PREFERENCES, "account-emails").await;
    look_at(&tab, paths::OWN_DATA, "account-data").await;
    look_at(&tab, paths::PASSWORD, "password").await;
    look_at(&tab, paths::CASE, "case-signed-in").await;
    look_at(&tab, paths::VERIFICATIONS, "forbidden").await;

    let staff = app.add_person(Role::Operator, &app.organization().await).await;
    let tab = Tab::open(&app).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&staff).await;
    look(&tab, "account-staff").await;
}
