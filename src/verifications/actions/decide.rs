//! The decision: case, documents, user, credentials, mail and audit change together or not at all.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::credentials::{self, Prepared};
use super::{TARGET, letters};
use crate::access::{Act, Actor};
use crate::accounts::tokens::{self, Purpose};
use crate::accounts::{self, Status, User};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::{self, CaseId, Document};
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::mail::letters::Credentials;
use crate::mail::outbox::{self, NewEmail};
use crate::mail::{Letter, Party};
use crate::verifications::decision::{Decision, Outcome, Ruling, Verdict};
use crate::verifications::model::{self, Case, Refusal};
use crate::verifications::store;
use crate::{organizations, paths, sessions};

/// A decision that was made.
#[derive(Clone, Debug)]
pub struct Decided {
    pub verdict: Verdict,
    pub applicant_name: String,
}

/// What a decision is made of, as it is at one moment.
struct Matter {
    case: Case,
    user: User,
    documents: Vec<Document>,
}

impl Matter {
    fn load(c: &mut Connection, reviewer: &Actor, id: &CaseId) -> Result<Self, AppError> {
        // Documents change only with the version of their case. Read before it, they are those of the version
        // that is read, or of an older one, which is then refused as stale.
        let documents = documents::store::by_case(c, id)?;
        let found = store::with_applicant(c, &reviewer.organization, id)?;
        let (case, user) = found.ok_or(AppError::NotFound)?;
        Ok(Self { case, user, documents })
    }

    fn judge(&self, decision: &Decision, reviewer: &Actor, act: &Act) -> Result<Outcome, Refusal> {
        let outcome = model::decide(&self.case, &self.documents, decision, &reviewer.user, act.at)?;
        let closed = matches!(self.user.status, Status::Suspended | Status::Banned);
        if closed && outcome.verdict == Verdict::Approve {
            return Err(Refusal::AccountClosed);
        }
        Ok(outcome)
    }
}

/// Decides a case.
pub async fn decide(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &CaseId,
    decision: Decision,
) -> Result<Result<Decided, Refusal>, AppError> {
    let (seen, judge) = (id.clone(), reviewer.clone());
    let matter = app.db.read(move |c| Matter::load(c, &judge, &seen)).await?;
    // Judged before it is judged for good: a decision that is refused costs no password hash.
    if let Err(refusal) = matter.judge(&decision, reviewer, act) {
        return Ok(Err(refusal));
    }
    let prepared = match decision.verdict {
        Verdict::Approve => credentials::prepare(app, &matter.user).await?,
        Verdict::Reject | Verdict::Resubmit => Prepared::Keep,
    };
    let (app_, act, reviewer, id) = (app.clone(), act.clone(), reviewer.clone(), id.clone());
    let (organization, user) = (matter.user.organization_id, matter.user.id);
    let outcome = app
        .db
        .write(move |c| {
            let matter = Matter::load(c, &reviewer, &id)?;
            let outcome = match matter.judge(&decision, &reviewer, &act) {
                Ok(outcome) => outcome,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let work =
                Work { app: &app_, act: &act, reviewer: &reviewer, matter: &matter, outcome: &outcome };
            work.carry_out(c, prepared)
        })
        .await?;
    if outcome.as_ref().is_ok_and(|decided| decided.verdict == Verdict::Reject) {
        app.hub.publish(Live::SessionsEnded { organization, user, sessions: Ended::All });
    }
    Ok(outcome)
}

/// One decision on its way into the database.
struct Work<'a> {
    app: &'a App,
    act: &'a Act,
    reviewer: &'a Actor,
    matter: &'a Matter,
    outcome: &'a Outcome,
}

