//! All SQL of mail: [`rows`] are the tables, [`queue`] is the worker's side, [`log`] what staff looks at;
//! [`preferences`] are kinds that a person has switched off; [`erasure`] forgets.

pub mod erasure;
pub mod log;
pub mod preferences;
pub mod queue;
pub mod rows;

pub use rows::{Attempt, CapturedMessage, Email};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::model::{EmailId, TemplateKind};
use crate::access::OrganizationId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{captured_messages, emails, organizations};
use crate::each;

/// Adds a row; `false` when the organization has one of this kind with the same idempotency key.
///
/// Two that come at once meet in the unique index: the second waits for the first and then is `false`.
pub fn insert(c: &mut Connection, email: &Email) -> QueryResult<bool> {
    let key = (emails::organization_id, emails::kind, emails::idempotency_key);
    let rows = each!(c, c => diesel::insert_into(emails::table)
        .values(email)
        .on_conflict(key)
        .do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Rows of one statement: both engines bind so many values of a mail.
const CHUNK: usize = 200;

/// Adds rows that have no idempotency key.
pub fn insert_all(c: &mut Connection, rows: &[Email]) -> QueryResult<()> {
    for chunk in rows.chunks(CHUNK) {
        each!(c, c => diesel::insert_into(emails::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// A row, whichever organization it belongs to: for the worker and what it kept.
pub fn by_id(c: &mut Connection, id: &EmailId) -> QueryResult<Option<Email>> {
    emails::table.find(id).select(Email::as_select()).first(c).optional()
}

/// The row an idempotency key stands for.
pub fn by_key(
    c: &mut Connection,
    organization: &OrganizationId,
    kind: TemplateKind,
    key: &str,
) -> QueryResult<Option<Email>> {
    emails::table
        .filter(emails::organization_id.eq(organization))
        .filter(emails::kind.eq(kind))
        .filter(emails::idempotency_key.eq(key))
        .select(Email::as_select())
        .first(c)
        .optional()
}

/// Frees a key that was used before `since`.
pub fn free_key(
    c: &mut Connection,
    organization: &OrganizationId,
    kind: TemplateKind,
    key: &str,
    since: Timestamp,
) -> QueryResult<()> {
    let old = emails::table
        .filter(emails::organization_id.eq(organization))
        .filter(emails::kind.eq(kind))
        .filter(emails::idempotency_key.eq(key))
        .filter(emails::created_at.lt(since));
    diesel::update(old).set(emails::idempotency_key.eq(None::<String>)).execute(c).map(drop)
}

pub fn organization_name(c: &mut Connection, id: &OrganizationId) -> QueryResult<String> {
    organizations::table.find(id).select(organizations::name).first(c)
}

/// Keeps a message instead of sending it; keeping it again changes nothing.
pub fn capture(c: &mut Connection, message: &CapturedMessage) -> QueryResult<()> {
    each!(c, c => diesel::insert_into(captured_messages::table)
        .values(message)
        .on_conflict(captured_messages::email_id)
        .do_update()
        .set((
            captured_messages::sealed_content.eq(excluded(captured_messages::sealed_content)),
            captured_messages::size.eq(excluded(captured_messages::size)),
        ))
        .execute(c))
    .map(drop)
}

/// The message that was kept for a mail.
pub fn captured(c: &mut Connection, id: &EmailId) -> QueryResult<Option<CapturedMessage>> {
    captured_messages::table.find(id).select(CapturedMessage::as_select()).first(c).optional()
}
