//! Revocations themselves: their rows, leases and steps.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{revocation_lines as lines, revocations as table, sessions};
use crate::db::{Connection, MultiBackend};
use crate::revocations::model::{Revocation, RevocationId, RunState};
use crate::revocations::tally::Progress;
use crate::web::pager::{Cursor, Direction, Place, Slice};

pub(in crate::revocations) fn insert(c: &mut Connection, row: &Revocation) -> QueryResult<()> {
    diesel::insert_into(table::table).values(row).execute(c).map(drop)
}

/// One of the organization.
pub fn by_id(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &RevocationId,
) -> QueryResult<Option<Revocation>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Revocation::as_select())
        .first(c)
        .optional()
}

/// Whichever organization it belongs to: for whoever carries it out.
pub(in crate::revocations) fn find(c: &mut Connection, id: &RevocationId) -> QueryResult<Revocation> {
    table::table.find(id).select(Revocation::as_select()).first(c)
}

/// One that is not over and was asked for in the same way at the terminal.
pub fn unfinished(
    c: &mut Connection,
    organization: &OrganizationId,
    fingerprint: &str,
) -> QueryResult<Option<Revocation>> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::fingerprint.eq(fingerprint))
        .filter(table::state.eq_any([RunState::Preparing, RunState::Running]))
        .filter(table::requested_by.is_null())
        .filter(table::requested_by_key.is_null())
        .order((table::created_at.desc(), table::id.desc()))
        .select(Revocation::as_select())
        .first(c)
        .optional()
}

/// A page of the organization's revocations, newest first; without those that wait for their confirmation.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Revocation>> {
    let at = table::created_at;
    let mut query = table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::awaits_confirmation.eq(false))
        .select(Revocation::as_select())
        .into_boxed::<MultiBackend>();
    let onward = place.direction == Direction::Onward;
    if let Some(Cursor { at: moment, id }) = &place.cursor {
        let (moment, id) = (*moment, id.clone());
        query = if onward {
            query.filter(at.le(moment)).filter(at.lt(moment).or(at.eq(moment).and(table::id.lt(id))))
        } else {
            query.filter(at.ge(moment)).filter(at.gt(moment).or(at.eq(moment).and(table::id.gt(id))))
        };
    }
    let query = if onward {
        query.order((at.desc(), table::id.desc()))
    } else {
        query.order((at.asc(), table::id.asc()))
    };
    let rows: Vec<Revocation> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |row| Cursor::new(row.created_at, row.id.as_str())))
}

/// The latest revocations that ended sessions of a user, newest first, with how many of theirs.
pub fn of_user(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<(Revocation, i64)>> {
    let counts: Vec<(Option<String>, i64)> = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revocation_id.is_not_null())
        .group_by(sessions::revocation_id)
        .select((sessions::revocation_id, diesel::dsl::count_star()))
        .load(c)?;
    let counts: HashMap<String, i64> =
        counts.into_iter().filter_map(|(id, count)| Some((id?, count))).collect();
    let mut found: Vec<Revocation> = table::table
        .filter(table::id.eq_any(counts.keys()))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Revocation::as_select())
        .load(c)?;
    Ok(found
        .drain(..)
        .map(|revocation| {
            let count = counts.get(revocation.id.as_str()).copied().unwrap_or_default();
            (revocation, count)
        })
        .collect())
}

