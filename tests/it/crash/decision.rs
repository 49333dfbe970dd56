//! The program dies while a reviewer approves somebody.

use frontdesk::accounts::Status;
use frontdesk::mail::model::TemplateKind;
use frontdesk::paths;

use super::place::{Place, Program};
use super::truth::{self, Trace};
use super::{points, registration};
use crate::harness::{Browser, Engine, both_engines};

both_engines!(a_decision_killed_at_any_step_is_made_whole_or_not_at_all);

const APPROVE: &[(&str, &str)] = &[("decision", "approve")];

/// A reviewer at work on an installation that keeps dying.
struct Desk<'a> {
    place: &'a Place,
    program: Program,
    reviewer: Browser,
    /// The addresses of those who came.
    applicants: Vec<String>,
}

async fn a_decision_killed_at_any_step_is_made_whole_or_not_at_all(engine: Engine) {
    let place = Place::new(engine);
    let program = place.start();
    let reviewer = place.reviewer(&program).await;
    let mut desk = Desk { place: &place, program, reviewer, applicants: Vec::new() };
    let total = desk.decide_and_die(usize::MAX).await;
    for step in points(total) {
        desk.decide_and_die(step).await;
    }
    let Desk { program, applicants, .. } = desk;
    drop(program);
    let app = place.hours_later();
    truth::send_the_rest(&app).await;
    for email in applicants {
        let text = truth::only_mail(&app, &email, TemplateKind::Approved).await;
        let password = text.split_once("Temporary password:").unwrap().1.split_whitespace().next().unwrap();
        let hash = truth::password_hash(&app, &email).await;
        assert!(
            app.hasher.verify(&password.into(), hash).await.unwrap(),
            "the mail of {email} opens nothing"
        );
    }
    truth::assert_files_and_rows_agree(&app).await;
    truth::assert_audit_agrees(&app).await;
}

impl Desk<'_> {
    /// Approves somebody new while the program dies at this step, and looks what became of it once the
    /// program is there again. Answers how many steps the program came to.
    async fn decide_and_die(&mut self, step: usize) -> usize {
        let email = format!("ada{}@demo.test", self.applicants.len());
        let mut applicant = Browser::new(self.program.url.clone());
        registration::register(&mut applicant, &email).await;
        self.place.until_mails_left(&email, 1, None).await;
        let case = self.claim(&email).await;

        let decision = self.reviewer.prepare("#decision-form", APPROVE, &[]);
        let killer = self.place.kill_at(&self.program, step);
        let answered = decision.send().await.is_ok_and(|answer| answer.status().is_redirection());
        if answered {
            self.place.until_mails_left(&email, 2, Some(&killer)).await;
        }
        if !killer.is_done() {
            killer.kill();
        }
        let steps = killer.wait();

        self.program = self.place.start();
        self.reviewer = self.reviewer.at(self.program.url.clone());
        let decided = self.is_decided(&email).await;
        assert!(decided || !answered, "step {step}: the decision was answered and is not there");
        if !decided {
            self.reviewer.get(&case).await;
            let page = self.reviewer.submit("#decision-form", APPROVE).await;
            assert_eq!(page.path, paths::VERIFICATIONS, "step {step}: {page:?}");
            assert!(self.is_decided(&email).await, "step {step}");
        }
        self.applicants.push(email);
        steps
    }

    /// Finds somebody's case in the queue and claims it; answers its address.
    async fn claim(&mut self, email: &str) -> String {
        let page = self.reviewer.get(&format!("{}?q={email}", paths::VERIFICATIONS)).await;
        let case = page.attribute("tbody a", "href");
        self.reviewer.get(&case).await;
        self.reviewer.submit("#claim-form", &[]).await.assert_status(200);
        case
    }

    /// Was the decision made? Fails when a part of it was.
    async fn is_decided(&self, email: &str) -> bool {
        let app = self.place.hours_later();
        truth::assert_audit_agrees(&app).await;
        let found = Trace::of(&app, email).await;
        let before = waiting();
        let after = approved();
        assert!(found == before || found == after, "made in part: {found:?}");
        found == after
    }
}

/// What is kept of somebody whose case was claimed.
fn waiting() -> Trace {
    let mut trace = registration::registered();
    trace.cases = vec!["claimed".to_owned()];
    trace.audit.insert(1, "verification.claimed".to_owned());
    trace
}

/// What is kept of somebody who was approved.
fn approved() -> Trace {
    let mut trace = waiting();
    trace.user = Some((Status::Active, true));
    trace.cases = vec!["approved".to_owned()];
    trace.documents.fill("approved".to_owned());
    trace.mails.push(TemplateKind::Approved);
    trace.audit.insert(1, "verification.approved".to_owned());
    trace
}
