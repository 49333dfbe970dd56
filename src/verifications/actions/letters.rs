//! The mail that a decision brings. The preview on the case page is made by the same function.

use chrono::TimeDelta;

use super::credentials;
use crate::accounts::User;
use crate::accounts::tokens::Purpose;
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::ApprovalCredentials;
use crate::documents::{Document, DocumentState};
use crate::mail::Letter;
use crate::mail::letters::{AskedDocument, Credentials, MASK};
use crate::paths;
use crate::verifications::decision::{Outcome, Verdict};

/// The letter to the applicant. `credentials` go with an approval, `case_link` leads to the own case.
#[must_use]
pub fn letter(
    app: &App,
    outcome: &Outcome,
    documents: &[Document],
    credentials: Credentials,
    case_link: Option<String>,
) -> Letter {
    match outcome.verdict {
        Verdict::Approve => Letter::Approved { sign_in_url: app.link(paths::LOGIN), credentials },
        Verdict::Reject => Letter::Rejected {
            reason: outcome.public_text(case_link.is_some()).unwrap_or_default(),
            case_link,
        },
        Verdict::Resubmit => Letter::Resubmission {
            documents: asked(outcome, documents),
            note: outcome.public_text(true).unwrap_or_default(),
            case_link: case_link.unwrap_or_default(),
        },
    }
}

/// The letter as it would be, with [`MASK`] for what only the applicant may read.
#[must_use]
pub fn draft_letter(
    app: &App,
    outcome: &Outcome,
    applicant: &User,
    documents: &[Document],
    (may_send_again, now): (bool, Timestamp),
) -> Letter {
    let ends = |life: std::time::Duration| now.plus(TimeDelta::from_std(life).unwrap_or_default());
    let credentials = match credentials::kind(app, applicant) {
        ApprovalCredentials::TemporaryPassword => {
            let expires_at = ends(app.config.accounts.temporary_password_life);
            Credentials::TemporaryPassword { password: MASK.to_owned(), expires_at }
        }
        ApprovalCredentials::ActivationLink => {
            Credentials::ActivationLink { link: MASK.to_owned(), expires_at: ends(Purpose::Activation.life()) }
        }
        ApprovalCredentials::KeepPassword => Credentials::KeepPassword,
    };
    let linked = outcome.verdict == Verdict::Resubmit || may_send_again;
    letter(app, outcome, documents, credentials, linked.then(|| MASK.to_owned()))
}

fn asked(outcome: &Outcome, documents: &[Document]) -> Vec<AskedDocument> {
    let rulings = outcome.rulings.iter().filter(|ruling| ruling.state == DocumentState::AskedAgain);
    rulings
        .filter_map(|ruling| {
            let document = documents.iter().find(|document| document.id == ruling.document)?;
            let name = format!("{} ({})", document.kind.label(), document.file_name.as_str());
            let reason = ruling.reason.map(|reason| reason.public_text(true)).unwrap_or_default();
            Some(AskedDocument { name, reason })
        })
        .collect()
}
