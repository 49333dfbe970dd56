//! All SQL of users.

use diesel::prelude::*;

use super::hashing::Upgrade;
use super::model::{NewUser, Status, User};
use crate::access::{OrganizationId, Role, UserId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::users as table;
use crate::mail::{DisplayName, EmailAddress};

/// The user with this address, in any organization.
pub fn by_email_key(c: &mut Connection, key: &str) -> QueryResult<Option<User>> {
    table::table.filter(table::email_key.eq(key)).select(User::as_select()).first(c).optional()
}

/// The user with this id, in any organization: for one's own account only.
pub fn by_id(c: &mut Connection, id: &UserId) -> QueryResult<Option<User>> {
    table::table.find(id).select(User::as_select()).first(c).optional()
}

/// The user with this id, of this organization.
pub fn in_organization(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &UserId,
) -> QueryResult<Option<User>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(User::as_select())
        .first(c)
        .optional()
}

/// Makes others who change this user wait until the end of the transaction; SQLite has one writer anyway.
pub fn lock_row(c: &mut Connection, id: &UserId) -> QueryResult<()> {
    match c {
        // What refers to the row goes on.
        Connection::Postgres(c) => {
            table::table.find(id).select(table::id).for_no_key_update().load::<UserId>(c).map(drop)
        }
        Connection::Sqlite(_) => Ok(()),
    }
}

/// How many users have this role.
pub fn count_role(c: &mut Connection, role: Role) -> QueryResult<i64> {
    table::table.filter(table::role.eq(role)).count().get_result(c)
}

/// Adds a user.
///
/// # Errors
/// `UniqueViolation` when the address is taken.
pub fn insert(c: &mut Connection, user: &NewUser, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(&user.id),
            table::organization_id.eq(&user.organization),
            table::email.eq(user.email.as_str()),
            table::email_key.eq(user.email.key()),
            table::name.eq(user.name.as_str()),
            table::phone.eq(user.phone.as_deref()),
            table::role.eq(user.role),
            table::status.eq(user.status),
            table::password_hash.eq(user.password_hash.as_deref()),
            table::must_change_password.eq(false),
            table::email_verified_at.eq(user.email_verified_at),
            table::created_at.eq(now),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// How the password of a user is set.
#[derive(Clone, Debug)]
pub enum Password {
    /// Chosen by the user.
    Own(String),
    /// Generated: dies at the moment given and must be changed.
    Temporary(String, Timestamp),
}

/// Sets the hash of a new password. What was begun with the old one is ended beside it (`loose_ends`).
pub fn set_password(c: &mut Connection, id: &UserId, password: &Password, now: Timestamp) -> QueryResult<()> {
    let (hash, expires, must_change) = match password {
        Password::Own(hash) => (hash, None, false),
        Password::Temporary(hash, end) => (hash, Some(*end), true),
    };
    diesel::update(table::table.find(id))
        .set((
            table::password_hash.eq(Some(hash)),
            table::password_expires_at.eq(expires),
            table::must_change_password.eq(must_change),
            (!must_change).then(|| table::password_changed_at.eq(Some(now))),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// Takes the password away: nobody signs in before a new one was chosen by a link.
pub fn clear_password(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::password_hash.eq(None::<String>),
            table::password_expires_at.eq(None::<Timestamp>),
            table::must_change_password.eq(false),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// Gives a user another address, one that was proved to be theirs.
///
/// # Errors
/// `UniqueViolation` when the address is taken.
pub fn set_email(c: &mut Connection, id: &UserId, email: &EmailAddress, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::email.eq(email.as_str()),
            table::email_key.eq(email.key()),
            table::email_verified_at.eq(Some(now)),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// Puts a hash made today in the place of an outdated one of the same password; `false` when that is not kept any
/// more.
pub fn upgrade_password(c: &mut Connection, id: &UserId, upgrade: &Upgrade) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::password_hash.eq(&upgrade.old)))
        .set(table::password_hash.eq(Some(&upgrade.new)))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Ends the life of a temporary password at its first use: only the change of it may follow. `false` when
/// somebody else was faster, or its time is over.
pub fn spend_temporary_password(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::password_expires_at.gt(now)))
        .set(table::password_expires_at.eq(Some(now)))
        .execute(c)
        .map(|spent| spent == 1)
}

/// Keeps when and from where a user last signed in.
pub fn touch_login(
    c: &mut Connection,
    id: &UserId,
    now: Timestamp,
    ip: Option<&str>,
    user_agent: Option<&str>,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::last_login_at.eq(Some(now)),
            table::last_login_ip.eq(ip),
            table::last_login_agent.eq(user_agent),
        ))
        .execute(c)
        .map(drop)
}

/// Marks the address as verified; `false` when it already was.
pub fn verify_email(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::email_verified_at.is_null()))
        .set((table::email_verified_at.eq(Some(now)), table::updated_at.eq(now)))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Keeps another name and phone number.
pub fn set_profile(
    c: &mut Connection,
    id: &UserId,
    name: &DisplayName,
    phone: Option<&str>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::name.eq(name), table::phone.eq(phone), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Sets the status.
pub fn set_status(c: &mut Connection, id: &UserId, status: Status, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::status.eq(status), table::updated_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Opens the account of an approved applicant.
pub fn approve(c: &mut Connection, id: &UserId, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::status.eq(Status::Active),
            table::document_verified_at.eq(Some(now)),
            table::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

/// The active administrators of an organization, and `also` if active, each once.
pub fn administrators_and(
    c: &mut Connection,
    organization: &OrganizationId,
    also: &UserId,
) -> QueryResult<Vec<User>> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::status.eq(Status::Active))
        .filter(table::role.eq_any([Role::Admin, Role::Operator]).or(table::id.eq(also)))
        .order(table::id)
        .select(User::as_select())
        .load(c)
}
