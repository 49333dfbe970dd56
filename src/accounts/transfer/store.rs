//! All SQL of import and export.

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::accounts::User;
use crate::db::Connection;
use crate::db::schema::users as table;

/// Which of these addresses have an account, in any organization.
pub(super) fn known(c: &mut Connection, keys: &[String]) -> QueryResult<Vec<String>> {
    table::table.filter(table::email_key.eq_any(keys)).select(table::email_key).load(c)
}

/// The next users of an organization in the order of their ids, without those that were erased.
pub(super) fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    after: Option<&UserId>,
    limit: i64,
) -> QueryResult<Vec<User>> {
    let after = after.map_or("", UserId::as_str);
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::erased_at.is_null())
        .filter(table::id.gt(after))
        .order(table::id)
        .limit(limit)
        .select(User::as_select())
        .load(c)
}
