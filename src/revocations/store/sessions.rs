//! The sessions that are meant: counted, walked through and ended.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::access::{OrganizationId, SessionId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{revocation_lines as lines, sessions, users};
use crate::db::{Connection, MultiBackend};
use crate::each;
use crate::mail::{DisplayName, EmailAddress};
use crate::revocations::model::{Revocation, RevocationId};
use crate::revocations::tally::{After, Target};
use crate::sessions::filter::Filter;
use crate::sessions::listing::Session;
use crate::sessions::{narrow, narrow_apart, open_at};

/// How many open sessions that were there at `cutoff` pass the filter; with a list, only those of its users.
pub fn matching(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    list: Option<&RevocationId>,
    (cutoff, now): (Timestamp, Timestamp),
) -> QueryResult<i64> {
    if let Some(list) = list {
        let of_user = lines::user_id.eq(sessions::user_id.nullable());
        let query = sessions::table
            .inner_join(users::table)
            .inner_join(lines::table.on(of_user))
            .filter(lines::revocation_id.eq(list))
            .filter(sessions::created_at.le(cutoff))
            .select(diesel::dsl::count_star())
            .into_boxed::<MultiBackend>();
        return open_at!(narrow!(query, organization, filter), now).first(c);
    }
    let query = sessions::table
        .inner_join(users::table)
        .filter(sessions::created_at.le(cutoff))
        .select(diesel::dsl::count_star())
        .into_boxed::<MultiBackend>();
    open_at!(narrow!(query, organization, filter), now).first(c)
}

/// The next sessions to end, at most `limit`, in the order of the walk: by user, or by line of the list.
pub fn targets(
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
        .filter(sessions::created_at.le(run.cutoff))
        .select((sessions::id, sessions::user_id))
        .into_boxed::<MultiBackend>();
    let mut query = open_at!(narrow_apart!(query, &run.organization_id, filter), now);
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
        .inner_join(lines::table.on(of_user))
        .filter(lines::revocation_id.eq(&run.id))
        .filter(sessions::created_at.le(run.cutoff))
        .select((sessions::id, sessions::user_id, lines::line))
        .into_boxed::<MultiBackend>();
    let mut query = open_at!(narrow_apart!(query, &run.organization_id, filter), now);
    if let Some(After { line, session, .. }) = after.cloned() {
        let further = lines::line.gt(line).or(lines::line.eq(line).and(sessions::id.gt(session)));
        query = query.filter(lines::line.ge(line)).filter(further);
    }
    let found: Vec<(SessionId, UserId, i64)> =
        query.order((lines::line.asc(), sessions::id.asc())).limit(limit).load(c)?;
    Ok(found.into_iter().map(|(session, user, line)| Target { session, user, line }).collect())
}

/// Ends those that are still open; answers which ones it were.
pub(in crate::revocations) fn end(
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
pub(in crate::revocations) fn people(
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
