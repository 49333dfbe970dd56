//! All SQL of one-time tokens.

use diesel::prelude::*;

use super::{Bearer, Purpose, TokenId};
use crate::access::{Act, OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::one_time_tokens as table;
use crate::db::{Connection, MultiBackend};

/// A token as kept.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub(super) struct Row {
    pub id: TokenId,
    pub organization_id: OrganizationId,
    pub user_id: Option<UserId>,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub replaced_at: Option<Timestamp>,
    pub subject: Option<String>,
}

/// Keeps the hash of a token, with where it was asked for.
pub(super) fn insert(
    c: &mut Connection,
    act: &Act,
    purpose: Purpose,
    bearer: Bearer<'_>,
    (id, hash, expires_at): (&TokenId, &str, Timestamp),
) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(id),
            table::organization_id.eq(bearer.organization),
            table::user_id.eq(bearer.user),
            table::purpose.eq(purpose.as_str()),
            table::hash.eq(hash),
            table::created_at.eq(act.at),
            table::expires_at.eq(expires_at),
            table::issued_ip.eq(act.ip.as_deref()),
            table::issued_agent.eq(act.user_agent.as_deref()),
            table::subject.eq(bearer.subject),
        ))
        .execute(c)
        .map(drop)
}

/// The token of a purpose with this hash.
pub(super) fn by_hash(c: &mut Connection, purpose: Purpose, hash: &str) -> QueryResult<Option<Row>> {
    table::table
        .filter(table::hash.eq(hash))
        .filter(table::purpose.eq(purpose.as_str()))
        .select(Row::as_select())
        .first(c)
        .optional()
}

/// Uses a token up; `false` when that, or its end, came first. The condition decides under the row's lock.
pub(super) fn use_up(c: &mut Connection, act: &Act, id: &TokenId) -> QueryResult<bool> {
    let live = table::table.find(id).filter(table::used_at.is_null()).filter(table::replaced_at.is_null());
    diesel::update(live)
        .set((
            table::used_at.eq(Some(act.at)),
            table::used_ip.eq(act.ip.as_deref()),
            table::used_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)
        .map(|used| used == 1)
}

/// Ends what was issued for this purpose, user and subject and was not used.
pub fn end(c: &mut Connection, purpose: Purpose, bearer: Bearer<'_>, now: Timestamp) -> QueryResult<usize> {
    let mut live = diesel::update(table::table)
        .filter(table::purpose.eq(purpose.as_str()))
        .filter(table::used_at.is_null())
        .filter(table::replaced_at.is_null())
        .set(table::replaced_at.eq(Some(now)))
        .into_boxed::<MultiBackend>();
    live = match bearer.user {
        Some(user) => live.filter(table::user_id.eq(user)),
        None => live.filter(table::user_id.is_null()),
    };
    live = match bearer.subject {
        Some(subject) => live.filter(table::subject.eq(subject)),
        None => live.filter(table::subject.is_null()),
    };
    live.execute(c)
}

/// Ends every token of a user and forgets from where it was asked for and used, when the user is erased.
pub fn forget(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<usize> {
    let open = table::table
        .filter(table::user_id.eq(user))
        .filter(table::used_at.is_null())
        .filter(table::replaced_at.is_null());
    diesel::update(open).set(table::replaced_at.eq(Some(now))).execute(c)?;
    diesel::update(table::table.filter(table::user_id.eq(user)))
        .set((
            table::issued_ip.eq(None::<String>),
            table::issued_agent.eq(None::<String>),
            table::used_ip.eq(None::<String>),
            table::used_agent.eq(None::<String>),
        ))
        .execute(c)
}
