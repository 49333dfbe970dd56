//! The rows of users that are erased.
//!
//! `erase_at` alone: it will happen. With `erased_at`: the data is gone, files or the last mail are left to see to.
//! `erased_at` alone: nothing is left to do.

use diesel::prelude::*;

use crate::access::{Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::users as table;

/// What an erased person is called.
pub const NAME: &str = "Erased person";

/// Users to be erased by `now`, the longest overdue first.
pub fn due(c: &mut Connection, now: Timestamp, limit: i64) -> QueryResult<Vec<UserId>> {
    table::table
        .filter(table::erase_at.le(now))
        .filter(table::erased_at.is_null())
        .order((table::erase_at.asc(), table::id.asc()))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Users that are erased but for files and mails.
pub fn unfinished(c: &mut Connection, limit: i64) -> QueryResult<Vec<UserId>> {
    table::table
        .filter(table::erase_at.is_not_null())
        .filter(table::erased_at.is_not_null())
        .order((table::erase_at.asc(), table::id.asc()))
        .limit(limit)
        .select(table::id)
        .load(c)
}

/// Takes all personal data out of the row. The address is free to register again.
pub fn blank(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<()> {
    let address = format!("erased-{id}@erased.invalid");
    diesel::update(table::table.find(id))
        .set((
            (
                table::email.eq(&address),
                table::email_key.eq(&address),
                table::name.eq(NAME),
                table::phone.eq(None::<String>),
                table::role.eq(Role::Member),
                table::status.eq(Status::Banned),
                table::banned_from.eq(None::<Status>),
                table::password_hash.eq(None::<String>),
                table::password_expires_at.eq(None::<Timestamp>),
                table::must_change_password.eq(false),
            ),
            (
                table::email_verified_at.eq(None::<Timestamp>),
                table::last_login_at.eq(None::<Timestamp>),
                table::last_login_ip.eq(None::<String>),
                table::last_login_agent.eq(None::<String>),
                table::mfa_since.eq(None::<Timestamp>),
                table::password_changed_at.eq(None::<Timestamp>),
                table::locked_until.eq(None::<Timestamp>),
                table::erased_at.eq(Some(now)),
                table::updated_at.eq(now),
            ),
        ))
        .execute(c)
        .map(drop)
}

/// Nothing is left to do for this user.
pub fn finish(c: &mut Connection, id: &UserId) -> QueryResult<()> {
    diesel::update(table::table.find(id).filter(table::erased_at.is_not_null()))
        .set(table::erase_at.eq(None::<Timestamp>))
        .execute(c)
        .map(drop)
}
