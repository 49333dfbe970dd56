//! All SQL of second factors: here what they have in common, and a file for each kind.

pub mod challenges;
pub mod passkeys;
pub mod recovery;
pub mod totp;

use diesel::prelude::*;

use super::model::Factors;
use crate::access::UserId;
use crate::accounts::{User, hold};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::users;
use crate::error::AppError;
use crate::organizations;

/// The user, whose factors nobody else changes until the end of this transaction.
///
/// # Errors
/// `NotFound` when there is no such user.
pub(super) fn locked(c: &mut Connection, user: &UserId) -> Result<User, AppError> {
    hold::row(c, user)?.ok_or(AppError::NotFound)
}

/// Everything the user can show.
pub fn factors(c: &mut Connection, user: &UserId) -> QueryResult<Factors> {
    Ok(Factors {
        app_since: totp::find(c, user)?.and_then(|row| row.confirmed_at),
        passkeys: passkeys::of_user(c, user)?,
        codes_left: recovery::left(c, user)?,
    })
}

/// Notes that the user has a second factor from now on; `false` when there was one before.
pub(super) fn count_from_now_on(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(users::table.find(user).filter(users::mfa_since.is_null()))
        .set(users::mfa_since.eq(Some(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Notes that the last factor is gone, if it is, with the codes that stood in for it.
pub(super) fn count_no_more_without(c: &mut Connection, user: &UserId) -> QueryResult<bool> {
    if factors(c, user)?.any() {
        return Ok(false);
    }
    forget(c, user)?;
    Ok(true)
}

fn forget(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    recovery::remove(c, user)?;
    diesel::update(users::table.find(user)).set(users::mfa_since.eq(None::<Timestamp>)).execute(c).map(drop)
}

/// Ends what waits for its second step: sign-ins, and factors that are being set up.
pub fn forget_begun(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    challenges::remove_of(c, user)?;
    totp::forget_pending(c, user)
}

/// Takes every factor away that was added at `since` or later; answers whether there was one.
pub(super) fn remove_since(c: &mut Connection, user: &UserId, since: Timestamp) -> QueryResult<bool> {
    let app = totp::remove_since(c, user, since)?;
    let passkeys = passkeys::remove_since(c, user, since)?;
    let removed = app + passkeys > 0;
    if recovery::remove_since(c, user, since)? + app + passkeys > 0 {
        count_no_more_without(c, user)?;
    }
    Ok(removed)
}

/// Takes every factor away, and what waits for one.
pub fn remove_all(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    totp::remove(c, user)?;
    passkeys::remove_all(c, user)?;
    challenges::remove_of(c, user)?;
    forget(c, user)
}

/// May the user have one factor less? Staff of an organization that asks for one keep their last.
pub(super) fn may_lose_one(c: &mut Connection, user: &User, factors: &Factors) -> QueryResult<bool> {
    if factors.count() > 1 || !user.role.is_staff() {
        return Ok(true);
    }
    Ok(!organizations::by_id(c, &user.organization_id)?.staff_mfa_required)
}
