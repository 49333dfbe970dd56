//! All SQL of files of invites.

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::accounts::invites::model::{BatchId, RowId, Verdict};
use crate::accounts::invites::sheet::SheetRow;
use crate::clock::Timestamp;
use crate::db::schema::{invite_batch_rows as rows, invite_batches as table};
use crate::db::text::lower;
use crate::db::{Connection, MultiBackend};
use crate::ids::Random;

/// A file.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Batch {
    pub id: BatchId,
    pub organization_id: OrganizationId,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub file_name: String,
    pub confirmed_at: Option<Timestamp>,
}

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(MultiBackend))]
pub struct BatchRow {
    pub id: RowId,
    pub batch_id: BatchId,
    pub line: i64,
    pub email: String,
    pub role: String,
    pub name: String,
    pub verdict: Verdict,
    pub same_as: Option<i64>,
}

/// Keeps a file and its rows.
pub fn insert(c: &mut Connection, random: &Random, batch: &Batch, read: Vec<SheetRow>) -> QueryResult<()> {
    diesel::insert_into(table::table).values(batch).execute(c)?;
    for row in read {
        let SheetRow { line, email, role, name, verdict, same_as } = row;
        let id = RowId::new(random, batch.created_at);
        let row = BatchRow { id, batch_id: batch.id.clone(), line, email, role, name, verdict, same_as };
        diesel::insert_into(rows::table).values(&row).execute(c)?;
    }
    Ok(())
}

/// A file of the organization.
pub fn in_organization(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &BatchId,
) -> QueryResult<Option<Batch>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Batch::as_select())
        .first(c)
        .optional()
}

/// All rows of a file, in the order of their lines.
pub fn all_rows(c: &mut Connection, id: &BatchId) -> QueryResult<Vec<BatchRow>> {
    rows::table.filter(rows::batch_id.eq(id)).order(rows::line).select(BatchRow::as_select()).load(c)
}

/// The next rows that were not sent.
pub fn next_ready(c: &mut Connection, id: &BatchId, limit: i64) -> QueryResult<Vec<BatchRow>> {
    rows::table
        .filter(rows::batch_id.eq(id))
        .filter(rows::verdict.eq(Verdict::Ready))
        .order(rows::line)
        .limit(limit)
        .select(BatchRow::as_select())
        .load(c)
}

pub fn settle(c: &mut Connection, row: &RowId, verdict: Verdict) -> QueryResult<()> {
    diesel::update(rows::table.find(row)).set(rows::verdict.eq(verdict)).execute(c).map(drop)
}

/// Notes that a file is being sent; `false` when that was noted before.
pub fn confirm(c: &mut Connection, id: &BatchId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::confirmed_at.is_null()))
        .set(table::confirmed_at.eq(Some(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Forgets files: those made before `old`, and those made before `idle` that were never sent; at most `limit`.
pub fn forget(c: &mut Connection, old: Timestamp, idle: Timestamp, limit: i64) -> QueryResult<usize> {
    let ids: Vec<BatchId> = table::table
        .filter(table::created_at.lt(idle))
        .filter(table::confirmed_at.is_null().or(table::created_at.lt(old)))
        .limit(limit)
        .select(table::id)
        .load(c)?;
    diesel::delete(rows::table.filter(rows::batch_id.eq_any(&ids))).execute(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&ids))).execute(c)
}

/// Puts `nobody` in the place of an address, and takes the name beside it away.
pub(super) fn forget_address(
    c: &mut Connection,
    organization: &OrganizationId,
    email_key: &str,
    nobody: &str,
) -> QueryResult<()> {
    let own = table::table.filter(table::organization_id.eq(organization)).select(table::id);
    // The key keeps the case of letters beyond ASCII, the database folds them too.
    let theirs = lower(rows::email).eq(email_key.to_lowercase());
    diesel::update(rows::table.filter(rows::batch_id.eq_any(own)).filter(theirs))
        .set((rows::email.eq(nobody), rows::name.eq("")))
        .execute(c)
        .map(drop)
}
