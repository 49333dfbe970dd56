//! Passkeys.

use diesel::prelude::*;

use crate::access::UserId;
use crate::accounts::mfa::model::{Passkey, PasskeyId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::passkeys as table;

/// Adds a passkey.
///
/// # Errors
/// `UniqueViolation` when it belongs to somebody already.
pub fn insert(c: &mut Connection, passkey: &Passkey) -> QueryResult<()> {
    diesel::insert_into(table::table).values(passkey).execute(c).map(drop)
}

/// The passkeys of a user, oldest first.
pub fn of_user(c: &mut Connection, user: &UserId) -> QueryResult<Vec<Passkey>> {
    table::table
        .filter(table::user_id.eq(user))
        .order((table::created_at, table::id))
        .select(Passkey::as_select())
        .load(c)
}

/// The passkey that browsers call `credential_id`.
pub fn by_credential(c: &mut Connection, credential_id: &str) -> QueryResult<Option<Passkey>> {
    table::table
        .filter(table::credential_id.eq(credential_id))
        .select(Passkey::as_select())
        .first(c)
        .optional()
}

/// Keeps that it was used, and its counter.
pub fn touch(c: &mut Connection, id: &PasskeyId, credential: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::credential.eq(credential), table::last_used_at.eq(Some(now))))
        .execute(c)
        .map(drop)
}

pub fn remove(c: &mut Connection, id: &PasskeyId) -> QueryResult<()> {
    diesel::delete(table::table.find(id)).execute(c).map(drop)
}

pub fn remove_all(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c).map(drop)
}

/// Removes those that were added at `since` or later.
pub fn remove_since(c: &mut Connection, user: &UserId, since: Timestamp) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user)).filter(table::created_at.ge(since)))
        .execute(c)
}
