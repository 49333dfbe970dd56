//! What somebody who once got in could still finish: to be cut wherever the owner of an account, or staff, puts others
//! out.

use diesel::QueryResult;

use super::{address, mfa};
use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;

/// Ends sign-ins that wait for a second factor, factors that are being set up, and changes of address that the new
/// address has not confirmed yet. Call it in the transaction that ends the sessions, with the user held.
pub fn cut(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<()> {
    mfa::store::forget_begun(c, user)?;
    address::end_unconfirmed(c, user, now)
}
