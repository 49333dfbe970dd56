//! All SQL of users in the console: [`list`] and [`figures`] of many, [`erasure`], and here one person.

pub mod erasure;
pub mod figures;
pub mod list;

use diesel::prelude::*;

use super::model::{Doer, Person};
use crate::access::{OrganizationId, Role, UserId};
use crate::accounts::{self, Status};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::users as table;

/// The person with this id, of this organization.
pub fn person(c: &mut Connection, organization: &OrganizationId, id: &UserId) -> QueryResult<Option<Person>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Person::as_select())
        .first(c)
        .optional()
}

/// The person, of whatever organization, if the time to erase them has come.
pub fn to_erase(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<Option<Person>> {
    table::table
        .find(id)
        .filter(table::erase_at.le(now))
        .filter(table::erased_at.is_null())
        .select(Person::as_select())
        .first(c)
        .optional()
}

/// A person for a change: until the end of the transaction nobody else changes the person, or who manages the
/// users of the organization. Two administrators who unmake each other come one after the other.
pub fn for_change(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &UserId,
) -> QueryResult<Option<Person>> {
    c.lock(&format!("administrators:{organization}"))?;
    accounts::store::lock_row(c, id)?;
    person(c, organization, id)
}

/// Whoever acts, as they are at this moment.
pub fn doer(c: &mut Connection, id: &UserId) -> QueryResult<Option<Doer>> {
    let found: Option<(Role, Status)> =
        table::table.find(id).select((table::role, table::status)).first(c).optional()?;
    Ok(found.map(|(role, status)| Doer { id: id.clone(), role, status }))
}

/// How many others of the organization manage its users and stay.
pub fn other_administrators(
    c: &mut Connection,
    organization: &OrganizationId,
    but: &UserId,
) -> QueryResult<i64> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::role.eq_any([Role::Admin, Role::Operator]))
        .filter(table::status.eq(Status::Active))
        .filter(table::erase_at.is_null())
        .filter(table::id.ne(but))
        .count()
        .get_result(c)
}

/// Bans a user, and keeps what they were.
pub fn ban(c: &mut Connection, id: &UserId, from: Status, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::status.eq(Status::Banned), table::banned_from.eq(Some(from)), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Takes a ban back.
pub fn unban(c: &mut Connection, id: &UserId, to: Status, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::status.eq(to), table::banned_from.eq(None::<Status>), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Gives a role.
pub fn set_role(c: &mut Connection, id: &UserId, role: Role, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::role.eq(role), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Sets or takes away the moment of an erasure.
pub fn set_erasure(
    c: &mut Connection,
    id: &UserId,
    at: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::erase_at.eq(at), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}
