//! Who changes a user first: the order in which rows are locked, so that two changes of the same user wait for each
//! other instead of barring each other's way.
//!
//! First tries to sign in with the address (and, in `locks::settle` alone, those of its network), then the user's row,
//! then everything else (tokens, sessions, …).

use diesel::QueryResult;
use secrecy::SecretString;

use super::tokens::{self, Grant, Purpose, Verdict};
use super::{User, locks, store};
use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;

/// A user as of now, whom nobody else changes or signs in as until the end of this transaction.
pub fn user(c: &mut Connection, id: &UserId) -> QueryResult<Option<User>> {
    let Some(found) = store::by_id(c, id)? else { return Ok(None) };
    locks::hold(c, &found.email)?;
    row(c, id)
}

/// A user as of now, whose row nobody else changes until the end of this transaction.
pub fn row(c: &mut Connection, id: &UserId) -> QueryResult<Option<User>> {
    store::lock_row(c, id)?;
    store::by_id(c, id)
}

/// The user of whom was read before (`seen`), as of now and held as by [`row`]; none when the password is
/// another one meanwhile: what was shown for the old one opens nothing.
pub fn with_password(c: &mut Connection, seen: &User) -> QueryResult<Option<User>> {
    Ok(row(c, &seen.id)?.filter(|now| now.password_hash == seen.password_hash))
}

/// The owner of a token, held as by [`user`]. Call it before the token is consumed.
pub fn owner(c: &mut Connection, purpose: Purpose, token: &SecretString, now: Timestamp) -> QueryResult<()> {
    if let Verdict::Valid(Grant { user: Some(id), .. }) = tokens::peek(c, purpose, token, now)? {
        user(c, &id)?;
    }
    Ok(())
}
