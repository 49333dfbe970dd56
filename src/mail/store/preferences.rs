//! Kinds of mail that a person has switched off. Only kinds that nobody needs can be
//! ([`TemplateKind::may_be_muted`]); what lets somebody in or warns them always goes out.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::email_preferences as table;
use crate::mail::model::TemplateKind;

/// Has the person switched this kind off?
pub fn is_muted(c: &mut Connection, user: &UserId, kind: TemplateKind) -> QueryResult<bool> {
    let rows = table::table.filter(table::user_id.eq(user)).filter(table::kind.eq(kind));
    rows.count().get_result::<i64>(c).map(|count| count > 0)
}

/// The kinds that the person has switched off.
pub fn muted(c: &mut Connection, user: &UserId) -> QueryResult<Vec<TemplateKind>> {
    table::table.filter(table::user_id.eq(user)).select(table::kind).load(c)
}

/// Who of these people has switched off what.
pub fn muted_by(c: &mut Connection, users: &[&UserId]) -> QueryResult<HashSet<(UserId, TemplateKind)>> {
    let rows: Vec<(UserId, TemplateKind)> =
        table::table.filter(table::user_id.eq_any(users)).select((table::user_id, table::kind)).load(c)?;
    Ok(rows.into_iter().collect())
}

/// Keeps that exactly these kinds are off; those that cannot be are left out.
pub fn set_muted(
    c: &mut Connection,
    user: &UserId,
    kinds: &[TemplateKind],
    now: Timestamp,
) -> QueryResult<()> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c)?;
    for kind in kinds.iter().filter(|kind| kind.may_be_muted()) {
        diesel::insert_into(table::table)
            .values((table::user_id.eq(user), table::kind.eq(kind), table::muted_at.eq(now)))
            .execute(c)?;
    }
    Ok(())
}

/// Forgets what the person has switched off, when they are erased.
pub fn forget(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c)
}
