//! All SQL of the keys that sign access tokens.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::schema::signing_keys as table;
use crate::db::{Connection, MultiBackend};

/// A key as it is kept.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub(super) struct Row {
    pub kid: String,
    pub sealed_seed: String,
    pub created_at: Timestamp,
}

/// A published key.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Published {
    pub kid: String,
    /// 32 bytes, base64url.
    pub public_key: String,
}

/// The oldest that is not retired: a younger one is being announced.
pub(super) fn current(c: &mut Connection, now: Timestamp) -> QueryResult<Option<Row>> {
    table::table
        .filter(table::retired_at.is_null().or(table::retired_at.gt(now)))
        .order((table::created_at, table::kid))
        .select(Row::as_select())
        .first(c)
        .optional()
}

/// The youngest, announced or not.
pub(super) fn newest(c: &mut Connection) -> QueryResult<Option<Row>> {
    table::table.order(table::created_at.desc()).select(Row::as_select()).first(c).optional()
}

/// The public half of a key, retired or not, as it is kept.
pub(super) fn public_key(c: &mut Connection, kid: &str) -> QueryResult<Option<String>> {
    table::table.find(kid).select(table::public_key).first(c).optional()
}

/// Every key that may have signed a token that is still good, oldest first.
pub fn published(c: &mut Connection) -> QueryResult<Vec<Published>> {
    table::table.order((table::created_at, table::kid)).select(Published::as_select()).load(c)
}

pub(super) fn insert(
    c: &mut Connection,
    kid: &str,
    (sealed_seed, public_key): (String, String),
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::kid.eq(kid),
            table::sealed_seed.eq(sealed_seed),
            table::public_key.eq(public_key),
            table::created_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// Forgets keys that were retired before; answers how many.
pub(super) fn remove_retired(c: &mut Connection, before: Timestamp) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::retired_at.lt(before))).execute(c)
}

/// Every key but this one signs until then.
pub(super) fn retire_others(c: &mut Connection, kid: &str, at: Timestamp) -> QueryResult<()> {
    let others = table::table.filter(table::retired_at.is_null()).filter(table::kid.ne(kid));
    diesel::update(others).set(table::retired_at.eq(Some(at))).execute(c).map(drop)
}
