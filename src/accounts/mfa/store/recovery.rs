//! Recovery codes.

use diesel::prelude::*;

use crate::access::UserId;
use crate::accounts::mfa::model::RecoveryCodeId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::recovery_codes as table;
use crate::ids::Random;

pub fn insert(
    c: &mut Connection,
    random: &Random,
    user: &UserId,
    hash: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(RecoveryCodeId::new(random, now)),
            table::user_id.eq(user),
            table::hash.eq(hash),
            table::created_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// The hashes of the codes that can still be used.
pub fn unused(c: &mut Connection, user: &UserId) -> QueryResult<Vec<(RecoveryCodeId, String)>> {
    table::table
        .filter(table::user_id.eq(user))
        .filter(table::used_at.is_null())
        .select((table::id, table::hash))
        .load(c)
}

pub fn left(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    let left: i64 = table::table
        .filter(table::user_id.eq(user))
        .filter(table::used_at.is_null())
        .count()
        .get_result(c)?;
    Ok(usize::try_from(left).unwrap_or_default())
}

/// Uses a code up; `false` when somebody else was faster.
pub fn use_up(c: &mut Connection, id: &RecoveryCodeId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::used_at.is_null()))
        .set(table::used_at.eq(Some(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

pub fn remove(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c).map(drop)
}

/// Removes those that were made at `since` or later.
pub fn remove_since(c: &mut Connection, user: &UserId, since: Timestamp) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user)).filter(table::created_at.ge(since)))
        .execute(c)
}
