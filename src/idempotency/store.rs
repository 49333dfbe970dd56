//! All SQL of idempotency keys.

use diesel::prelude::*;

use super::AnswerId;
use crate::clock::Timestamp;
use crate::db::schema::idempotency_keys as table;
use crate::db::{Connection, MultiBackend};

/// A call that was made with a key.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub(super) struct Row {
    pub id: AnswerId,
    pub actor: String,
    pub key: String,
    pub operation: String,
    pub body_hash: String,
    pub created_at: Timestamp,
    pub status: Option<i64>,
    pub sealed_answer: Option<String>,
}

pub(super) fn find(c: &mut Connection, actor: &str, key: &str) -> QueryResult<Option<Row>> {
    table::table
        .filter(table::actor.eq(actor))
        .filter(table::key.eq(key))
        .select(Row::as_select())
        .first(c)
        .optional()
}

pub(super) fn insert(c: &mut Connection, row: &Row) -> QueryResult<()> {
    diesel::insert_into(table::table).values(row).execute(c).map(drop)
}

pub(super) fn settle(c: &mut Connection, id: &AnswerId, status: u16, sealed: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::status.eq(Some(i64::from(status))), table::sealed_answer.eq(Some(sealed))))
        .execute(c)
        .map(drop)
}

pub(super) fn remove(c: &mut Connection, id: &AnswerId) -> QueryResult<()> {
    diesel::delete(table::table.find(id)).execute(c).map(drop)
}

pub(super) fn remove_before(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old: Vec<AnswerId> = table::table
        .filter(table::created_at.lt(before))
        .order(table::created_at)
        .limit(limit)
        .select(table::id)
        .load(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&old))).execute(c)
}
