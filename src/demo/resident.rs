//! An applicant as rows: the account, the case and its documents.

use super::clients::{self, Client};
use super::crew::Crew;
use super::papers::Flaw;
use super::people::member_address;
use super::plan::{Course, Plan, Verdict};
use super::store::{CaseRow, UserRow};
use crate::access::{OrganizationId, Role, UserId};
use crate::accounts::Status;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::upload::{Kept, Place};
use crate::documents::{CaseId, Document, DocumentKind, DocumentNumber, DocumentState};
use crate::error::AppError;
use crate::mail::{DisplayName, EmailAddress, Party};
use crate::verifications::CaseState;
use crate::verifications::opening;
use crate::verifications::reasons::ReasonCode;

/// An applicant.
#[derive(Debug)]
pub struct Resident {
    pub id: UserId,
    pub case: CaseId,
    pub plan: Plan,
    pub address: EmailAddress,
}

impl Resident {
    /// # Errors
    /// When the address is none; the tests of the names show that each is.
    pub fn new(app: &App, plan: Plan) -> Result<Self, AppError> {
        let address = EmailAddress::parse(&member_address(plan.index));
        Ok(Self {
            id: UserId::new(&app.random, plan.submitted_at),
            case: CaseId::new(&app.random, plan.submitted_at),
            address: address.map_err(AppError::internal)?,
            plan,
        })
    }

    #[must_use]
    pub fn party(&self) -> Party {
        Party { name: DisplayName::parse(self.plan.person.name).ok(), address: self.address.clone() }
    }

    /// What the reviewer found wrong.
    #[must_use]
    pub fn reason(&self) -> Option<ReasonCode> {
        let (Verdict::Rejected(flaw) | Verdict::AskedAgain(flaw)) = self.plan.verdict()? else { return None };
        Some(match flaw {
            Flaw::Expired => ReasonCode::Expired,
            Flaw::OtherNumber => ReasonCode::DataMismatch,
            Flaw::CutOff => ReasonCode::Incomplete,
            Flaw::Dark => ReasonCode::Unreadable,
        })
    }

    #[must_use]
    pub fn status(&self) -> Status {
        match self.plan.verdict() {
            Some(Verdict::Approved) => Status::Active,
            Some(Verdict::Rejected(_)) => Status::Rejected,
            Some(Verdict::AskedAgain(_)) | None => Status::Pending,
        }
    }

    #[must_use]
    pub fn user_row(&self, organization: &OrganizationId, password_hash: &str, now: Timestamp) -> UserRow {
        let decided_at = match self.plan.course {
            Course::Decided { at, .. } => Some(at),
            Course::Waiting | Course::Claimed { .. } => None,
        };
        let signed_in_at = self.signed_in_at(now);
        let client = signed_in_at.map(|_| self.client());
        UserRow {
            id: self.id.clone(),
            organization_id: organization.clone(),
            email: self.address.to_string(),
            email_key: self.address.key(),
            name: self.plan.person.name,
            phone: self.plan.phone.clone(),
            role: Role::Member,
            status: self.status(),
            password_hash: password_hash.to_owned(),
            must_change_password: false,
            email_verified_at: self.plan.verified_at,
            document_verified_at: decided_at.filter(|_| self.status() == Status::Active),
            last_login_at: signed_in_at,
            last_login_ip: client.as_ref().map(|client| client.ip.clone()),
            last_login_agent: client.map(|client| client.user_agent.to_owned()),
            created_at: self.plan.submitted_at,
            updated_at: decided_at.unwrap_or(self.plan.submitted_at),
        }
    }

    #[must_use]
    pub fn case_row(&self, app: &App, organization: &OrganizationId, crew: &Crew) -> CaseRow {
        let plan = &self.plan;
        let declared = plan.papers.first();
        let mut row = CaseRow {
            id: self.case.clone(),
            organization_id: organization.clone(),
            applicant_id: self.id.clone(),
            state: CaseState::Waiting.as_str(),
            version: 1,
            declared_kind: declared.map_or(DocumentKind::Other, |paper| paper.kind),
            declared_number: declared.and_then(|paper| DocumentNumber::parse(&paper.number)),
            declared_country: declared.and_then(|paper| paper.country),
            declared_expiry: Some(plan.declared_expiry),
            claimed_by: None,
            claim_expires_at: None,
            submitted_at: plan.submitted_at,
            due_at: opening::due_at(app, plan.submitted_at),
            decided_by: None,
            decided_at: None,
            reason_code: self.reason().map(|reason| reason.as_str().to_owned()),
            message: None,
            created_at: plan.submitted_at,
            updated_at: plan.submitted_at,
        };
        match plan.course {
            Course::Waiting => {}
            Course::Claimed { by, at, until } => {
                row.state = CaseState::Claimed.as_str();
                row.version = 2;
                row.claimed_by = crew.id(by);
                row.claim_expires_at = Some(until);
                row.updated_at = at;
            }
            Course::Decided { by, at, verdict, .. } => {
                row.state = case_state(verdict).as_str();
                row.version = 3;
                row.decided_by = crew.id(by);
                row.decided_at = Some(at);
                row.message = self.public_text();
                row.updated_at = at;
            }
        }
        row
    }

    /// What a rejected applicant was told.
    #[must_use]
    pub fn public_text(&self) -> Option<String> {
        let rejected = matches!(self.plan.verdict(), Some(Verdict::Rejected(_)));
        self.reason().filter(|_| rejected).map(|reason| reason.public_text(true))
    }

    /// The rows of the documents whose files are `kept`.
    #[must_use]
    pub fn documents(&self, organization: &OrganizationId, crew: &Crew, kept: &[Kept]) -> Vec<Document> {
        let plan = &self.plan;
        let pairs = (0_usize..).zip(kept.iter().zip(&plan.papers));
        pairs
            .map(|(position, (kept, paper))| {
                let place = Place {
                    organization,
                    case: &self.case,
                    user: &self.id,
                    kind: paper.kind,
                    position: i64::try_from(position).unwrap_or_default(),
                };
                let mut row = kept.row(place, plan.submitted_at);
                row.state = plan.document_state(position);
                if let Course::Decided { by, at, .. } = plan.course
                    && row.state != DocumentState::Pending
                {
                    row.reviewed_by = crew.id(by);
                    row.reviewed_at = Some(at);
                    row.reason_code = self.reason().map(|reason| reason.as_str().to_owned());
                }
                row
            })
            .collect()
    }

    /// Whom the network and the browser of this person look like.
    #[must_use]
    pub fn client(&self) -> Client {
        clients::of(self.plan.index)
    }

    /// The moment somebody approved last signed in.
    #[must_use]
    pub fn signed_in_at(&self, now: Timestamp) -> Option<Timestamp> {
        let Course::Decided { at, verdict: Verdict::Approved, .. } = self.plan.course else { return None };
        let awake = u32::try_from(self.plan.index).unwrap_or_default() % 4 != 2;
        let since = now.since(at) / 3;
        awake.then(|| now.minus(since / (1 + i32::try_from(self.plan.index).unwrap_or_default())))
    }
}

/// The state a decision leaves a case in.
#[must_use]
pub fn case_state(verdict: Verdict) -> CaseState {
    match verdict {
        Verdict::Approved => CaseState::Approved,
        Verdict::Rejected(_) => CaseState::Rejected,
        Verdict::AskedAgain(_) => CaseState::ResubmissionAsked,
    }
}
