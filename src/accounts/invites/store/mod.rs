//! All SQL of invites.

pub mod batches;
mod list;

pub use list::{Filter, Listed, count_open, page, with_inviters};

use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::model::{BatchId, Invite, InviteId, Invitee};
use crate::access::{OrganizationId, UserId};
use crate::accounts::tokens::{Purpose, fingerprint};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{invites as table, one_time_tokens, users};

/// One invite of the organization.
pub fn in_organization(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &InviteId,
) -> QueryResult<Option<Invite>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Invite::as_select())
        .first(c)
        .optional()
}

/// The invite whose link holds this token, whatever became of it.
pub(super) fn by_token(c: &mut Connection, token: &SecretString) -> QueryResult<Option<Invite>> {
    let subject: Option<Option<String>> = one_time_tokens::table
        .filter(one_time_tokens::hash.eq(fingerprint(token.expose_secret())))
        .filter(one_time_tokens::purpose.eq(Purpose::Invite.as_str()))
        .select(one_time_tokens::subject)
        .first(c)
        .optional()?;
    match subject.flatten().and_then(|id| InviteId::parse(&id)) {
        Some(id) => table::table.find(&id).select(Invite::as_select()).first(c).optional(),
        None => Ok(None),
    }
}

/// The invite for this address that waits for an answer, also when its time is over.
pub(super) fn waiting(
    c: &mut Connection,
    organization: &OrganizationId,
    email_key: &str,
) -> QueryResult<Option<Invite>> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::email_key.eq(email_key))
        .filter(table::accepted_at.is_null())
        .filter(table::revoked_at.is_null())
        .select(Invite::as_select())
        .first(c)
        .optional()
}

/// Which of these addresses have an invite that is open.
pub(super) fn open_among(
    c: &mut Connection,
    organization: &OrganizationId,
    keys: &[String],
    now: Timestamp,
) -> QueryResult<Vec<String>> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::email_key.eq_any(keys))
        .filter(table::accepted_at.is_null())
        .filter(table::revoked_at.is_null())
        .filter(table::expires_at.gt(now))
        .select(table::email_key)
        .load(c)
}

/// Which of these addresses have an account in the organization.
pub(super) fn accounts_among(
    c: &mut Connection,
    organization: &OrganizationId,
    keys: &[String],
) -> QueryResult<Vec<String>> {
    users::table
        .filter(users::organization_id.eq(organization))
        .filter(users::email_key.eq_any(keys))
        .select(users::email_key)
        .load(c)
}

/// Keeps a new invite; there must be none waiting for the address.
pub(super) fn insert(
    c: &mut Connection,
    (organization, inviter): (&OrganizationId, &UserId),
    (id, guest): (&InviteId, &Invitee),
    (now, expires_at): (Timestamp, Timestamp),
    batch: Option<&BatchId>,
) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(id),
            table::organization_id.eq(organization),
            table::email.eq(guest.email.as_str()),
            table::email_key.eq(guest.email.key()),
            table::role.eq(guest.role),
            table::name.eq(guest.name.as_ref().map(crate::mail::DisplayName::as_str)),
            table::invited_by.eq(inviter),
            table::created_at.eq(now),
            table::expires_at.eq(expires_at),
            table::sends.eq(1),
            table::sent_at.eq(now),
            table::batch_id.eq(batch.map(BatchId::as_str)),
        ))
        .execute(c)
        .map(drop)
}

/// Ends an invite that waits; `false` when somebody else was faster.
pub(super) fn revoke(c: &mut Connection, id: &InviteId, now: Timestamp) -> QueryResult<bool> {
    let waits =
        table::table.find(id).filter(table::accepted_at.is_null()).filter(table::revoked_at.is_null());
    diesel::update(waits).set(table::revoked_at.eq(Some(now))).execute(c).map(|changed| changed == 1)
}

/// Notes that it was sent once more, by whom and until when it is good; `false` when it waits no longer.
pub(super) fn note_send(
    c: &mut Connection,
    id: &InviteId,
    by: &UserId,
    (now, expires_at): (Timestamp, Timestamp),
) -> QueryResult<bool> {
    let waits =
        table::table.find(id).filter(table::accepted_at.is_null()).filter(table::revoked_at.is_null());
    diesel::update(waits)
        .set((
            table::invited_by.eq(by),
            table::sends.eq(table::sends + 1),
            table::sent_at.eq(now),
            table::expires_at.eq(expires_at),
        ))
        .execute(c)
        .map(|changed| changed == 1)
}

/// Takes an open invite for one acceptance, under its row's lock: of many at once one gets `true`.
pub(super) fn take(c: &mut Connection, id: &InviteId, now: Timestamp) -> QueryResult<bool> {
    let open = table::table
        .find(id)
        .filter(table::accepted_at.is_null())
        .filter(table::revoked_at.is_null())
        .filter(table::expires_at.gt(now));
    diesel::update(open).set(table::accepted_at.eq(Some(now))).execute(c).map(|changed| changed == 1)
}

/// Keeps which account an accepted invite became.
pub(super) fn set_user(c: &mut Connection, id: &InviteId, user: &UserId) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::user_id.eq(Some(user))).execute(c).map(drop)
}

/// Takes somebody who is erased out of the invites of the organization that they were sent, and out of its files.
pub fn forget_user(
    c: &mut Connection,
    organization: &OrganizationId,
    user: &UserId,
    email_key: &str,
) -> QueryResult<()> {
    let nobody = format!("erased-{user}@erased.invalid");
    let own = table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::email_key.eq(email_key).or(table::user_id.eq(user).assume_not_null()));
    diesel::update(own)
        .set((table::email.eq(&nobody), table::email_key.eq(&nobody), table::name.eq(None::<String>)))
        .execute(c)?;
    batches::forget_address(c, organization, email_key, &nobody)
}
