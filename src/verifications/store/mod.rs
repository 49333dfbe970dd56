//! All SQL of cases: [`queue`] are the lists and their figures, here is one case and its transitions.
//!
//! A transition names the version it starts from, so of two at the same time one changes a row and the
//! other none.

mod figures;
pub mod opening;
pub mod queue;

use diesel::prelude::*;

use super::decision::Outcome;
use super::model::{Case, CaseState};
use crate::access::{OrganizationId, UserId};
use crate::accounts::User;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{users, verification_cases as table};
use crate::documents::{CaseId, Document, DocumentId};

/// The case with this id, of this organization.
pub fn by_id(c: &mut Connection, organization: &OrganizationId, id: &CaseId) -> QueryResult<Option<Case>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Case::as_select())
        .first(c)
        .optional()
}

/// Every case of a person, newest first.
pub fn of_applicant(c: &mut Connection, applicant: &UserId) -> QueryResult<Vec<Case>> {
    table::table
        .filter(table::applicant_id.eq(applicant))
        .order((table::created_at.desc(), table::id.desc()))
        .select(Case::as_select())
        .load(c)
}

/// Forgets what an applicant declared and was told, when the applicant is erased. What was decided stays; a case
/// that is open is closed, since there is nobody to decide about.
pub fn forget(c: &mut Connection, case: &Case, now: Timestamp) -> QueryResult<()> {
    if !case.state.is_closed() {
        diesel::update(table::table.find(&case.id))
            .set((
                table::state.eq(CaseState::Rejected),
                table::version.eq(table::version + 1),
                table::claimed_by.eq(None::<UserId>),
                table::claim_expires_at.eq(None::<Timestamp>),
                table::decided_at.eq(Some(now)),
            ))
            .execute(c)?;
    }
    diesel::update(table::table.find(&case.id))
        .set((
            table::declared_number.eq(None::<String>),
            table::declared_country.eq(None::<String>),
            table::declared_expiry.eq(None::<chrono::NaiveDate>),
            table::message.eq(None::<String>),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// The same with the applicant.
pub fn with_applicant(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &CaseId,
) -> QueryResult<Option<(Case, User)>> {
    table::table
        .inner_join(users::table)
        .filter(table::id.eq(id))
        .filter(table::organization_id.eq(organization))
        .select((Case::as_select(), User::as_select()))
        .first(c)
        .optional()
}

/// A document with its case, of this organization.
pub fn document_with_case(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &DocumentId,
) -> QueryResult<Option<(Document, Case)>> {
    use crate::db::schema::documents;
    documents::table
        .inner_join(table::table)
        .filter(documents::id.eq(id))
        .filter(documents::organization_id.eq(organization))
        .select((Document::as_select(), Case::as_select()))
        .first(c)
        .optional()
}

/// The names of people, for those who hold or decided cases: a few at most, so each is found by a statement
/// that stays prepared.
pub fn names<'a>(
    c: &mut Connection,
    ids: impl IntoIterator<Item = &'a UserId>,
) -> QueryResult<Vec<(UserId, String)>> {
    let mut names = Vec::new();
    for id in ids {
        names.extend(users::table.find(id).select((users::id, users::name)).first(c).optional()?);
    }
    Ok(names)
}

/// Gives a free case (or one whose claim has expired) to a reviewer.
pub fn take(
    c: &mut Connection,
    case: &Case,
    reviewer: &UserId,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    let free = table::state
        .eq(CaseState::Waiting)
        .or(table::state.eq(CaseState::Claimed).and(table::claim_expires_at.le(now).assume_not_null()));
    diesel::update(table::table.find(&case.id).filter(table::version.eq(case.version)).filter(free))
        .set((
            table::state.eq(CaseState::Claimed),
            table::version.eq(case.version + 1),
            table::claimed_by.eq(Some(reviewer)),
            table::claim_expires_at.eq(Some(until)),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Moves the end of a reviewer's claim.
pub fn extend(
    c: &mut Connection,
    case: &Case,
    reviewer: &UserId,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<bool> {
    let held = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq(CaseState::Claimed))
        .filter(table::claimed_by.eq(reviewer));
    diesel::update(held)
        .set((table::claim_expires_at.eq(Some(until)), table::updated_at.eq(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Takes a claim away.
pub fn free(c: &mut Connection, case: &Case, now: Timestamp) -> QueryResult<bool> {
    let held = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq(CaseState::Claimed));
    diesel::update(held)
        .set((
            table::state.eq(CaseState::Waiting),
            table::version.eq(case.version + 1),
            table::claimed_by.eq(None::<UserId>),
            table::claim_expires_at.eq(None::<Timestamp>),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Cases whose claim has expired, the longest ago first.
pub fn expired(c: &mut Connection, now: Timestamp, limit: i64) -> QueryResult<Vec<Case>> {
    table::table
        .filter(table::state.eq(CaseState::Claimed))
        .filter(table::claim_expires_at.le(now))
        .order((table::claim_expires_at.asc(), table::id.asc()))
        .limit(limit)
        .select(Case::as_select())
        .load(c)
}

/// Writes down that a claim has expired. It counted as none already, so the version stays.
pub fn expire(c: &mut Connection, case: &Case, now: Timestamp) -> QueryResult<bool> {
    let over = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq(CaseState::Claimed))
        .filter(table::claim_expires_at.le(now));
    diesel::update(over)
        .set((
            table::state.eq(CaseState::Waiting),
            table::claimed_by.eq(None::<UserId>),
            table::claim_expires_at.eq(None::<Timestamp>),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Ends a case by a decision of the reviewer who holds it, or takes it free.
pub fn close(
    c: &mut Connection,
    case: &Case,
    outcome: &Outcome,
    public_text: Option<&str>,
    reviewer: &UserId,
    now: Timestamp,
) -> QueryResult<bool> {
    let claim_over = table::claim_expires_at.is_null().or(table::claim_expires_at.le(now).assume_not_null());
    let mine = table::claimed_by.eq(reviewer).assume_not_null();
    let decidable = table::table
        .find(&case.id)
        .filter(table::version.eq(case.version))
        .filter(table::state.eq_any([CaseState::Waiting, CaseState::Claimed]))
        .filter(claim_over.or(mine));
    diesel::update(decidable)
        .set((
            table::state.eq(outcome.state()),
            table::version.eq(case.version + 1),
            table::claimed_by.eq(None::<UserId>),
            table::claim_expires_at.eq(None::<Timestamp>),
            table::decided_by.eq(Some(reviewer)),
            table::decided_at.eq(Some(now)),
            table::reason_code.eq(outcome.reason.map(|reason| reason.as_str())),
            table::message.eq(public_text),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(|changed| changed == 1)
}