/// Those that nobody works on.
pub(in crate::revocations) fn free(
    c: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<RevocationId>> {
    table::table
        .filter(table::state.eq(RunState::Running))
        .filter(table::lease_until.is_null().or(table::lease_until.le(now)))
        .order((table::created_at, table::id))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Lists that were kept whole by a request whose process died before it went on with them.
pub(in crate::revocations) fn unprepared(
    c: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Revocation>> {
    table::table
        .filter(table::state.eq(RunState::Preparing))
        .filter(table::lease_until.is_null().or(table::lease_until.le(now)))
        .filter(table::awaits_confirmation.eq(false))
        .filter(table::requested_by.is_not_null().or(table::requested_by_key.is_not_null()))
        .order((table::created_at, table::id))
        .limit(limit)
        .select(Revocation::as_select())
        .load(c)
}

/// Lists of commands that nobody went on with since a moment: part of them was never read.
pub(in crate::revocations) fn stale_commands(
    c: &mut Connection,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<RevocationId>> {
    table::table
        .filter(table::state.eq(RunState::Preparing))
        .filter(table::lease_until.is_null().or(table::lease_until.le(since)))
        .filter(table::requested_by.is_null())
        .filter(table::requested_by_key.is_null())
        .order((table::created_at, table::id))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Lists that were given before a moment and never confirmed.
pub(in crate::revocations) fn drafts(
    c: &mut Connection,
    before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<RevocationId>> {
    table::table
        .filter(table::state.eq(RunState::Preparing))
        .filter(table::awaits_confirmation.eq(true))
        .filter(table::created_at.le(before))
        .order((table::created_at, table::id))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Removes one that was not confirmed meanwhile, with its list.
pub(in crate::revocations) fn remove_draft(c: &mut Connection, id: &RevocationId) -> QueryResult<()> {
    let waits = table::table.find(id).filter(table::awaits_confirmation.eq(true));
    if let Connection::Postgres(c) = c {
        waits.select(table::id).for_update().load::<RevocationId>(c)?;
    }
    if waits.select(table::id).first::<RevocationId>(c).optional()?.is_some() {
        diesel::delete(lines::table.filter(lines::revocation_id.eq(id))).execute(c)?;
        diesel::delete(waits).execute(c)?;
    }
    Ok(())
}

/// What the confirmation of a list adds to it.
#[derive(Debug)]
pub(in crate::revocations) struct Confirmed<'a> {
    pub selection: &'a str,
    pub reason: &'a str,
    /// Who confirmed it has asked for it.
    pub requested_by: Option<&'a UserId>,
    pub requester_name: &'a str,
    pub cutoff: Timestamp,
    pub owner: &'a str,
    pub lease_until: Timestamp,
}

/// Confirms a list; `false` when it was confirmed, cancelled or removed meanwhile.
pub(in crate::revocations) fn confirm(
    c: &mut Connection,
    id: &RevocationId,
    confirmed: &Confirmed<'_>,
) -> QueryResult<bool> {
    let waits = table::table
        .find(id)
        .filter(table::awaits_confirmation.eq(true))
        .filter(table::state.eq(RunState::Preparing));
    diesel::update(waits)
        .set((
            table::awaits_confirmation.eq(false),
            table::selection.eq(confirmed.selection),
            table::reason.eq(confirmed.reason),
            table::requested_by.eq(confirmed.requested_by),
            table::requester_name.eq(confirmed.requester_name),
            table::cutoff.eq(confirmed.cutoff),
            table::lease_owner.eq(Some(confirmed.owner)),
            table::lease_until.eq(Some(confirmed.lease_until)),
        ))
        .execute(c)
        .map(|confirmed| confirmed == 1)
}

/// Takes the lease, or keeps it; `false` when another instance has it or the revocation is over.
pub(in crate::revocations) fn claim(
    c: &mut Connection,
    id: &RevocationId,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<bool> {
    let free = table::lease_until.is_null().or(table::lease_until.le(now)).or(table::lease_owner.eq(owner));
    let open = table::table
        .find(id)
        .filter(table::state.eq_any([RunState::Preparing, RunState::Running]))
        .filter(table::awaits_confirmation.eq(false))
        .filter(free);
    diesel::update(open)
        .set((table::lease_owner.eq(Some(owner)), table::lease_until.eq(Some(until))))
        .execute(c)
        .map(|taken| taken == 1)
}

/// Gives the lease back.
pub(in crate::revocations) fn release(c: &mut Connection, id: &RevocationId, owner: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id).filter(table::lease_owner.eq(owner)))
        .set((table::lease_owner.eq(None::<String>), table::lease_until.eq(None::<Timestamp>)))
        .execute(c)
        .map(drop)
}

/// The list has been read: from now on sessions are ended.
pub(in crate::revocations) fn ready(
    c: &mut Connection,
    id: &RevocationId,
    owner: &str,
    matched: i64,
) -> QueryResult<bool> {
    let ours = table::table
        .find(id)
        .filter(table::lease_owner.eq(owner))
        .filter(table::state.eq(RunState::Preparing));
    diesel::update(ours)
        .set((table::state.eq(RunState::Running), table::matched.eq(matched)))
        .execute(c)
        .map(|moved| moved == 1)
}

/// One step on.
#[derive(Debug)]
pub(in crate::revocations) struct Step<'a> {
    pub progress: &'a str,
    pub revoked: i64,
    pub users: i64,
    pub lease_until: Timestamp,
}

/// Keeps a step; `false` when the lease was lost or the revocation is over: then the batch must not count.
pub(in crate::revocations) fn advance(
    c: &mut Connection,
    id: &RevocationId,
    owner: &str,
    step: &Step<'_>,
) -> QueryResult<bool> {
    let ours =
        table::table.find(id).filter(table::lease_owner.eq(owner)).filter(table::state.eq(RunState::Running));
    diesel::update(ours)
        .set((
            table::progress.eq(step.progress),
            table::revoked.eq(table::revoked + step.revoked),
            table::users.eq(table::users + step.users),
            table::lease_until.eq(Some(step.lease_until)),
        ))
        .execute(c)
        .map(|moved| moved == 1)
}

/// Closes one that is not over; `false` when it is.
pub(in crate::revocations) fn close(
    c: &mut Connection,
    id: &RevocationId,
    state: RunState,
    error: Option<&str>,
    now: Timestamp,
) -> QueryResult<bool> {
    let open = table::table.find(id).filter(table::state.eq_any([RunState::Preparing, RunState::Running]));
    diesel::update(open)
        .set((
            table::state.eq(state),
            table::error.eq(error),
            table::finished_at.eq(Some(now)),
            table::lease_owner.eq(None::<String>),
            table::lease_until.eq(None::<Timestamp>),
        ))
        .execute(c)
        .map(|closed| closed == 1)
}

/// Counts one more person who was told.
pub(in crate::revocations) fn add_user(c: &mut Connection, id: &RevocationId) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::users.eq(table::users + 1)).execute(c).map(drop)
}

/// How far a revocation is, as text for its row.
pub(in crate::revocations) fn written(progress: &Progress) -> String {
    serde_json::to_string(progress).unwrap_or_default()
}
