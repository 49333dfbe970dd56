//! The worker's side of the outbox: claiming, marking, settling, and picking up after a process that died.
//!
//! A claim is a short transaction that leaves a lease in the row; no lock is held while anything is sent. The
//! attempt's id is the claim: whoever lost it changes nothing.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::rows::{Attempt, Email};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{email_attempts, emails};
use crate::ids::Random;
use crate::mail::model::{AttemptId, EmailId, EmailStatus, Outcome, Priority, TemplateKind};
use crate::mail::providers::Accepted;

/// How long a claimed mail is left to its worker. Longer than any provider's whole call.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Who claims, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Claimant<'a> {
    pub provider: &'a str,
    pub instance: &'a str,
    pub size: usize,
    /// How many of them are low ones first, so that those never starve.
    pub low_first: usize,
}

/// Whether there is anything for [`orphans`], [`resume_unknown`] or [`claim`] to do.
pub fn anything_due(c: &mut Connection, now: Timestamp) -> QueryResult<bool> {
    next_due(c).map(|due| due.is_some_and(|due| due <= now))
}

/// When the worker next has something to do.
pub fn next_due(c: &mut Connection) -> QueryResult<Option<Timestamp>> {
    let mut earliest: Option<Timestamp> = None;
    let mut consider = |due: Option<Timestamp>| {
        earliest = [earliest, due].into_iter().flatten().min();
    };
    for priority in Priority::ALL {
        let of = emails::table.filter(emails::priority.eq(priority));
        for status in [EmailStatus::Queued, EmailStatus::Unknown] {
            let waiting = of.filter(emails::status.eq(status)).filter(emails::next_attempt_at.is_not_null());
            let first = waiting.order(emails::next_attempt_at.asc()).select(emails::next_attempt_at);
            consider(first.first(c).optional()?.flatten());
        }
    }
    let sending = emails::table.filter(emails::status.eq(EmailStatus::Sending));
    consider(sending.select(diesel::dsl::min(emails::lease_until)).first(c)?);
    Ok(earliest)
}

/// Takes due mails for one worker: high before normal before low, older first.
pub fn claim(
    c: &mut Connection,
    random: &Random,
    now: Timestamp,
    claimant: &Claimant<'_>,
) -> QueryResult<Vec<Email>> {
    let mut chosen: Vec<EmailId> = due(c, Priority::Low, now, claimant.low_first)?;
    for priority in Priority::ALL {
        let found = if chosen.len() < claimant.size { due(c, *priority, now, claimant.size)? } else { break };
        let missing = claimant.size - chosen.len();
        let new: Vec<EmailId> = found.into_iter().filter(|id| !chosen.contains(id)).take(missing).collect();
        chosen.extend(new);
    }
    chosen.into_iter().map(|id| claim_one(c, random, now, claimant, id)).collect()
}

fn due(c: &mut Connection, priority: Priority, now: Timestamp, limit: usize) -> QueryResult<Vec<EmailId>> {
    let query = emails::table
        .filter(emails::status.eq(EmailStatus::Queued))
        .filter(emails::priority.eq(priority))
        .filter(emails::next_attempt_at.le(now))
        .order((emails::next_attempt_at.asc(), emails::id.asc()))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(emails::id);
    match c {
        Connection::Postgres(c) => query.for_update().skip_locked().load(c),
        Connection::Sqlite(c) => query.load(c),
    }
}

fn claim_one(
    c: &mut Connection,
    random: &Random,
    now: Timestamp,
    claimant: &Claimant<'_>,
    id: EmailId,
) -> QueryResult<Email> {
    let attempt = Attempt {
        id: AttemptId::new(random, now),
        email_id: id,
        provider: claimant.provider.to_owned(),
        instance: claimant.instance.to_owned(),
        started_at: now,
        finished_at: None,
        outcome: None,
        reply: None,
        duration_ms: None,
    };
    diesel::update(emails::table.find(&attempt.email_id))
        .set((
            emails::status.eq(EmailStatus::Sending),
            emails::claim_id.eq(Some(&attempt.id)),
            emails::lease_until.eq(Some(now.plus(LEASE))),
            emails::transmission_began_at.eq(None::<Timestamp>),
        ))
        .execute(c)?;
    diesel::insert_into(email_attempts::table).values(&attempt).execute(c)?;
    emails::table.find(&attempt.email_id).select(Email::as_select()).first(c)
}

/// Writes that content is about to leave, and gives the sending its full lease; `false` when the claim is lost.
pub fn mark(c: &mut Connection, id: &EmailId, claim: &AttemptId, now: Timestamp) -> QueryResult<bool> {
    let ours = emails::table
        .filter(emails::id.eq(id))
        .filter(emails::claim_id.eq(claim))
        .filter(emails::status.eq(EmailStatus::Sending));
    let changed = diesel::update(ours)
        .set((emails::transmission_began_at.eq(Some(now)), emails::lease_until.eq(Some(now.plus(LEASE)))))
        .execute(c)?;
    Ok(changed == 1)
}

