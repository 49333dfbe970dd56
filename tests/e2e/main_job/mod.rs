//! The main job as its people do it: an applicant registers with documents, a reviewer decides, the mail is
//! there, the applicant signs in.

mod applicant;
mod leaving;
mod reviewer;
mod writing;

use frontdesk::access::Role;
use frontdesk::paths;

use super::driver::{Scripts, Tab};
use crate::harness::{TestApp, both_engines};
use crate::verifications::support as cases;
use applicant::{Applicant, EMAIL, INITIALS, NAME, Papers};
use reviewer::Reviewer;

both_engines!(
    an_applicant_is_approved_by_keyboard_and_signs_in,
    an_applicant_is_approved_and_signs_in_without_scripts,
    a_rejected_applicant_reads_why_and_submits_again,
    a_document_that_was_asked_for_again_is_sent_again,
);

/// An applicant who has registered and confirmed the address, behind somebody who came earlier; and a reviewer
/// in another browser, who sees the queue.
async fn both(app: &TestApp, scripts: Scripts) -> (Applicant, Reviewer) {
    cases::applicant(app, "Mary Somerville").await;
    app.clock.advance(chrono::TimeDelta::minutes(10));
    let applicant = Applicant::open(app, scripts).await;
    applicant.register().await;
    applicant.confirm_address(app).await;
    // What follows is later, also to the microsecond.
    app.clock.advance(chrono::TimeDelta::minutes(1));
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let tab = Tab::with(app, scripts).await;
    tab.visit(paths::VERIFICATIONS).await;
    tab.sign_in(&person).await;
    tab.arrive(paths::VERIFICATIONS).await;
    tab.see(INITIALS).await;
    (applicant, Reviewer { tab })
}

async fn an_applicant_is_approved_by_keyboard_and_signs_in(app: TestApp) {
    let (applicant, reviewer) = both(&app, Scripts::On).await;
    reviewer.open_with_keys().await;
    reviewer.tab.press_key("c").await;
    reviewer.tab.see("You handle this case").await;
    for (number, name) in Papers::NAMES.into_iter().enumerate() {
        if number > 0 {
            reviewer.tab.press_key(".").await;
        }
        reviewer.sees_document(name).await;
    }
    reviewer.tab.press_key("a").await;
    reviewer.tab.see("Your registration with Analytical Society is approved").await;
    reviewer.tab.press_key("d").await;
    reviewer.tab.see(&format!("Approved {NAME}.")).await;
    assert_eq!(reviewer::opened_documents(&app).await, 3);
    applicant.signs_in_with_the_mailed_password(&app).await;
}

async fn an_applicant_is_approved_and_signs_in_without_scripts(app: TestApp) {
    let (applicant, reviewer) = both(&app, Scripts::Off).await;
    reviewer.tab.follow(INITIALS).await;
    reviewer.tab.find("#claim-form button").await.click().await.unwrap();
    reviewer.tab.see("You handle this case").await;
    for (number, name) in Papers::NAMES.into_iter().enumerate() {
        if number > 0 {
            reviewer.tab.follow("Next document").await;
        }
        reviewer.sees_document(name).await;
    }
    reviewer.tab.tick("Approve").await;
    reviewer.decide().await;
    reviewer.tab.see(&format!("Approved {NAME}.")).await;
    assert_eq!(reviewer::opened_documents(&app).await, 3);
    applicant.signs_in_with_the_mailed_password(&app).await;
}

async fn a_rejected_applicant_reads_why_and_submits_again(app: TestApp) {
    const WHY: &str = "The name on the passport is another one than yours.";
    let (applicant, reviewer) = both(&app, Scripts::On).await;
    reviewer.tab.follow(INITIALS).await;
    reviewer.tab.find("#claim-form").await;
    reviewer.tab.press_key("c").await;
    reviewer.tab.see("You handle this case").await;
    reviewer.tab.press_key("r").await;
    reviewer.give_reason("Data differs from what was declared").await;
    reviewer.tab.see("The details on the document differ from those you gave.").await;
    reviewer.tab.fill("Message to the applicant", WHY).await;
    reviewer.tab.see_in("#preview", WHY).await;
    reviewer.decide().await;
    reviewer.tab.see(&format!("Rejected {NAME}.")).await;

    let letter = app.mail_to(EMAIL).await.pop().unwrap();
    assert!(letter.text.contains(WHY), "{}", letter.text);
    let tab = &applicant.tab;
    tab.visit(&letter.link("/case/link/")).await;
    tab.see("We could not approve your registration").await;
    tab.see(WHY).await;
    applicant.declare().await;
    tab.attach("Your files", &applicant.papers.paths()[..1]).await;
    tab.press("Submit again").await;
    tab.arrive(paths::CASE_RECEIVED).await;
    reviewer.sees_waiting().await;
}

async fn a_document_that_was_asked_for_again_is_sent_again(app: TestApp) {
    let (applicant, reviewer) = both(&app, Scripts::On).await;
    let [_, asked, _] = Papers::NAMES;
    reviewer.tab.follow(INITIALS).await;
    reviewer.tab.find("#claim-form").await;
    reviewer.tab.press_key("c").await;
    reviewer.tab.see("You handle this case").await;
    reviewer.tab.press_key("s").await;
    reviewer.ask_again_for(asked, "Not readable").await;
    reviewer.tab.see_in("#preview", asked).await;
    reviewer.decide().await;
    reviewer.tab.see(&format!("Asked {NAME} for documents again.")).await;

    let letter = app.mail_to(EMAIL).await.pop().unwrap();
    assert!(letter.text.contains(asked), "{}", letter.text);
    let tab = &applicant.tab;
    tab.visit(&letter.link("/case/link/")).await;
    tab.see("We need some of your documents again").await;
    let label = format!("Passport (instead of “{asked}”)");
    tab.attach(&label, &[applicant.papers.write("sharper.png", &crate::documents::samples::png())]).await;
    tab.press("Send documents").await;
    tab.arrive(paths::CASE_RECEIVED).await;
    reviewer.sees_waiting().await;
    reviewer.tab.follow(INITIALS).await;
    reviewer.tab.see("Documents were handed in again.").await;
}
