//! All SQL of organizations.

use diesel::prelude::*;

use super::{DEFAULT, Organization};
use crate::access::OrganizationId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::organizations as table;
use crate::ids::Random;

/// Makes the first organization when there is none; otherwise leaves what is there.
pub fn ensure_default(
    c: &mut Connection,
    random: &Random,
    name: &str,
    now: Timestamp,
) -> QueryResult<Organization> {
    if let Some(found) = by_slug(c, DEFAULT)? {
        return Ok(found);
    }
    // Of two first starts at once, the second finds what the first has made.
    c.lock("organizations.default")?;
    if let Some(found) = by_slug(c, DEFAULT)? {
        return Ok(found);
    }
    insert(c, random, DEFAULT, name, now)?;
    by_slug(c, DEFAULT)?.ok_or(diesel::result::Error::NotFound)
}

/// The organization with this short name.
pub fn by_slug(c: &mut Connection, slug: &str) -> QueryResult<Option<Organization>> {
    table::table.filter(table::slug.eq(slug)).select(Organization::as_select()).first(c).optional()
}

/// Since when there is an organization: the age of this database.
pub fn since(c: &mut Connection) -> QueryResult<Option<Timestamp>> {
    table::table.select(table::created_at).order(table::created_at.asc()).first(c).optional()
}

/// The organization with this id.
pub fn by_id(c: &mut Connection, id: &OrganizationId) -> QueryResult<Organization> {
    table::table.find(id).select(Organization::as_select()).first(c)
}

/// Adds another organization.
pub fn insert(
    c: &mut Connection,
    random: &Random,
    slug: &str,
    name: &str,
    now: Timestamp,
) -> QueryResult<OrganizationId> {
    let id = OrganizationId::new(random, now);
    diesel::insert_into(table::table)
        .values((
            table::id.eq(&id),
            table::slug.eq(slug),
            table::name.eq(name),
            table::allow_resubmission.eq(true),
            table::mask_until_claimed.eq(true),
            table::created_at.eq(now),
        ))
        .execute(c)?;
    Ok(id)
}

/// Lets staff of an organization work without a second factor: for the demo and for tests only, no page offers it.
pub fn relax_staff_mfa(c: &mut Connection, id: &OrganizationId) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::staff_mfa_required.eq(false)).execute(c).map(drop)
}