/// A mail was accepted. True whoever holds the claim by now: the proof outranks it, and spares a duplicate.
pub fn accepted(
    c: &mut Connection,
    id: &EmailId,
    now: Timestamp,
    provider: &str,
    accepted: &Accepted,
) -> QueryResult<()> {
    let open = [EmailStatus::Queued, EmailStatus::Sending, EmailStatus::Unknown];
    let row = emails::table.filter(emails::id.eq(id)).filter(emails::status.eq_any(open));
    diesel::update(row)
        .set((
            emails::status.eq(EmailStatus::Sent),
            emails::sealed_secret.eq(None::<String>),
            emails::next_attempt_at.eq(None::<Timestamp>),
            emails::claim_id.eq(None::<AttemptId>),
            emails::lease_until.eq(None::<Timestamp>),
            emails::provider.eq(Some(provider)),
            emails::provider_message_id.eq(accepted.provider_message_id.as_deref()),
            emails::last_reply.eq(Some(&accepted.reply)),
            emails::settled_at.eq(Some(now)),
        ))
        .execute(c)
        .map(drop)
}

/// Where a mail goes that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Back into the queue, with so many tries that count.
    Again { at: Timestamp, tries: i64 },
    /// Nobody knows; looked at again at this moment, or by staff when there is none.
    Unknown { again_at: Option<Timestamp> },
    /// Over.
    Over(EmailStatus),
}

/// Moves a mail on after a failed attempt, if it is still that attempt's.
pub fn settle(
    c: &mut Connection,
    id: &EmailId,
    claim: &AttemptId,
    now: Timestamp,
    fate: &Fate,
    reply: &str,
) -> QueryResult<()> {
    let ours = emails::table.filter(emails::id.eq(id)).filter(emails::claim_id.eq(claim));
    let no_lease = (emails::claim_id.eq(None::<AttemptId>), emails::lease_until.eq(None::<Timestamp>));
    let reply = emails::last_reply.eq(Some(reply));
    let changed = match fate {
        Fate::Again { at, tries } => diesel::update(ours)
            .set((
                emails::status.eq(EmailStatus::Queued),
                emails::next_attempt_at.eq(Some(*at)),
                emails::tries.eq(*tries),
                emails::transmission_began_at.eq(None::<Timestamp>),
                no_lease,
                reply,
            ))
            .execute(c),
        Fate::Unknown { again_at } => diesel::update(ours)
            .set((
                emails::status.eq(EmailStatus::Unknown),
                emails::next_attempt_at.eq(*again_at),
                no_lease,
                reply,
            ))
            .execute(c),
        Fate::Over(status) => diesel::update(ours)
            .set((
                emails::status.eq(*status),
                emails::sealed_secret.eq(None::<String>),
                emails::next_attempt_at.eq(None::<Timestamp>),
                emails::settled_at.eq(Some(now)),
                no_lease,
                reply,
            ))
            .execute(c),
    };
    changed.map(drop)
}

/// Closes the row of an attempt.
pub fn finish_attempt(
    c: &mut Connection,
    id: &AttemptId,
    now: Timestamp,
    outcome: Outcome,
    reply: &str,
    took: Option<i64>,
) -> QueryResult<()> {
    diesel::update(email_attempts::table.find(id))
        .set((
            email_attempts::finished_at.eq(Some(now)),
            email_attempts::outcome.eq(Some(outcome)),
            email_attempts::reply.eq(Some(reply)),
            email_attempts::duration_ms.eq(took),
        ))
        .execute(c)
        .map(drop)
}

/// How many attempts of a mail ended without anyone knowing how.
pub fn unknown_attempts(c: &mut Connection, id: &EmailId) -> QueryResult<i64> {
    email_attempts::table
        .filter(email_attempts::email_id.eq(id))
        .filter(email_attempts::outcome.eq(Outcome::Unknown))
        .count()
        .get_result(c)
}

/// A mail whose worker went away in the middle of it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = emails, check_for_backend(crate::db::MultiBackend))]
pub struct Orphan {
    pub id: EmailId,
    pub claim_id: Option<AttemptId>,
    pub transmission_began_at: Option<Timestamp>,
    pub kind: TemplateKind,
    pub priority: Priority,
    pub tries: i64,
}

/// Mails whose lease is over, at most 100.
pub fn orphans(c: &mut Connection, now: Timestamp) -> QueryResult<Vec<Orphan>> {
    let query = emails::table
        .filter(emails::status.eq(EmailStatus::Sending))
        .filter(emails::lease_until.le(now))
        .limit(100)
        .select((
            emails::id,
            emails::claim_id,
            emails::transmission_began_at,
            emails::kind,
            emails::priority,
            emails::tries,
        ));
    match c {
        Connection::Postgres(c) => query.for_update().skip_locked().load(c),
        Connection::Sqlite(c) => query.load(c),
    }
}

/// Puts mails of unknown fate whose waiting time is over back into the queue, under the same Message-ID.
pub fn resume_unknown(c: &mut Connection, now: Timestamp) -> QueryResult<usize> {
    let waited =
        emails::table.filter(emails::status.eq(EmailStatus::Unknown)).filter(emails::next_attempt_at.le(now));
    diesel::update(waited)
        .set((emails::status.eq(EmailStatus::Queued), emails::transmission_began_at.eq(None::<Timestamp>)))
        .execute(c)
}
