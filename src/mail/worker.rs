//! The delivery worker: one in every process. It claims a few mails in a short transaction, sends them side by
//! side without holding any lock, and writes down what came of each.
//!
//! A process that dies leaves rows whose lease runs out. Those whose content had not begun to leave are sent by
//! another worker; of the others nobody knows, and the policy decides (`EMAIL_UNKNOWN_POLICY`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::{BoxFuture, FutureExt, join_all};
use tokio_util::sync::CancellationToken;

use super::model::{AttemptId, EmailStatus, Outcome, Priority, TemplateKind};
use super::outbox::{self, UnreadableRow};
use super::providers::{Accepted, Fault, Mark, NotMarked, Provider, SendError};
use super::schedule::{self, Jitter};
use super::store::Email;
use super::store::queue::{self, Claimant, Fate, Orphan};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::UnknownPolicy;
use crate::db::Connection;
use crate::error::AppError;

/// Mails sent side by side: each holds a connection to the mail server, and servers allow few.
const AT_ONCE: usize = 4;

/// How long a mail of unknown fate waits for a word of its provider before it is sent again.
const UNKNOWN_WAIT: TimeDelta = TimeDelta::minutes(15);

/// An idle worker looks at the outbox at least this often: another process may have filled it.
const IDLE: Duration = Duration::from_secs(5);

/// Sends what is due, a batch at most; answers how many mails it handled (0: nothing is due now).
pub async fn run_once(app: &App) -> Result<usize, AppError> {
    let now = app.clock.now();
    if !app.db.read(move |c| queue::anything_due(c, now)).await? {
        return Ok(0);
    }
    let provider = app.mail.provider(app);
    let (picked_up, claimed) = claim(app, &provider, now).await?;
    let handled = picked_up + claimed.len();
    join_all(claimed.into_iter().map(|email| deliver(app, &provider, email))).await;
    Ok(handled)
}

/// Sends until told to stop; a batch that has begun is finished first.
pub async fn run(app: App, stop: CancellationToken) {
    // After a wake the transaction that filled the outbox may still be under way, so the first looks are close.
    let mut pause = IDLE;
    while !stop.is_cancelled() {
        match run_once(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(error = %error, "the outbox could not be read"),
        }
        let wait = pause.min(until_due(&app).await);
        pause = (pause * 4).min(IDLE);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.mail.woken() => pause = Duration::from_millis(50),
            () = stop.cancelled() => {}
        }
    }
}

async fn until_due(app: &App) -> Duration {
    match app.db.read(queue::next_due).await {
        Ok(Some(due)) => {
            due.since(app.clock.now()).to_std().unwrap_or_default().max(Duration::from_millis(100))
        }
        Ok(None) | Err(_) => IDLE,
    }
}

async fn claim(
    app: &App,
    provider: &Arc<dyn Provider>,
    now: Timestamp,
) -> Result<(usize, Vec<Email>), AppError> {
    let (name, low_first) = (provider.name(), app.mail.low_turns(AT_ONCE));
    let worker = app.clone();
    let (picked_up, claimed) = app
        .db
        .write(move |c| {
            let claimant = Claimant { provider: name, instance: &worker.instance, size: AT_ONCE, low_first };
            let policy = worker.mail.unknown_policy;
            let orphans = queue::orphans(c, now)?;
            for orphan in &orphans {
                pick_up(c, orphan, now, policy)?;
            }
            let resumed = queue::resume_unknown(c, now)?;
            let claimed = queue::claim(c, &worker.random, now, &claimant)?;
            Ok::<_, AppError>((orphans.len() + resumed, claimed))
        })
        .await?;
    app.mail.count_claimed(claimed.len());
    Ok((picked_up, claimed))
}

/// A mail whose process died in the middle of it.
fn pick_up(
    c: &mut Connection,
    orphan: &Orphan,
    now: Timestamp,
    policy: UnknownPolicy,
) -> diesel::QueryResult<()> {
    let Some(claim) = &orphan.claim_id else { return Ok(()) };
    let (fate, outcome, reply) = if orphan.transmission_began_at.is_some() {
        let before = queue::unknown_attempts(c, &orphan.id)?;
        let again_at = resend_at(policy, orphan.kind, orphan.priority, before, now);
        let reply = "the process that was sending it stopped after content had begun to leave";
        (Fate::Unknown { again_at }, Outcome::Unknown, reply)
    } else {
        let reply = "the process that was sending it stopped before any content left";
        (Fate::Again { at: now, tries: orphan.tries }, Outcome::Lost, reply)
    };
    queue::settle(c, &orphan.id, claim, now, &fate, reply)?;
    queue::finish_attempt(c, claim, now, outcome, reply, None)
}

/// What came of an attempt.
#[derive(Clone, Debug)]
enum Ended {
    Accepted(Accepted),
    Failed(SendError),
    /// It came to its turn too late to be of use.
    TooLate,
}

async fn deliver(app: &App, provider: &Arc<dyn Provider>, email: Email) {
    let Some(claim) = email.claim_id.clone() else { return };
    let begun = Instant::now();
    let ended = attempt(app, provider.as_ref(), &email, &claim).await;
    if let Ended::Failed(error) = &ended {
        tracing::warn!(email = %email.id, provider = provider.name(), fault = ?error.fault, "a mail was not accepted");
    }
    let took = i64::try_from(begun.elapsed().as_millis()).ok();
    let record = Record { email, claim, provider: provider.name(), ended, took };
    record.write(app).await;
}

