//! Authenticator apps.

use diesel::prelude::*;

use crate::access::UserId;
use crate::accounts::mfa::model::SET_UP;
use crate::clock::Timestamp;
use crate::db::schema::totp_secrets as table;
use crate::db::{Connection, MultiBackend};

/// The app of a user, and the one that is being set up.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Row {
    pub sealed_secret: Option<String>,
    pub confirmed_at: Option<Timestamp>,
    sealed_pending: Option<String>,
    pending_at: Option<Timestamp>,
}

impl Row {
    /// The secret of the app that is being set up, while there is time.
    #[must_use]
    pub fn pending(self, now: Timestamp) -> Option<String> {
        self.pending_at.filter(|at| at.plus(SET_UP) > now).and(self.sealed_pending)
    }
}

pub fn find(c: &mut Connection, user: &UserId) -> QueryResult<Option<Row>> {
    table::table.find(user).select(Row::as_select()).first(c).optional()
}

/// Keeps the secret of an app that is being set up, in place of an earlier one. Needs the user's lock.
pub fn set_pending(c: &mut Connection, user: &UserId, sealed: &str, now: Timestamp) -> QueryResult<()> {
    let pending = (table::sealed_pending.eq(Some(sealed)), table::pending_at.eq(Some(now)));
    if diesel::update(table::table.find(user)).set(pending).execute(c)? == 0 {
        diesel::insert_into(table::table).values((table::user_id.eq(user), pending)).execute(c)?;
    }
    Ok(())
}

/// Makes the app that was set up the one that counts.
pub fn confirm(c: &mut Connection, user: &UserId, step: i64, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(user))
        .set((
            table::sealed_secret.eq(table::sealed_pending),
            table::confirmed_at.eq(Some(now)),
            table::last_step.eq(Some(step)),
            table::sealed_pending.eq(None::<String>),
            table::pending_at.eq(None::<Timestamp>),
        ))
        .execute(c)
        .map(drop)
}

/// Takes a time step; `false` when it, or a later one, was taken before. The condition decides under the
/// row's lock, so of many at once one gets it.
pub fn advance(c: &mut Connection, user: &UserId, step: i64) -> QueryResult<bool> {
    let before = table::last_step.is_null().or(table::last_step.lt(Some(step)));
    diesel::update(table::table.find(user).filter(table::confirmed_at.is_not_null()).filter(before))
        .set(table::last_step.eq(Some(step)))
        .execute(c)
        .map(|changed| changed == 1)
}

pub fn remove(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::delete(table::table.find(user)).execute(c).map(drop)
}

/// Ends the setting up of an app; the one that counts stays.
pub fn forget_pending(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::update(table::table.find(user))
        .set((table::sealed_pending.eq(None::<String>), table::pending_at.eq(None::<Timestamp>)))
        .execute(c)
        .map(drop)
}

/// Removes an app that counts since `since` or later.
pub fn remove_since(c: &mut Connection, user: &UserId, since: Timestamp) -> QueryResult<usize> {
    diesel::delete(table::table.find(user).filter(table::confirmed_at.ge(since))).execute(c)
}
