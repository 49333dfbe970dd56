//! The lines of a list.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::db::Connection;
use crate::db::schema::{revocation_lines as lines, users};
use crate::each;
use crate::revocations::model::{Line, LineOutcome, RevocationId};
use crate::revocations::tally::Tally;

pub(in crate::revocations) fn insert_lines(c: &mut Connection, rows: &[Line]) -> QueryResult<()> {
    each!(c, c => diesel::insert_into(lines::table).values(rows).execute(c)).map(drop)
}

/// The last line that was read; 0 before the first.
pub(in crate::revocations) fn last_line(c: &mut Connection, run: &RevocationId) -> QueryResult<i64> {
    let last: Option<i64> =
        lines::table.filter(lines::revocation_id.eq(run)).select(diesel::dsl::max(lines::line)).first(c)?;
    Ok(last.unwrap_or_default())
}

/// Which of these users the list names already.
pub(in crate::revocations) fn named(
    c: &mut Connection,
    run: &RevocationId,
    ids: &[UserId],
) -> QueryResult<HashSet<UserId>> {
    let found: Vec<Option<UserId>> = lines::table
        .filter(lines::revocation_id.eq(run))
        .filter(lines::user_id.eq_any(ids))
        .select(lines::user_id)
        .load(c)?;
    Ok(found.into_iter().flatten().collect())
}

/// The users of the organization with these ids or address keys, by either.
pub(in crate::revocations) fn resolve(
    c: &mut Connection,
    organization: &OrganizationId,
    ids: &[UserId],
    keys: &[String],
) -> QueryResult<Vec<(UserId, String)>> {
    let named = users::id.eq_any(ids).or(users::email_key.eq_any(keys));
    users::table
        .filter(users::organization_id.eq(organization))
        .filter(named)
        .select((users::id, users::email_key))
        .load(c)
}

/// Keeps in the list how many sessions of its users were ended.
pub(in crate::revocations) fn count_lines(
    c: &mut Connection,
    run: &RevocationId,
    tallies: &[Tally],
) -> QueryResult<()> {
    for tally in tallies {
        diesel::update(lines::table.filter(lines::revocation_id.eq(run)).filter(lines::line.eq(tally.line)))
            .set(lines::revoked.eq(tally.count))
            .execute(c)?;
    }
    Ok(())
}

/// Lines of the list after one, in order.
pub fn lines_after(c: &mut Connection, run: &RevocationId, after: i64, limit: i64) -> QueryResult<Vec<Line>> {
    lines::table
        .filter(lines::revocation_id.eq(run))
        .filter(lines::line.gt(after))
        .order(lines::line)
        .limit(limit)
        .select(Line::as_select())
        .load(c)
}

/// How many lines came to what: found, repeated, unknown.
pub fn line_counts(c: &mut Connection, run: &RevocationId) -> QueryResult<Vec<(LineOutcome, i64)>> {
    lines::table
        .filter(lines::revocation_id.eq(run))
        .group_by(lines::outcome)
        .select((lines::outcome, diesel::dsl::count_star()))
        .load(c)
}

/// Lines that name nobody, in order.
pub fn unknown_lines(c: &mut Connection, run: &RevocationId, limit: i64) -> QueryResult<Vec<Line>> {
    lines::table
        .filter(lines::revocation_id.eq(run))
        .filter(lines::outcome.eq(LineOutcome::Unknown))
        .order(lines::line)
        .limit(limit)
        .select(Line::as_select())
        .load(c)
}
