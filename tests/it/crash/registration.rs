//! The program dies while somebody registers with documents.

use frontdesk::accounts::Status;
use frontdesk::mail::model::TemplateKind;
use frontdesk::paths;

use super::place::{Place, Program};
use super::points;
use super::truth::{self, Trace};
use crate::documents::samples;
use crate::harness::{Browser, Engine, Upload, both_engines};

both_engines!(a_registration_killed_at_any_step_is_kept_whole_or_not_at_all);

/// What an applicant fills in, but for the address.
const FIELDS: &[(&str, &str)] = &[("name", "Ada Lovelace"), ("document_kind", "passport")];

/// A file of each common kind.
fn files() -> Vec<Upload<'static>> {
    let file = |name, content_type, bytes| Upload { field: "documents", name, content_type, bytes };
    vec![
        file("front.jpg", "image/jpeg", samples::jpeg()),
        file("back.png", "image/png", samples::png()),
        file("bill.pdf", "application/pdf", samples::pdf::pdf()),
    ]
}

fn fields(email: &str) -> Vec<(&str, &str)> {
    [FIELDS, &[("email", email)]].concat()
}

/// Registers somebody.
pub async fn register(browser: &mut Browser, email: &str) {
    browser.get(paths::REGISTER).await;
    let page = browser.upload("#register-form", &fields(email), &files()).await;
    assert_eq!(page.path, paths::REGISTERED, "{page:?}");
}

/// What is kept of somebody who registered.
pub fn registered() -> Trace {
    let word = |text: &str| vec![text.to_owned()];
    Trace {
        user: Some((Status::Pending, false)),
        cases: word("waiting"),
        documents: vec!["pending".to_owned(); files().len()],
        links: word("email_verification"),
        mails: vec![TemplateKind::VerifyAddress],
        audit: vec!["user.registered".to_owned(), "verification.submitted".to_owned()],
    }
}

async fn a_registration_killed_at_any_step_is_kept_whole_or_not_at_all(engine: Engine) {
    let place = Place::new(engine);
    let mut program = place.start();
    // An empty table keeps leftovers: nothing is thrown away on the word of what may be the wrong database.
    register(&mut Browser::new(program.url.clone()), "grace@demo.test").await;
    let (total, mut next) = register_and_die(&place, program, "ada0@demo.test", usize::MAX).await;
    for (number, step) in (1..).zip(points(total)) {
        (_, next) = register_and_die(&place, next, &format!("ada{number}@demo.test"), step).await;
    }
    program = next;
    drop(program);
    let app = place.hours_later();
    truth::send_the_rest(&app).await;
    for number in 0..=super::POINTS {
        truth::only_mail(&app, &format!("ada{number}@demo.test"), TemplateKind::VerifyAddress).await;
    }
    truth::assert_files_and_rows_agree(&app).await;
    assert_eq!(place.unfinished().read_dir().unwrap().count(), 0, "files that were begun");
}

/// Somebody registers while the program dies at this step; looks what became of it once the program is there
/// again. Answers how many steps it came to, and the program.
async fn register_and_die(place: &Place, program: Program, email: &str, step: usize) -> (usize, Program) {
    let mut browser = Browser::new(program.url.clone());
    browser.get(paths::REGISTER).await;
    let registration = browser.prepare("#register-form", &fields(email), &files());
    let killer = place.kill_at(&program, step);
    let answered = registration.send().await.is_ok_and(|answer| answer.status().is_redirection());
    if answered {
        place.until_mails_left(email, 1, Some(&killer)).await;
    }
    if !killer.is_done() {
        killer.kill();
    }
    let steps = killer.wait();
    drop(program);

    let program = place.start();
    let kept = is_kept(place, email).await;
    assert!(kept || !answered, "step {step}: the registration was answered and is not there");
    if !kept {
        register(&mut Browser::new(program.url.clone()), email).await;
        assert!(is_kept(place, email).await, "step {step}");
    }
    (steps, program)
}

/// Is the registration there? Fails when a part of it is.
async fn is_kept(place: &Place, email: &str) -> bool {
    let app = place.hours_later();
    truth::assert_files_and_rows_agree(&app).await;
    truth::assert_audit_agrees(&app).await;
    let found = Trace::of(&app, email).await;
    assert!(found == registered() || found == Trace::none(), "kept in part: {found:?}");
    found == registered()
}
