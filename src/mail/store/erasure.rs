//! Mails of people who are erased: the row stays, with its times and what became of it, and says nothing any more.

use diesel::prelude::*;

use super::rows::ERASED;
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{captured_messages, email_attempts, emails};
use crate::db::{Connection, MultiBackend};
use crate::mail::EmailAddress;
use crate::mail::model::{AttemptId, EmailId, EmailStatus};

/// Whose mails are forgotten: those for the user, and those that went to the address in this organization.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    pub organization: &'a OrganizationId,
    pub user: &'a UserId,
    pub address: &'a EmailAddress,
}

/// Forgets the mails of a person but for `last`, the one that tells them, and one that leaves at this moment. What
/// waits is not sent any more.
pub fn forget(c: &mut Connection, whose: Whose<'_>, last: &EmailId, now: Timestamp) -> QueryResult<()> {
    let found: Vec<EmailId> = emails::table
        .filter(
            emails::user_id
                .eq(whose.user)
                .assume_not_null()
                .or(emails::recipient.eq(whose.address).and(emails::organization_id.eq(whose.organization))),
        )
        .filter(emails::status.ne(EmailStatus::Sending))
        .filter(emails::id.ne(last))
        .select(emails::id)
        .load(c)?;
    blank(c, &found, now)
}

/// Forgets those mails for an erased user that nothing is done about any more; answers whether that is all of them.
pub fn forget_rest(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<bool> {
    let left = || emails::table.filter(emails::user_id.eq(user)).filter(emails::recipient.ne(ERASED));
    let given_up = emails::status.eq(EmailStatus::Unknown).and(emails::next_attempt_at.is_null());
    let under_way = [EmailStatus::Queued, EmailStatus::Sending, EmailStatus::Unknown];
    let over: Vec<EmailId> = left()
        .filter(emails::status.ne_all(under_way).or(given_up))
        .select(emails::id)
        .into_boxed::<MultiBackend>()
        .load(c)?;
    blank(c, &over, now)?;
    let rest: i64 = left().count().get_result(c)?;
    Ok(rest == 0)
}

/// Rows named in one statement; both engines take more.
const BATCH: usize = 500;

fn blank(c: &mut Connection, ids: &[EmailId], now: Timestamp) -> QueryResult<()> {
    for ids in ids.chunks(BATCH) {
        let waiting = [EmailStatus::Queued, EmailStatus::Unknown];
        diesel::update(emails::table.filter(emails::id.eq_any(ids)).filter(emails::status.eq_any(waiting)))
            .set((
                emails::status.eq(EmailStatus::Cancelled),
                emails::next_attempt_at.eq(None::<Timestamp>),
                emails::claim_id.eq(None::<AttemptId>),
                emails::lease_until.eq(None::<Timestamp>),
                emails::settled_at.eq(Some(now)),
            ))
            .execute(c)?;
        diesel::update(emails::table.filter(emails::id.eq_any(ids)))
            .set((
                emails::recipient.eq(ERASED),
                emails::recipient_name.eq(None::<String>),
                emails::subject.eq("Erased"),
                emails::headers.eq("[]"),
                emails::data.eq("{}"),
                emails::sealed_secret.eq(None::<String>),
                emails::idempotency_key.eq(None::<String>),
                emails::fingerprint.eq(""),
                emails::last_reply.eq(None::<String>),
            ))
            .execute(c)?;
        diesel::update(email_attempts::table.filter(email_attempts::email_id.eq_any(ids)))
            .set(email_attempts::reply.eq(None::<String>))
            .execute(c)?;
        diesel::delete(captured_messages::table.filter(captured_messages::email_id.eq_any(ids)))
            .execute(c)?;
    }
    Ok(())
}