impl Work<'_> {
    fn carry_out(
        &self,
        c: &mut Connection,
        prepared: Prepared,
    ) -> Result<Result<Decided, Refusal>, AppError> {
        let Self { act, matter: Matter { case, user, .. }, outcome, .. } = self;
        let organization = organizations::by_id(c, &case.organization_id)?;
        let may_send_again = outcome.verdict != Verdict::Reject || organization.allow_resubmission;
        let public_text = outcome.public_text(may_send_again);
        if !store::close(c, case, outcome, public_text.as_deref(), &self.reviewer.user, act.at)? {
            // Somebody was faster since the case was read.
            return Ok(Err(Refusal::Stale));
        }
        self.rule_documents(c)?;
        let credentials = self.change_user(c, prepared)?;
        let case_link = if outcome.verdict != Verdict::Approve && may_send_again {
            Some(self.case_link(c)?)
        } else {
            None
        };
        let letter = letters::letter(self.app, outcome, &self.matter.documents, credentials, case_link);
        self.mail(c, &letter)?;
        self.audit(c, public_text.as_deref())?;
        Ok(Ok(Decided { verdict: outcome.verdict, applicant_name: user.name.to_string() }))
    }

    fn rule_documents(&self, c: &mut Connection) -> Result<(), AppError> {
        for ruling in &self.outcome.rulings {
            let review = documents::store::Review {
                by: &self.reviewer.user,
                at: self.act.at,
                reason_code: ruling.reason.map(|reason| reason.as_str()),
            };
            documents::store::set_state(c, &ruling.document, ruling.state, review)?;
        }
        Ok(())
    }

    /// Opens or closes the account; answers what the mail says of the way in.
    fn change_user(&self, c: &mut Connection, prepared: Prepared) -> Result<Credentials, AppError> {
        let Self { app, act, matter: Matter { user, .. }, outcome, .. } = self;
        match outcome.verdict {
            Verdict::Approve => {
                accounts::store::approve(c, &user.id, act.at)?;
                credentials::issue(c, app, act, user, prepared)
            }
            Verdict::Reject => {
                // A suspension or ban says more than a rejection and stays.
                if !matches!(user.status, Status::Suspended | Status::Banned) {
                    accounts::store::set_status(c, &user.id, Status::Rejected, act.at)?;
                }
                sessions::store::end_others(c, &user.id, None, "the documents were rejected", act)?;
                Ok(Credentials::KeepPassword)
            }
            Verdict::Resubmit => Ok(Credentials::KeepPassword),
        }
    }

    fn case_link(&self, c: &mut Connection) -> Result<String, AppError> {
        let Self { app, act, matter: Matter { user, .. }, .. } = self;
        let purpose = Purpose::CaseAccess;
        let token = tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?;
        Ok(app.link(&paths::case_link(token.expose_secret())))
    }

    fn mail(&self, c: &mut Connection, letter: &Letter) -> Result<(), AppError> {
        let Matter { case, user, .. } = self.matter;
        let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
        let mail = NewEmail::new(&case.organization_id, recipient, letter)
            .for_user(&user.id)
            .once(format!("{}/{}", case.id, case.version));
        outbox::enqueue(c, self.app, self.act.at, mail)?;
        Ok(())
    }

    fn audit(&self, c: &mut Connection, public_text: Option<&str>) -> Result<(), AppError> {
        let Self { app, act, matter: Matter { case, .. }, outcome, .. } = self;
        let action = match outcome.verdict {
            Verdict::Approve => "verification.approved",
            Verdict::Reject => "verification.rejected",
            Verdict::Resubmit => "verification.resubmission_asked",
        };
        let mut after = json!({ "state": outcome.state(), "documents": self.rulings() });
        if let (Some(text), Value::Object(fields)) = (public_text, &mut after) {
            fields.insert("message".to_owned(), Value::from(text));
        }
        let event = Event::new(&case.organization_id, action, Target(TARGET, case.id.as_str()))
            .change(Some(json!({ "state": case.state_at(act.at) })), after)
            .because(outcome.reason.map(|reason| reason.as_str()));
        audit::record(c, &app.random, act, event)?;
        Ok(())
    }

    fn rulings(&self) -> Value {
        let ruling = |ruling: &Ruling| json!({ "id": ruling.document, "state": ruling.state, "reason": ruling.reason });
        self.outcome.rulings.iter().map(ruling).collect()
    }
}
