//! All SQL of revocations.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::model::{Line, Revocation, RevocationId, RunState};
use super::tally::{After, Progress, Tally, Target};
use crate::access::{OrganizationId, SessionId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{revocation_lines as lines, revocations as table, sessions, users};
use crate::db::{Connection, MultiBackend};
use crate::each;
use crate::mail::{DisplayName, EmailAddress};
use crate::sessions::filter::Filter;
use crate::sessions::listing::Session;
use crate::sessions::{narrow, open_at};
use crate::web::pager::{Cursor, Direction, Place, Slice};

pub(super) fn insert(c: &mut Connection, row: &Revocation) -> QueryResult<()> {
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
pub(super) fn find(c: &mut Connection, id: &RevocationId) -> QueryResult<Revocation> {
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
        .order((table::created_at.desc(), table::id.desc()))
        .select(Revocation::as_select())
        .first(c)
        .optional()
}

/// A page of the organization's revocations, newest first.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Revocation>> {
    let at = table::created_at;
    let mut query = table::table
        .filter(table::organization_id.eq(organization))
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
pub(super) fn free(c: &mut Connection, now: Timestamp, limit: i64) -> QueryResult<Vec<RevocationId>> {
    table::table
        .filter(table::state.eq(RunState::Running))
        .filter(table::lease_until.is_null().or(table::lease_until.le(now)))
        .order((table::created_at, table::id))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Takes the lease, or keeps it; `false` when another instance has it or the revocation is over.
pub(super) fn claim(
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
        .filter(free);
    diesel::update(open)
        .set((table::lease_owner.eq(Some(owner)), table::lease_until.eq(Some(until))))
        .execute(c)
        .map(|taken| taken == 1)
}

/// Gives the lease back.
pub(super) fn release(c: &mut Connection, id: &RevocationId, owner: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id).filter(table::lease_owner.eq(owner)))
        .set((table::lease_owner.eq(None::<String>), table::lease_until.eq(None::<Timestamp>)))
        .execute(c)
        .map(drop)
}

/// The list has been read: from now on sessions are ended.
pub(super) fn ready(c: &mut Connection, id: &RevocationId, owner: &str, matched: i64) -> QueryResult<bool> {
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
pub(super) struct Step<'a> {
    pub progress: &'a str,
    pub revoked: i64,
    pub users: i64,
    pub lease_until: Timestamp,
}

/// Keeps a step; `false` when the lease was lost or the revocation is over: then the batch must not count.
pub(super) fn advance(
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
pub(super) fn close(
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
pub(super) fn add_user(c: &mut Connection, id: &RevocationId) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::users.eq(table::users + 1)).execute(c).map(drop)
}

/// How many open sessions pass the filter; with a list, only those of its users.
pub fn matching(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    list: Option<&RevocationId>,
    now: Timestamp,
) -> QueryResult<i64> {
    if let Some(list) = list {
        let of_user = lines::user_id.eq(sessions::user_id.nullable());
        let query = sessions::table
            .inner_join(users::table)
            .inner_join(lines::table.on(of_user))
            .filter(lines::revocation_id.eq(list))
            .select(diesel::dsl::count_star())
            .into_boxed::<MultiBackend>();
        return open_at!(narrow!(query, organization, filter), now).first(c);
    }
    let query = sessions::table
        .inner_join(users::table)
        .select(diesel::dsl::count_star())
        .into_boxed::<MultiBackend>();
    open_at!(narrow!(query, organization, filter), now).first(c)
}

/// The next sessions to end, at most `limit`, in the order of the walk: by user, or by line of the list.
pub(super) fn targets(
    c: &mut Connection,
    run: &Revocation,
    filter: &Filter,
    after: Option<&After>,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Target>> {
    if run.listed {
        return listed_targets(c, run, filter, after, now, limit);
    }
    let query = sessions::table
        .inner_join(users::table)
        .filter(sessions::created_at.le(run.cutoff))
        .select((sessions::id, sessions::user_id))
        .into_boxed::<MultiBackend>();
    let mut query = open_at!(narrow!(query, &run.organization_id, filter), now);
    if let Some(After { user, session, .. }) = after.cloned() {
        let further = sessions::user_id
            .gt(user.clone())
            .or(sessions::user_id.eq(user.clone()).and(sessions::id.gt(session)));
        query = query.filter(sessions::user_id.ge(user)).filter(further);
    }
    let found: Vec<(SessionId, UserId)> =
        query.order((sessions::user_id.asc(), sessions::id.asc())).limit(limit).load(c)?;
    Ok(found.into_iter().map(|(session, user)| Target { session, user, line: 0 }).collect())
}

fn listed_targets(
    c: &mut Connection,
    run: &Revocation,
    filter: &Filter,
    after: Option<&After>,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Target>> {
    let of_user = lines::user_id.eq(sessions::user_id.nullable());
    let query = sessions::table
        .inner_join(users::table)
        .inner_join(lines::table.on(of_user))
        .filter(lines::revocation_id.eq(&run.id))
        .filter(sessions::created_at.le(run.cutoff))
        .select((sessions::id, sessions::user_id, lines::line))
        .into_boxed::<MultiBackend>();
    let mut query = open_at!(narrow!(query, &run.organization_id, filter), now);
    if let Some(After { line, session, .. }) = after.cloned() {
        let further = lines::line.gt(line).or(lines::line.eq(line).and(sessions::id.gt(session)));
        query = query.filter(lines::line.ge(line)).filter(further);
    }
    let found: Vec<(SessionId, UserId, i64)> =
        query.order((lines::line.asc(), sessions::id.asc())).limit(limit).load(c)?;
    Ok(found.into_iter().map(|(session, user, line)| Target { session, user, line }).collect())
}

/// Ends those that are still open; answers which ones it were.
pub(super) fn end(
    c: &mut Connection,
    run: &Revocation,
    ids: &[SessionId],
    at: Timestamp,
) -> QueryResult<HashSet<SessionId>> {
    let open = sessions::table.filter(sessions::id.eq_any(ids)).filter(sessions::ended_at.is_null());
    if let Connection::Postgres(c) = c {
        // In one order, so that two revocations of the same sessions never wait for each other.
        open.clone().order(sessions::id).select(sessions::id).for_update().load::<SessionId>(c)?;
    }
    let values = (
        sessions::ended_at.eq(Some(at)),
        sessions::end_reason.eq(Some(run.reason.as_str())),
        sessions::ended_by.eq(run.requested_by.as_ref()),
        sessions::revocation_id.eq(Some(run.id.as_str())),
    );
    let ended: Vec<SessionId> =
        each!(c, c => diesel::update(open).set(values).returning(sessions::id).get_results(c))?;
    Ok(ended.into_iter().collect())
}

/// Whom to tell; those who were erased are left out.
pub(super) fn people(
    c: &mut Connection,
    ids: &[&UserId],
) -> QueryResult<HashMap<UserId, (EmailAddress, DisplayName)>> {
    let found: Vec<(UserId, EmailAddress, DisplayName)> = users::table
        .filter(users::id.eq_any(ids))
        .filter(users::erased_at.is_null())
        .select((users::id, users::email, users::name))
        .load(c)?;
    Ok(found.into_iter().map(|(id, email, name)| (id, (email, name))).collect())
}

/// Keeps in the list how many sessions of its users were ended.
pub(super) fn count_lines(c: &mut Connection, run: &RevocationId, tallies: &[Tally]) -> QueryResult<()> {
    for tally in tallies {
        diesel::update(lines::table.filter(lines::revocation_id.eq(run)).filter(lines::line.eq(tally.line)))
            .set(lines::revoked.eq(tally.count))
            .execute(c)?;
    }
    Ok(())
}

pub(super) fn insert_lines(c: &mut Connection, rows: &[Line]) -> QueryResult<()> {
    each!(c, c => diesel::insert_into(lines::table).values(rows).execute(c)).map(drop)
}

/// The last line that was read; 0 before the first.
pub(super) fn last_line(c: &mut Connection, run: &RevocationId) -> QueryResult<i64> {
    let last: Option<i64> =
        lines::table.filter(lines::revocation_id.eq(run)).select(diesel::dsl::max(lines::line)).first(c)?;
    Ok(last.unwrap_or_default())
}

/// Which of these users the list names already.
pub(super) fn named(c: &mut Connection, run: &RevocationId, ids: &[UserId]) -> QueryResult<HashSet<UserId>> {
    let found: Vec<Option<UserId>> = lines::table
        .filter(lines::revocation_id.eq(run))
        .filter(lines::user_id.eq_any(ids))
        .select(lines::user_id)
        .load(c)?;
    Ok(found.into_iter().flatten().collect())
}

/// The users of the organization with these ids or address keys, by either.
pub(super) fn resolve(
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
pub fn line_counts(c: &mut Connection, run: &RevocationId) -> QueryResult<Vec<(super::LineOutcome, i64)>> {
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
        .filter(lines::outcome.eq(super::LineOutcome::Unknown))
        .order(lines::line)
        .limit(limit)
        .select(Line::as_select())
        .load(c)
}

/// Sessions that a revocation ended, after one, with their person's address.
pub fn ended_after(
    c: &mut Connection,
    run: &RevocationId,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<(Session, String)>> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::revocation_id.eq(run.as_str()))
        .filter(sessions::id.gt(after))
        .order(sessions::id)
        .limit(limit)
        .select((Session::as_select(), users::email))
        .load(c)
}

/// How far a revocation is, as text for its row.
pub(super) fn written(progress: &Progress) -> String {
    serde_json::to_string(progress).unwrap_or_default()
}
