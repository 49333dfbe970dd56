//! All SQL of changes of address.

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::accounts::User;
use crate::clock::Timestamp;
use crate::db::schema::address_changes as table;
use crate::db::{Connection, MultiBackend};
use crate::id_type;
use crate::mail::EmailAddress;

id_type!(
    /// A change of address.
    ChangeId
);

/// A change as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub(super) struct Change {
    pub id: ChangeId,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub old_email: EmailAddress,
    pub old_email_key: String,
    pub new_email: EmailAddress,
    pub requested_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub undo_until: Option<Timestamp>,
    pub undone_at: Option<Timestamp>,
    /// A newer one, or the end of it all, made it void.
    pub ended_at: Option<Timestamp>,
}

impl Change {
    /// A change of `user` to `new`, not confirmed yet.
    pub(super) fn of(id: ChangeId, user: &User, new: &EmailAddress, now: Timestamp) -> Self {
        Self {
            id,
            organization_id: user.organization_id.clone(),
            user_id: user.id.clone(),
            old_email: user.email.clone(),
            old_email_key: user.email.key(),
            new_email: new.clone(),
            requested_at: now,
            confirmed_at: None,
            undo_until: None,
            undone_at: None,
            ended_at: None,
        }
    }
}

pub(super) fn insert(c: &mut Connection, change: &Change) -> QueryResult<()> {
    diesel::insert_into(table::table).values(change).execute(c).map(drop)
}

/// The change with this id, in any organization: for the bearer of its token only.
pub(super) fn by_id(c: &mut Connection, id: &str) -> QueryResult<Option<Change>> {
    table::table.find(id).select(Change::as_select()).first(c).optional()
}

/// Changes of a user that are still open: to be confirmed, or to be taken back.
pub(super) fn open(c: &mut Connection, user: &UserId) -> QueryResult<Vec<Change>> {
    table::table
        .filter(table::user_id.eq(user))
        .filter(table::undone_at.is_null())
        .filter(table::ended_at.is_null())
        .select(Change::as_select())
        .load(c)
}

pub(super) fn set_confirmed(
    c: &mut Connection,
    id: &ChangeId,
    now: Timestamp,
    undo_until: Timestamp,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::confirmed_at.eq(Some(now)), table::undo_until.eq(Some(undo_until))))
        .execute(c)
        .map(drop)
}

pub(super) fn set_undone(c: &mut Connection, id: &ChangeId, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::undone_at.eq(Some(now))).execute(c).map(drop)
}

pub(super) fn set_ended(c: &mut Connection, id: &ChangeId, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::ended_at.eq(Some(now))).execute(c).map(drop)
}

/// Forgets the addresses of a user's changes and ends those that are open, when the user is erased.
pub fn forget_user(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<usize> {
    let open = table::table
        .filter(table::user_id.eq(user))
        .filter(table::undone_at.is_null())
        .filter(table::ended_at.is_null());
    diesel::update(open).set(table::ended_at.eq(Some(now))).execute(c)?;
    diesel::update(table::table.filter(table::user_id.eq(user)))
        .set((table::old_email.eq(""), table::old_email_key.eq(""), table::new_email.eq("")))
        .execute(c)
}

/// May an address go back to the user it was taken from? Nobody else gets it meanwhile.
pub fn is_reserved(
    c: &mut Connection,
    email_key: &str,
    but_for: Option<&UserId>,
    now: Timestamp,
) -> QueryResult<bool> {
    Ok(reserved_for(c, email_key, but_for, now)?.is_some())
}

/// The organization of the user to whom an address may go back.
pub fn reserved_for(
    c: &mut Connection,
    email_key: &str,
    but_for: Option<&UserId>,
    now: Timestamp,
) -> QueryResult<Option<OrganizationId>> {
    table::table
        .filter(table::old_email_key.eq(email_key))
        .filter(table::undo_until.gt(now))
        .filter(table::undone_at.is_null())
        .filter(table::ended_at.is_null())
        .filter(table::user_id.ne(but_for.map_or("", UserId::as_str)))
        .select(table::organization_id)
        .first(c)
        .optional()
}

/// Which of these addresses may go back to somebody.
pub fn reserved_among(c: &mut Connection, keys: &[String], now: Timestamp) -> QueryResult<Vec<String>> {
    table::table
        .filter(table::old_email_key.eq_any(keys))
        .filter(table::undo_until.gt(now))
        .filter(table::undone_at.is_null())
        .filter(table::ended_at.is_null())
        .select(table::old_email_key)
        .load(c)
}

/// A change as its owner may read of it.
#[derive(Debug, serde::Serialize)]
pub struct Past {
    from: String,
    to: String,
    requested_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    taken_back_at: Option<Timestamp>,
}

/// The changes of a user, oldest first.
pub fn of_user(c: &mut Connection, user: &UserId) -> QueryResult<Vec<Past>> {
    let own = table::table.filter(table::user_id.eq(user)).order((table::requested_at, table::id));
    let changes: Vec<Change> = own.select(Change::as_select()).load(c)?;
    let past = changes.into_iter().map(|change| Past {
        from: change.old_email.to_string(),
        to: change.new_email.to_string(),
        requested_at: change.requested_at,
        confirmed_at: change.confirmed_at,
        taken_back_at: change.undone_at,
    });
    Ok(past.collect())
}
