//! A case and the rules of its life; no I/O.
//!
//! A reviewer holds a case by a claim that ends by itself. An expired claim counts as none, whether or not
//! it was written down yet, so writing it down changes no version. Every other transition raises
//! [`Case::version`]; renewing a claim is none.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::decision::{Decision, Outcome};
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::verification_cases;
use crate::documents::{CaseId, Country, Document, DocumentKind, DocumentNumber};
use crate::error::FieldError;
use crate::text_enum;

text_enum! {
    /// Where a case stands.
    CaseState {
        Waiting = "waiting",
        Claimed = "claimed",
        Approved = "approved",
        Rejected = "rejected",
        ResubmissionAsked = "resubmission_asked",
    }
}

impl CaseState {
    /// The word shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Claimed => "Claimed",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::ResubmissionAsked => "Asked again",
        }
    }

    /// Was it decided for good?
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected)
    }

    /// Is it for a reviewer to do something?
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Claimed)
    }
}

/// A case as kept.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = verification_cases, check_for_backend(MultiBackend))]
pub struct Case {
    pub id: CaseId,
    pub organization_id: OrganizationId,
    pub applicant_id: UserId,
    /// As written; [`Case::state_at`] knows of expired claims.
    pub state: CaseState,
    pub version: i64,
    pub declared_kind: DocumentKind,
    pub declared_number: Option<DocumentNumber>,
    pub declared_country: Option<Country>,
    pub declared_expiry: Option<NaiveDate>,
    pub claimed_by: Option<UserId>,
    pub claim_expires_at: Option<Timestamp>,
    pub submitted_at: Timestamp,
    pub due_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    pub reason_code: Option<String>,
    pub message: Option<String>,
}

/// Why a reviewer cannot do what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody judges their own documents.
    OwnCase,
    /// Another reviewer holds the case until then.
    Held { by: UserId, until: Timestamp },
    /// The reviewer does not hold it.
    NotHeld,
    /// It is decided, or waits for the applicant.
    Closed,
    /// The form was made for an earlier version of the case.
    Stale,
    /// There is nothing to decide on.
    NoDocuments,
    /// The account was closed by other means, which an approval must not undo.
    AccountClosed,
    /// The decision is not complete or contradicts itself.
    Invalid(Vec<FieldError>),
}

impl Refusal {
    /// What the reviewer is told, with what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::OwnCase => "These are your own documents. Another reviewer has to decide on them.",
            Self::Held { .. } => "Another reviewer holds this case. Take another one, or wait until it is free.",
            Self::NotHeld => "You do not hold this case any more. Claim it again to go on.",
            Self::Closed => "This case is not open for a decision. Look at what happened to it.",
            Self::Stale => "This case has changed meanwhile. Look at it again before you decide.",
            Self::NoDocuments => "This case has no documents, so there is nothing to decide on.",
            Self::AccountClosed => {
                "The account of this applicant is suspended or closed. Lift that first, or reject the documents."
            }
            Self::Invalid(errors) => {
                return errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ");
            }
        }
        .to_owned()
    }
}

/// What a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Taken {
        until: Timestamp,
    },
    /// It was the reviewer's already.
    Renewed {
        until: Timestamp,
    },
}

impl Case {
    /// Who holds it at `now`, and until when.
    #[must_use]
    pub fn holder(&self, now: Timestamp) -> Option<(&UserId, Timestamp)> {
        let (by, until) = self.claimed_by.as_ref().zip(self.claim_expires_at)?;
        (self.state == CaseState::Claimed && until > now).then_some((by, until))
    }

    #[must_use]
    pub fn is_held_by(&self, reviewer: &UserId, now: Timestamp) -> bool {
        self.holder(now).is_some_and(|(by, _)| by == reviewer)
    }

    /// The state at `now`: an expired claim counts as waiting.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> CaseState {
        match self.state {
            CaseState::Claimed if self.holder(now).is_none() => CaseState::Waiting,
            state => state,
        }
    }

    /// May this reviewer look into it: data unmasked, documents opened? While it waits, only its holder may.
    #[must_use]
    pub fn is_open_to(&self, reviewer: &UserId, now: Timestamp) -> bool {
        !self.state.is_open() || self.is_held_by(reviewer, now)
    }

    /// Has the time for a decision passed without one?
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && self.due_at <= now
    }
}

fn free_for(case: &Case, reviewer: &UserId, now: Timestamp) -> Result<(), Refusal> {
    if case.applicant_id == *reviewer {
        return Err(Refusal::OwnCase);
    }
    if !case.state.is_open() {
        return Err(Refusal::Closed);
    }
    match case.holder(now) {
        Some((by, until)) if by != reviewer => Err(Refusal::Held { by: by.clone(), until }),
        _ => Ok(()),
    }
}

/// Takes a case for `life`, or renews the reviewer's own claim.
pub fn claim(case: &Case, reviewer: &UserId, now: Timestamp, life: TimeDelta) -> Result<Claim, Refusal> {
    free_for(case, reviewer, now)?;
    let until = now.plus(life);
    Ok(if case.is_held_by(reviewer, now) { Claim::Renewed { until } } else { Claim::Taken { until } })
}

/// Holds on to a claim for another `life`; answers until when.
pub fn renew(case: &Case, reviewer: &UserId, now: Timestamp, life: TimeDelta) -> Result<Timestamp, Refusal> {
    if case.is_held_by(reviewer, now) { Ok(now.plus(life)) } else { Err(Refusal::NotHeld) }
}

/// How long a case stays claimed after its page was left: time for the next page of it to say that it is there.
pub const LEAVING: TimeDelta = TimeDelta::seconds(15);

/// When the claim ends of a reviewer who left the page; `None` when there is none to cut short.
#[must_use]
pub fn leave(case: &Case, reviewer: &UserId, now: Timestamp) -> Option<Timestamp> {
    let until = case.claim_expires_at.filter(|_| case.is_held_by(reviewer, now))?;
    Some(until.min(now.plus(LEAVING)))
}

/// Gives a case back.
pub fn release(case: &Case, reviewer: &UserId, now: Timestamp) -> Result<(), Refusal> {
    if case.is_held_by(reviewer, now) { Ok(()) } else { Err(Refusal::NotHeld) }
}

/// What a decision does to a case and its documents. The reviewer holds the case, or it is free and is
/// taken by deciding.
pub fn decide(
    case: &Case,
    documents: &[Document],
    decision: &Decision,
    reviewer: &UserId,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    if case.applicant_id == *reviewer {
        return Err(Refusal::OwnCase);
    }
    if case.version != decision.version {
        return Err(Refusal::Stale);
    }
    free_for(case, reviewer, now)?;
    decision.judge(documents)
}

#[cfg(test)]
pub(super) mod tests;