async fn attempt(app: &App, provider: &dyn Provider, email: &Email, claim: &AttemptId) -> Ended {
    if email.expires_at.is_some_and(|expiry| expiry <= app.clock.now()) {
        return Ended::TooLate;
    }
    let outgoing = match outbox::outgoing(app, email) {
        Ok(outgoing) => outgoing,
        // The operator may mend a template in time; a lost key does not come back.
        Err(error @ UnreadableRow::Template(_)) => {
            return Ended::Failed(SendError::new(Fault::Transient, error.to_string()));
        }
        Err(error) => return Ended::Failed(SendError::new(Fault::MessageFault, error.to_string())),
    };
    let mark = RowMark { app, email, claim };
    match provider.send(&outgoing, &mark).await {
        Ok(accepted) => Ended::Accepted(accepted),
        Err(error) => Ended::Failed(error),
    }
}

/// Marks the row of the mail.
struct RowMark<'a> {
    app: &'a App,
    email: &'a Email,
    claim: &'a AttemptId,
}

impl Mark for RowMark<'_> {
    fn transmission_began(&self) -> BoxFuture<'_, Result<(), NotMarked>> {
        let (id, claim, now) = (self.email.id.clone(), self.claim.clone(), self.app.clock.now());
        let marked = self.app.db.write(move |c| queue::mark(c, &id, &claim, now));
        async move {
            match marked.await {
                Ok(true) => Ok(()),
                Ok(false) => Err(NotMarked("another worker took the mail over".to_owned())),
                Err(error) => Err(NotMarked(format!("the outbox could not be written: {error}"))),
            }
        }
        .boxed()
    }
}

/// What is written down after an attempt.
#[derive(Clone, Debug)]
struct Record {
    email: Email,
    claim: AttemptId,
    provider: &'static str,
    ended: Ended,
    took: Option<i64>,
}

impl Record {
    /// Tries again for a few seconds, since an accepted mail that is not written down becomes one of unknown fate.
    async fn write(&self, app: &App) {
        for pause in [Some(200), Some(1_000), Some(4_000), None] {
            let (record, worker) = (self.clone(), app.clone());
            let written = app.db.write(move |c| record.apply(c, &worker)).await;
            match (written, pause) {
                (Ok(()), _) => return,
                (Err(_), Some(millis)) => tokio::time::sleep(Duration::from_millis(millis)).await,
                (Err(error), None) => {
                    tracing::error!(email = %self.email.id, error = %error, "what came of a mail could not be written down");
                }
            }
        }
    }

    fn apply(&self, c: &mut Connection, app: &App) -> diesel::QueryResult<()> {
        let (now, id, claim) = (app.clock.now(), &self.email.id, &self.claim);
        let (outcome, reply) = match &self.ended {
            Ended::Accepted(accepted) => {
                queue::accepted(c, id, now, self.provider, accepted)?;
                (Outcome::Accepted, accepted.reply.as_str())
            }
            Ended::TooLate => {
                let reply = "not sent: it would be of no use any more";
                queue::settle(c, id, claim, now, &Fate::Over(EmailStatus::Expired), reply)?;
                (Outcome::NotMarked, reply)
            }
            Ended::Failed(error) => {
                let before = queue::unknown_attempts(c, id)?;
                let resend =
                    resend_at(app.mail.unknown_policy, self.email.kind, self.email.priority, before, now);
                let (fate, outcome) = fate(&self.email, error.fault, now, Jitter::draw(&app.random), resend);
                queue::settle(c, id, claim, now, &fate, &error.detail)?;
                (outcome, error.detail.as_str())
            }
        };
        queue::finish_attempt(c, claim, now, outcome, reply, self.took)
    }
}

/// Where a mail goes after a failed attempt. Pure.
fn fate(
    email: &Email,
    fault: Fault,
    now: Timestamp,
    jitter: Jitter,
    resend_unknown_at: Option<Timestamp>,
) -> (Fate, Outcome) {
    let deadline = schedule::give_up_at(email.not_before, email.expires_at);
    let given_up =
        if Some(deadline) == email.expires_at { EmailStatus::Expired } else { EmailStatus::Failed };
    let again =
        |at: Option<Timestamp>, tries| at.map_or(Fate::Over(given_up), |at| Fate::Again { at, tries });
    let counted = || {
        let tries = email.tries + 1;
        let attempts = u32::try_from(tries).unwrap_or(u32::MAX);
        again(schedule::next_attempt(attempts, now, deadline, jitter), tries)
    };
    match fault {
        Fault::Transient => (counted(), Outcome::Transient),
        Fault::ProviderDown => (counted(), Outcome::ProviderDown),
        Fault::Throttled { after } => {
            (again(schedule::after_throttle(after, now, deadline), email.tries), Outcome::Throttled)
        }
        Fault::NotMarked => {
            (again(schedule::after_throttle(None, now, deadline), email.tries), Outcome::NotMarked)
        }
        Fault::Permanent => (Fate::Over(EmailStatus::Failed), Outcome::Permanent),
        Fault::MessageFault => (Fate::Over(EmailStatus::Failed), Outcome::MessageFault),
        Fault::Unknown => (Fate::Unknown { again_at: resend_unknown_at }, Outcome::Unknown),
    }
}

/// When a mail of unknown fate is sent again by itself: once, and only as the policy says. A server that breaks
/// off after every content would otherwise deliver it again and again.
fn resend_at(
    policy: UnknownPolicy,
    kind: TemplateKind,
    priority: Priority,
    unknown_before: i64,
    now: Timestamp,
) -> Option<Timestamp> {
    let resend = match policy {
        UnknownPolicy::Resend => true,
        UnknownPolicy::Hold => false,
        UnknownPolicy::Default => kind.is_security() && priority == Priority::High,
    };
    (resend && unknown_before == 0).then(|| now.plus(UNKNOWN_WAIT))
}
