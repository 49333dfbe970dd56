//! Mails of the demo that can be read to the last word: kept instead of sent, with links that work.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::mails::INSTANCE;
use super::plan::{Course, Verdict};
use super::resident::Resident;
use super::store::{AttemptRow, insert_attempts};
use crate::access::{Act, OrganizationId};
use crate::accounts::tokens::{self, Purpose};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose as KeyPurpose;
use crate::mail::letters::{AskedDocument, Credentials};
use crate::mail::model::{AttemptId, Outcome};
use crate::mail::outbox;
use crate::mail::providers::Accepted;
use crate::mail::store::{self, CapturedMessage, queue};
use crate::mail::{Letter, NewEmail, TemplateKind, enqueue};
use crate::paths;

const CAPTURE: &str = "capture";

/// Decisions younger than this have their mail kept; those before were sent.
const RECENT: TimeDelta = TimeDelta::days(8);

/// The mails that `resident` was sent.
#[must_use]
pub fn all_kinds(resident: &Resident) -> Vec<(TemplateKind, Timestamp)> {
    let plan = &resident.plan;
    let mut kinds = vec![(TemplateKind::VerifyAddress, plan.submitted_at)];
    if let Course::Decided { at, verdict, .. } = plan.course {
        kinds.push((kind_of(verdict), at));
    }
    kinds
}

/// Is the mail of this kind, sent at `at`, one that is kept?
#[must_use]
pub fn is_kept(resident: &Resident, (kind, at): (TemplateKind, Timestamp), now: Timestamp) -> bool {
    match kind {
        TemplateKind::VerifyAddress => resident.plan.verified_at.is_none(),
        _ => now.since(at) < RECENT,
    }
}

/// The mail that tells of a decision.
fn kind_of(verdict: Verdict) -> TemplateKind {
    match verdict {
        Verdict::Approved => TemplateKind::Approved,
        Verdict::Rejected(_) => TemplateKind::Rejected,
        Verdict::AskedAgain(_) => TemplateKind::Resubmission,
    }
}

/// Writes the kept mails of one applicant, as the outbox and the worker would have.
pub fn write(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    resident: &Resident,
) -> Result<(), AppError> {
    let now = app.clock.now();
    for (kind, at) in all_kinds(resident).into_iter().filter(|mail| is_kept(resident, *mail, now)) {
        let letter = letter(c, app, organization, resident, (kind, at))?;
        keep(c, app, at, NewEmail::new(organization, resident.party(), &letter).for_user(&resident.id))?;
    }
    Ok(())
}

fn letter(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    resident: &Resident,
    (kind, at): (TemplateKind, Timestamp),
) -> Result<Letter, AppError> {
    let mut link = |purpose: Purpose, path: fn(&str) -> String| -> Result<String, AppError> {
        let act = Act::by_system(at);
        let token: SecretString =
            tokens::issue(c, &app.random, &act, organization, Some(&resident.id), purpose)?;
        Ok(app.link(&path(token.expose_secret())))
    };
    let reason = resident.reason().map_or_else(String::new, |reason| reason.public_text(true));
    Ok(match kind {
        TemplateKind::Approved => {
            Letter::Approved { sign_in_url: app.link(paths::LOGIN), credentials: Credentials::KeepPassword }
        }
        TemplateKind::Rejected => {
            let case_link = Some(link(Purpose::CaseAccess, paths::case_link)?);
            Letter::Rejected { reason, case_link }
        }
        TemplateKind::Resubmission => {
            let name = resident.plan.papers.first().map_or("Document", |paper| paper.kind.label()).to_owned();
            let documents = vec![AskedDocument { name, reason }];
            let case_link = link(Purpose::CaseAccess, paths::case_link)?;
            Letter::Resubmission { documents, note: String::new(), case_link }
        }
        TemplateKind::VerifyAddress => {
            let life = TimeDelta::from_std(Purpose::EmailVerification.life()).unwrap_or_default();
            let link = link(Purpose::EmailVerification, paths::verify_email_link)?;
            Letter::VerifyAddress { link, expires_at: at.plus(life), code: None }
        }
        // None of the others is among those of `all_kinds`.
        _ => Letter::sample(kind).ok_or(AppError::NotFound)?,
    })
}

/// Puts a mail into the outbox and takes it out again, all in the past.
fn keep(c: &mut Connection, app: &App, at: Timestamp, mail: NewEmail) -> Result<(), AppError> {
    let id = enqueue(c, app, at, mail)?;
    let email = store::by_id(c, &id)?.ok_or(AppError::NotFound)?;
    let outgoing = outbox::outgoing(app, &email).map_err(AppError::internal)?;
    let captured_at = at.plus(TimeDelta::seconds(2));
    let content = serde_json::to_vec(&outgoing.content).map_err(AppError::internal)?;
    let sealed_content =
        app.keys.seal(KeyPurpose::CapturedMail, &content, id.as_str().as_bytes(), &app.random);
    let size = outgoing.mime().map_err(AppError::internal)?.len();
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    store::capture(c, &CapturedMessage { email_id: id.clone(), sealed_content, size, captured_at })?;
    let accepted = Accepted { provider_message_id: None, reply: "kept, not sent".to_owned() };
    queue::accepted(c, &id, captured_at, CAPTURE, &accepted)?;
    let attempt = AttemptRow {
        id: AttemptId::new(&app.random, at),
        email_id: id,
        provider: CAPTURE,
        instance: INSTANCE,
        started_at: at.plus(TimeDelta::seconds(1)),
        finished_at: captured_at,
        outcome: Outcome::Accepted,
        reply: accepted.reply,
        duration_ms: 4,
    };
    Ok(insert_attempts(c, &[attempt])?)
}
