//! How a case comes to wait for a reviewer: at registration, and again when documents were replaced.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use crate::access::{Act, OrganizationId, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::verification_cases as table;
use crate::ids::Random;

use super::actions::TARGET;
use super::model::{Case, CaseState};

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
    diesel::insert_into(table::table)
        .values((
            table::id.eq(&id),
            table::organization_id.eq(new.organization),
            table::applicant_id.eq(new.applicant),
            table::state.eq(CaseState::Waiting),
            table::version.eq(1),
            table::declared_kind.eq(new.declared.kind),
            table::declared_number.eq(new.declared.number.as_ref()),
            table::declared_country.eq(new.declared.country),
            table::declared_expiry.eq(new.declared.expiry),
            table::submitted_at.eq(new.submitted_at),
            table::due_at.eq(new.due_at),
            table::created_at.eq(act.at),
            table::updated_at.eq(act.at),
        ))
        .execute(c)?;
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
    let asked = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq(CaseState::ResubmissionAsked));
    let changed = diesel::update(asked)
        .set((
            table::state.eq(CaseState::Waiting),
            table::version.eq(case.version + 1),
            table::submitted_at.eq(act.at),
            table::due_at.eq(due_at),
            table::decided_by.eq(None::<UserId>),
            table::decided_at.eq(None::<Timestamp>),
            table::reason_code.eq(None::<String>),
            table::message.eq(None::<String>),
            table::updated_at.eq(act.at),
        ))
        .execute(c)?;
    if changed == 0 {
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
