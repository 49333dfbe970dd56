//! What verification asks of one-time tokens beyond their use.

use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::access::UserId;
use crate::accounts::tokens::{Purpose, fingerprint};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::one_time_tokens as table;

/// Whom a verification link was sent to, whatever became of it.
pub(super) fn recipient(c: &mut Connection, token: &SecretString) -> QueryResult<Option<UserId>> {
    table::table
        .filter(table::hash.eq(fingerprint(token.expose_secret())))
        .filter(table::purpose.eq(Purpose::EmailVerification.as_str()))
        .select(table::user_id)
        .first::<Option<UserId>>(c)
        .optional()
        .map(Option::flatten)
}

/// Does a link to the own case wait in a mail?
pub(super) fn has_case_link(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<bool> {
    let live = table::table
        .filter(table::user_id.eq(user))
        .filter(table::purpose.eq(Purpose::CaseAccess.as_str()))
        .filter(table::used_at.is_null())
        .filter(table::replaced_at.is_null())
        .filter(table::expires_at.gt(now));
    live.count().get_result::<i64>(c).map(|count| count > 0)
}
