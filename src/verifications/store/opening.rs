//! Cases that come to wait.

use diesel::prelude::*;

use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::verification_cases as table;
use crate::documents::CaseId;
use crate::verifications::model::{Case, CaseState};
use crate::verifications::opening::NewCase;

/// # Errors
/// `UniqueViolation` when the applicant has an open case.
pub fn insert(c: &mut Connection, id: &CaseId, new: &NewCase<'_>, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(id),
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
            table::created_at.eq(now),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// Lets a case wait again; `false` when it does not wait for its applicant (any more), or has changed since it was read.
pub fn reopen(c: &mut Connection, case: &Case, due_at: Timestamp, now: Timestamp) -> QueryResult<bool> {
    let asked = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq(CaseState::ResubmissionAsked));
    let changed = diesel::update(asked)
        .set((
            table::state.eq(CaseState::Waiting),
            table::version.eq(case.version + 1),
            table::submitted_at.eq(now),
            table::due_at.eq(due_at),
            table::decided_by.eq(None::<UserId>),
            table::decided_at.eq(None::<Timestamp>),
            table::reason_code.eq(None::<String>),
            table::message.eq(None::<String>),
            table::updated_at.eq(now),
        ))
        .execute(c)?;
    Ok(changed == 1)
}
