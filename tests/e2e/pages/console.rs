//! Pages of the console.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::documents::ContentType;
use frontdesk::{health, paths};

use super::{ARABIC_NAME, LONG_FILE, LONG_NAME, look, look_at};
use crate::documents::samples;
use crate::e2e::driver::Tab;
use crate::harness::{Browser, Engine, TestApp};
use crate::verifications::support::{Applicant, File, applicant, pdf, png, submit};

/// A picture as large as a scan is, beside other files.
fn files() -> Vec<File> {
    let scan = samples::jpeg_of(&samples::picture(1500, 1050));
    vec![
        File { name: LONG_FILE.to_owned(), content_type: ContentType::Jpeg, bytes: scan },
        pdf("فاتورة الكهرباء.pdf"),
        png("back.png"),
    ]
}

/// Somebody with this role, signed in in a tab.
async fn signed_in(app: &TestApp, role: Role) -> Tab {
    let person = app.add_person(role, &app.organization().await).await;
    let tab = Tab::open(app).await;
    tab.visit(paths::ACCOUNT).await;
    tab.sign_in(&person).await;
    tab
}

async fn claim(browser: &mut Browser, applicant: &Applicant) {
    browser.get(&applicant.page()).await;
    browser.submit("#claim-form", &[]).await.assert_status(200);
}

#[tokio::test]
async fn the_queue_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let held = submit(&app, LONG_NAME, &files()).await;
    app.clock.advance(TimeDelta::hours(25));
    let approved = applicant(&app, "Emmy Noether").await;
    let rejected = applicant(&app, "Sofya Kovalevskaya").await;
    submit(&app, ARABIC_NAME, &files()).await;
    for number in 1..=60 {
        applicant(&app, &format!("Applicant {number}")).await;
        app.clock.advance(TimeDelta::minutes(7));
    }
    let mut colleague = app.reviewer().await;
    claim(&mut colleague, &approved).await;
    colleague.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    claim(&mut colleague, &rejected).await;
    let why = [("decision", "reject"), ("reason_code", "expired")];
    colleague.submit("#decision-form", &why).await.assert_status(200);
    claim(&mut colleague, &held).await;
    let tab = signed_in(&app, Role::Reviewer).await;
    look_at(&tab, paths::VERIFICATIONS, "queue").await;
    look_at(&tab, &format!("{}?state=all", paths::VERIFICATIONS), "queue-all").await;
    look_at(&tab, &format!("{}?state=mine", paths::VERIFICATIONS), "queue-empty").await;
    let search = format!("{}?q=kind:passport+overdue:perhaps+Noether", paths::VERIFICATIONS);
    look_at(&tab, &search, "queue-search").await;
    look_at(&tab, &format!("{}?q=nobody", paths::VERIFICATIONS), "queue-nothing").await;
}

#[tokio::test]
async fn a_case_looks_right_at_every_stage() {
    let app = TestApp::start(Engine::Sqlite, &[("CLAIM_LIFE", "1m")]).await;
    let tab = signed_in(&app, Role::Reviewer).await;
    let case = submit(&app, LONG_NAME, &files()).await;
    look_at(&tab, &case.page(), "verification-free").await;
    tab.find("#claim-form button").await.click().await.unwrap();
    tab.find("#decision-form").await;
    look(&tab, "verification-claimed").await;
    tab.visit(&paths::verification_document(&case.case, &case.documents[1])).await;
    look(&tab, "verification-pdf").await;
    tab.find("#decide").await.click().await.unwrap();
    tab.find(".error-summary").await;
    look(&tab, "verification-errors").await;
    tab.tick("Reject").await;
    tab.find("#reason_code").await.select_by_label("Expired").await.unwrap();
    tab.see_in("#preview", "The document has expired.").await;
    look(&tab, "verification-rejecting").await;

    app.clock.advance(TimeDelta::minutes(2));
    let mut colleague = app.reviewer().await;
    claim(&mut colleague, &case).await;
    look_at(&tab, &case.page(), "verification-held").await;
    // A form that was open all the time meets a decision that was made meanwhile.
    let arabic = submit(&app, ARABIC_NAME, &files()).await;
    tab.visit(&arabic.page()).await;
    tab.find("#claim-form button").await.click().await.unwrap();
    tab.find("#decision-form").await;
    app.clock.advance(TimeDelta::minutes(2));
    claim(&mut colleague, &arabic).await;
    let page = colleague.get(&arabic.page()).await;
    let one = page.attribute(".finding input[value=resubmit]", "name");
    let why = [
        ("decision", "resubmit"),
        (one.as_str(), "resubmit"),
        ("reason_code", "unreadable"),
        ("message", "Take it by day."),
    ];
    colleague.submit("#decision-form", &why).await.assert_status(200);
    tab.tick("Reject").await;
    tab.find("#reason_code").await.select_by_label("Expired").await.unwrap();
    // The words of the reason are put into the message first.
    tab.see_in("#preview", "The document has expired.").await;
    tab.fill("Message to the applicant", "This passport has expired.").await;
    tab.find("#decide").await.click().await.unwrap();
    tab.see("Somebody decided meanwhile").await;
    look(&tab, "verification-conflict").await;
    look_at(&tab, &arabic.page(), "verification-closed").await;
}

#[tokio::test]
async fn what_is_watched_looks_right() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let case = submit(&app, LONG_NAME, &files()).await;
    let mut colleague = app.reviewer().await;
    claim(&mut colleague, &case).await;
    let why = [("decision", "reject"), ("reason_code", "expired")];
    colleague.submit("#decision-form", &why).await.assert_status(200);
    health::run_all(&app).await;
    let tab = signed_in(&app, Role::Admin).await;
    look_at(&tab, paths::AUDIT, "audit").await;
    tab.follow("Verification rejected").await;
    look(&tab, "audit-entry").await;
    look_at(&tab, paths::HEALTH_PAGE, "health").await;
    look_at(&tab, "/verifications/nothing", "not-found-staff").await;
}
