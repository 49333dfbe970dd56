//! How a case comes to wait for a reviewer: at registration, and again when documents were replaced.

use diesel::prelude::*;
use serde_json::json;

use crate::access::{Act, OrganizationId, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::verification_cases as table;
use crate::ids::Random;
use chrono::TimeDelta;

pub use super::declared::Declared;
pub use crate::documents::CaseId;

/// The state a case begins in, and returns to with every submission.
const WAITING: &str = "waiting";

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
            table::state.eq(WAITING),
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
    let event = Event::new(new.organization, "verification.submitted", Target("verification", id.as_str()))
        .change(None, json!({ "state": WAITING, "kind": new.declared.kind }));
    audit::record(c, random, act, event)?;
    Ok(id)
}
