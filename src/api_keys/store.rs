//! All SQL of API keys.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::model::{ApiKey, State};
use crate::access::{ApiKeyId, OrganizationId, Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::schema::{api_keys as table, organizations, users};
use crate::db::{Connection, MultiBackend};
use crate::web::pager::{Cursor, Direction, Place, Slice};

/// A key with whoever made it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: ApiKey,
    pub maker: Maker,
}

impl Listed {
    /// As [`ApiKey::state`], and paused while its maker's account is not active.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.key.state(now) {
            State::Active | State::Replaced if self.maker.status != Status::Active => State::Paused,
            state => state,
        }
    }
}

/// Whoever made a key, as they are now: it does nothing that they may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    pub name: String,
    pub role: Role,
    pub status: Status,
}

type MakerRow = (String, Role, Status);

impl From<(ApiKey, MakerRow)> for Listed {
    fn from((key, (name, role, status)): (ApiKey, MakerRow)) -> Self {
        Self { key, maker: Maker { name, role, status } }
    }
}

pub(super) fn insert(c: &mut Connection, key: &ApiKey) -> QueryResult<()> {
    diesel::insert_into(table::table).values(key).execute(c).map(drop)
}

/// The key with this handle, of any organization, with the organization's name: to find out who calls.
pub(super) fn by_handle(c: &mut Connection, handle: &str) -> QueryResult<Option<(Listed, String)>> {
    let found: Option<(ApiKey, MakerRow, String)> = table::table
        .inner_join(organizations::table)
        .inner_join(users::table)
        .filter(table::handle.eq(handle))
        .select((ApiKey::as_select(), (users::name, users::role, users::status), organizations::name))
        .first(c)
        .optional()?;
    Ok(found.map(|(key, maker, organization)| (Listed::from((key, maker)), organization)))
}

/// A key of the organization.
pub fn by_id(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &ApiKeyId,
) -> QueryResult<Option<Listed>> {
    let found: Option<(ApiKey, MakerRow)> = table::table
        .inner_join(users::table)
        .filter(table::id.eq(id))
        .filter(table::organization_id.eq(organization))
        .select((ApiKey::as_select(), (users::name, users::role, users::status)))
        .first(c)
        .optional()?;
    Ok(found.map(Listed::from))
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
        .select((ApiKey::as_select(), (users::name, users::role, users::status)))
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
    let rows: Vec<(ApiKey, MakerRow)> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    let rows = rows.into_iter().map(Listed::from).collect();
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
