//! How a case comes to wait for a reviewer: at registration, and again when documents were replaced.

use chrono::TimeDelta;
use diesel::QueryResult;
use serde_json::json;

use crate::access::{Act, OrganizationId, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::ids::Random;

use super::actions::TARGET;
use super::model::{Case, CaseState};
use super::store::opening as store;

pub use super::declared::Declared;
pub use crate::documents::CaseId;

/// A case to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewCase<'a> {
    pub organization: &'a OrganizationId,
    pub applicant: &'a UserId,
    pub declared: &'a Declared,
    pub submitted_at: Timestamp,
    pub due_at: Timestamp,
}

/// When a case that was submitted at `at` should be decided.
#[must_use]
pub fn due_at(app: &App, at: Timestamp) -> Timestamp {
    let target = TimeDelta::from_std(app.config.accounts.review_target).unwrap_or(TimeDelta::days(1));
    at.plus(target)
}

/// Opens a case. An applicant has one open case at most.
///
/// # Errors
/// `UniqueViolation` when there is an open one.
pub fn open_case(c: &mut Connection, random: &Random, act: &Act, new: NewCase<'_>) -> QueryResult<CaseId> {
    let id = CaseId::new(random, act.at);
    store::insert(c, &id, &new, act.at)?;
    let event = Event::new(new.organization, "verification.submitted", Target(TARGET, id.as_str()))
        .change(None, json!({ "state": CaseState::Waiting, "kind": new.declared.kind }));
    audit::record(c, random, act, event)?;
    Ok(id)
}

/// Lets a case wait again after its applicant replaced what was asked for; `false` when it does not wait
/// for that (any more), or has changed since it was read.
pub fn reopen_case(
    c: &mut Connection,
    random: &Random,
    act: &Act,
    case: &Case,
    due_at: Timestamp,
) -> QueryResult<bool> {
    if !store::reopen(c, case, due_at, act.at)? {
        return Ok(false);
    }
    let event =
        Event::new(&case.organization_id, "verification.resubmitted", Target(TARGET, case.id.as_str()))
            .change(
                Some(json!({ "state": CaseState::ResubmissionAsked })),
                json!({ "state": CaseState::Waiting }),
            );
    audit::record(c, random, act, event)?;
    Ok(true)
}
