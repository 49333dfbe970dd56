//! SQL of verification: its codes, and what it asks of one-time tokens beyond their use.

use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::access::UserId;
use crate::accounts::tokens::{Purpose, fingerprint};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{email_codes as codes, one_time_tokens as table};

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

/// Keeps the code of a user from now to its end, in place of an older one.
pub(super) fn replace_code(
    c: &mut Connection,
    user: &UserId,
    mac: &str,
    (now, end): (Timestamp, Timestamp),
) -> QueryResult<()> {
    diesel::delete(codes::table.find(user)).execute(c)?;
    diesel::insert_into(codes::table)
        .values((
            codes::user_id.eq(user),
            codes::mac.eq(mac),
            codes::created_at.eq(now),
            codes::expires_at.eq(end),
            codes::tries.eq(0),
        ))
        .execute(c)
        .map(drop)
}

/// Counts a try of somebody's code; answers what is kept of it while it has tries left. The condition counts under
/// the row's lock: of tries at once no more than `most` get further.
pub(super) fn try_code(
    c: &mut Connection,
    user: &str,
    most: i64,
    now: Timestamp,
) -> QueryResult<Option<String>> {
    let live = codes::table.find(user).filter(codes::expires_at.gt(now)).filter(codes::tries.lt(most));
    let counted = diesel::update(live).set(codes::tries.eq(codes::tries + 1)).execute(c)?;
    let kept: Option<String> = codes::table.find(user).select(codes::mac).first(c).optional()?;
    Ok(kept.filter(|_| counted == 1))
}
