//! Questions that wait for their answers.

use diesel::prelude::*;

use crate::access::UserId;
use crate::accounts::mfa::model::{ChallengeId, Purpose, TRIES};
use crate::accounts::tokens::fingerprint;
use crate::clock::Timestamp;
use crate::db::schema::mfa_challenges as table;
use crate::db::{Connection, MultiBackend};

/// A question to be kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = table)]
pub struct New<'a> {
    pub id: &'a ChallengeId,
    pub purpose: Purpose,
    pub user_id: Option<&'a UserId>,
    pub hash: String,
    pub sealed_state: Option<String>,
    pub tries: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A question that is still open.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Row {
    pub id: ChallengeId,
    pub user_id: Option<UserId>,
    pub sealed_state: Option<String>,
    pub tries: i64,
}

pub fn insert(c: &mut Connection, new: &New<'_>) -> QueryResult<()> {
    diesel::insert_into(table::table).values(new).execute(c).map(drop)
}

/// The open question with this token.
pub fn find(c: &mut Connection, purpose: Purpose, token: &str, now: Timestamp) -> QueryResult<Option<Row>> {
    table::table
        .filter(table::hash.eq(fingerprint(token)))
        .filter(table::purpose.eq(purpose))
        .filter(table::used_at.is_null())
        .filter(table::expires_at.gt(now))
        .filter(table::tries.lt(TRIES))
        .select(Row::as_select())
        .first(c)
        .optional()
}

/// Counts one try; `false` when there is none left. The condition decides under the row's lock.
pub fn count_try(c: &mut Connection, id: &ChallengeId) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::used_at.is_null()).filter(table::tries.lt(TRIES)))
        .set(table::tries.eq(table::tries + 1))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Uses a question up; `false` when it was answered before.
pub fn use_up(c: &mut Connection, id: &ChallengeId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::used_at.is_null()))
        .set(table::used_at.eq(Some(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

pub fn remove_of(c: &mut Connection, user: &UserId) -> QueryResult<()> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c).map(drop)
}

/// Removes up to `limit` that were over before a moment; answers how many.
pub fn remove_over(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let over: Vec<ChallengeId> = table::table
        .filter(table::expires_at.lt(before))
        .order(table::expires_at)
        .limit(limit)
        .select(table::id)
        .load(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&over))).execute(c)
}
