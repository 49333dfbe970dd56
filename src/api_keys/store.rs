//! All SQL of API keys.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::ApiKey;
use crate::access::{ApiKeyId, OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{api_keys as table, organizations, users};
use crate::db::{Connection, MultiBackend};
use crate::web::pager::{Cursor, Direction, Place, Slice};

/// A key with the name of whoever made it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: ApiKey,
    pub maker: String,
}

pub(super) fn insert(c: &mut Connection, key: &ApiKey) -> QueryResult<()> {
    diesel::insert_into(table::table).values(key).execute(c).map(drop)
}

/// The key with this handle, of any organization, with the organization's name: to find out who calls.
pub(super) fn by_handle(c: &mut Connection, handle: &str) -> QueryResult<Option<(ApiKey, String)>> {
    table::table
        .inner_join(organizations::table)
        .filter(table::handle.eq(handle))
        .select((ApiKey::as_select(), organizations::name))
        .first(c)
        .optional()
}

/// A key of the organization.
pub fn by_id(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &ApiKeyId,
) -> QueryResult<Option<Listed>> {
    let found: Option<(ApiKey, String)> = table::table
        .inner_join(users::table)
        .filter(table::id.eq(id))
        .filter(table::organization_id.eq(organization))
        .select((ApiKey::as_select(), users::name))
        .first(c)
        .optional()?;
    Ok(found.map(|(key, maker)| Listed { key, maker }))
}

/// A page of the organization's keys, newest first.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Listed>> {
    let query = table::table
        .inner_join(users::table)
        .filter(table::organization_id.eq(organization))
        .select((ApiKey::as_select(), users::name))
        .into_boxed::<MultiBackend>();
    let query = match (&place.cursor, place.direction) {
        (None, _) => query,
        (Some(Cursor { at, id }), Direction::Onward) => {
            let older = table::created_at.lt(*at).or(table::created_at.eq(*at).and(table::id.lt(id.clone())));
            query.filter(table::created_at.le(*at).and(older))
        }
        (Some(Cursor { at, id }), Direction::Back) => {
            let newer = table::created_at.gt(*at).or(table::created_at.eq(*at).and(table::id.gt(id.clone())));
            query.filter(table::created_at.ge(*at).and(newer))
        }
    };
    let query = match place.direction {
        Direction::Onward => query.order((table::created_at.desc(), table::id.desc())),
        Direction::Back => query.order((table::created_at.asc(), table::id.asc())),
    };
    let rows: Vec<(ApiKey, String)> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    let rows = rows.into_iter().map(|(key, maker)| Listed { key, maker }).collect();
    Ok(Slice::cut(rows, limit, place, |row: &Listed| Cursor::new(row.key.created_at, row.key.id.as_str())))
}

/// Keeps that a key was used, unless that was kept within `least`.
pub(super) fn touch(
    c: &mut Connection,
    id: &ApiKeyId,
    ip: Option<&str>,
    now: Timestamp,
    least: TimeDelta,
) -> QueryResult<()> {
    let due = table::last_used_at.is_null().or(table::last_used_at.le(now.minus(least)));
    diesel::update(table::table.find(id).filter(due))
        .set((table::last_used_at.eq(Some(now)), table::last_used_ip.eq(ip)))
        .execute(c)
        .map(drop)
}

/// Lets a key that works be replaced, to work on until `until`; `false` when it does not work any more or was
/// replaced already.
pub(super) fn replace(
    c: &mut Connection,
    id: &ApiKeyId,
    successor: &ApiKeyId,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<bool> {
    let works = table::table
        .find(id)
        .filter(table::replaced_at.is_null())
        .filter(table::revoked_at.is_null())
        .filter(table::expires_at.gt(now));
    diesel::update(works)
        .set((
            table::replaced_at.eq(Some(now)),
            table::successor_id.eq(Some(successor)),
            table::expires_at.eq(until),
        ))
        .execute(c)
        .map(|replaced| replaced == 1)
}

/// The keys that a user made and that still work, oldest first.
pub fn working_of_maker(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<Vec<ApiKey>> {
    table::table
        .filter(table::created_by.eq(user))
        .filter(table::revoked_at.is_null())
        .filter(table::expires_at.gt(now))
        .order((table::created_at, table::id))
        .select(ApiKey::as_select())
        .load(c)
}

/// Forgets from where the keys of a user were used, when the user is erased; the rows stay.
pub fn forget_maker(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::update(table::table.filter(table::created_by.eq(user)))
        .set(table::last_used_ip.eq(None::<String>))
        .execute(c)
}

/// Revokes a key; `false` when it was revoked already.
pub(super) fn revoke(c: &mut Connection, id: &ApiKeyId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::revoked_at.is_null()))
        .set(table::revoked_at.eq(Some(now)))
        .execute(c)
        .map(|revoked| revoked == 1)
}
