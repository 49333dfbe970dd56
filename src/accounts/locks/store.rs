//! All SQL of failures and locks.

use diesel::prelude::*;

use super::model::{Cleared, Failure, FailureId, Lock, LockId, Reason};
use super::{MOST, WINDOW};
use crate::access::{Act, UserId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{account_locks as locks, sign_in_failures as failures, users};
use crate::ids::Random;

/// A failure to be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewFailure<'a> {
    pub bucket: &'a str,
    pub user: Option<&'a UserId>,
    pub network: &'a str,
    pub reason: Reason,
}

pub(super) fn insert_failure(
    c: &mut Connection,
    random: &Random,
    act: &Act,
    new: NewFailure<'_>,
) -> QueryResult<()> {
    diesel::insert_into(failures::table)
        .values((
            failures::id.eq(FailureId::new(random, act.at)),
            failures::bucket.eq(new.bucket),
            failures::user_id.eq(new.user),
            failures::at.eq(act.at),
            failures::reason.eq(new.reason),
            failures::network.eq(new.network),
            failures::ip.eq(act.ip.as_deref()),
            failures::user_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)
        .map(drop)
}

/// The failures of a bucket that count at `now`, at most as many as lock.
pub(super) fn count(c: &mut Connection, bucket: &str, now: Timestamp) -> QueryResult<i64> {
    let counted: Vec<FailureId> = failures::table
        .filter(failures::bucket.eq(bucket))
        .filter(failures::at.gt(now.minus(WINDOW)))
        .filter(failures::reason.eq(Reason::Credentials))
        .filter(failures::cleared_at.is_null())
        .limit(MOST)
        .select(failures::id)
        .load(c)?;
    Ok(i64::try_from(counted.len()).unwrap_or(MOST))
}

/// Makes the count of a bucket begin anew.
pub(super) fn forget(c: &mut Connection, bucket: &str, now: Timestamp) -> QueryResult<()> {
    let counted = failures::table
        .filter(failures::bucket.eq(bucket))
        .filter(failures::at.gt(now.minus(WINDOW)))
        .filter(failures::cleared_at.is_null());
    diesel::update(counted).set(failures::cleared_at.eq(Some(now))).execute(c).map(drop)
}

/// When the oldest of the latest `most` failures of a network was, if there were so many lately.
pub(super) fn oldest_of(
    c: &mut Connection,
    network: &str,
    most: u32,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    failures::table
        .filter(failures::network.eq(network))
        .filter(failures::at.gt(now.minus(WINDOW)))
        .order(failures::at.desc())
        .offset(i64::from(most) - 1)
        .select(failures::at)
        .first(c)
        .optional()
}

/// The end of the lock of a bucket that is in force.
pub(super) fn locked_until(
    c: &mut Connection,
    bucket: &str,
    now: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    locks::table
        .filter(locks::bucket.eq(bucket))
        .filter(locks::until.gt(now))
        .filter(locks::cleared_at.is_null())
        .order(locks::until.desc())
        .select(locks::until)
        .first(c)
        .optional()
}

/// A lock to be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewLock<'a> {
    pub bucket: &'a str,
    pub user: Option<&'a UserId>,
    pub until: Timestamp,
    pub failures: i64,
}

/// Locks a bucket, and the account it belongs to.
pub(super) fn lock(c: &mut Connection, random: &Random, act: &Act, new: NewLock<'_>) -> QueryResult<LockId> {
    let id = LockId::new(random, act.at);
    diesel::insert_into(locks::table)
        .values((
            locks::id.eq(&id),
            locks::bucket.eq(new.bucket),
            locks::user_id.eq(new.user),
            locks::locked_at.eq(act.at),
            locks::until.eq(new.until),
            locks::failures.eq(new.failures),
            locks::ip.eq(act.ip.as_deref()),
            locks::user_agent.eq(act.user_agent.as_deref()),
            // Nobody is told of a lock of nobody.
            locks::told_at.eq(new.user.is_none().then_some(act.at)),
        ))
        .execute(c)?;
    // An address without account looks for a row as well.
    let whose = new.user.map_or("", UserId::as_str);
    diesel::update(users::table.filter(users::id.eq(whose)))
        .set(users::locked_until.eq(Some(new.until)))
        .execute(c)?;
    Ok(id)
}

/// Lifts every lock of a user and begins all counts anew; answers whether there was a lock.
pub(super) fn lift(c: &mut Connection, user: &UserId, how: Cleared, act: &Act) -> QueryResult<bool> {
    let by = act.user().filter(|_| how == Cleared::Administrator);
    let held = locks::table
        .filter(locks::user_id.eq(user))
        .filter(locks::until.gt(act.at))
        .filter(locks::cleared_at.is_null());
    let lifted = diesel::update(held)
        .set((locks::cleared_at.eq(Some(act.at)), locks::cleared_how.eq(Some(how)), locks::cleared_by.eq(by)))
        .execute(c)?;
    diesel::update(users::table.find(user)).set(users::locked_until.eq(None::<Timestamp>)).execute(c)?;
    let counted = failures::table
        .filter(failures::user_id.eq(user))
        .filter(failures::at.gt(act.at.minus(WINDOW)))
        .filter(failures::cleared_at.is_null());
    diesel::update(counted).set(failures::cleared_at.eq(Some(act.at))).execute(c)?;
    Ok(lifted > 0)
}

/// Takes a lock to tell its owner of; `None` when somebody else did.
pub(super) fn take_untold(c: &mut Connection, id: &LockId, now: Timestamp) -> QueryResult<Option<Lock>> {
    let taken = diesel::update(locks::table.find(id).filter(locks::told_at.is_null()))
        .set(locks::told_at.eq(Some(now)))
        .execute(c)?;
    if taken == 0 {
        return Ok(None);
    }
    locks::table.find(id).select(Lock::as_select()).first(c).optional()
}

/// Locks nobody was told of yet.
pub(super) fn untold(c: &mut Connection, limit: i64) -> QueryResult<Vec<LockId>> {
    locks::table
        .filter(locks::told_at.is_null())
        .order(locks::locked_at)
        .limit(limit)
        .select(locks::id)
        .load(c)
}

/// The latest failures of a user, newest first.
pub fn failures_of(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Failure>> {
    failures::table
        .filter(failures::user_id.eq(user))
        .order((failures::at.desc(), failures::id.desc()))
        .limit(limit)
        .select(Failure::as_select())
        .load(c)
}

/// The latest locks of a user, newest first.
pub fn locks_of(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Lock>> {
    locks::table
        .filter(locks::user_id.eq(user))
        .order((locks::locked_at.desc(), locks::id.desc()))
        .limit(limit)
        .select(Lock::as_select())
        .load(c)
}

/// Forgets failures and locks of a user, when the user is erased: they tell from where it was tried.
pub fn forget_user(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::delete(failures::table.filter(failures::user_id.eq(user))).execute(c)?;
    diesel::delete(locks::table.filter(locks::user_id.eq(user))).execute(c)?;
    Ok(())
}

/// Removes up to `limit` of each that are older than a moment; answers how many.
pub(super) fn remove_before(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old: Vec<FailureId> = failures::table
        .filter(failures::at.lt(before))
        .order(failures::at)
        .limit(limit)
        .select(failures::id)
        .load(c)?;
    let mut removed = diesel::delete(failures::table.filter(failures::id.eq_any(&old))).execute(c)?;
    let old: Vec<LockId> =
        locks::table.filter(locks::until.lt(before)).limit(limit).select(locks::id).load(c)?;
    removed += diesel::delete(locks::table.filter(locks::id.eq_any(&old))).execute(c)?;
    Ok(removed)
}
