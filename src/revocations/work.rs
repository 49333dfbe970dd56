//! Carrying a revocation out, batch by batch, for as long as this instance holds its lease.
//!
//! The sessions of a batch are looked up outside of its transaction, so that a search among a million rows
//! holds no lock; the transaction ends those that are still open, whoever came in between.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use super::model::{LEASE, Pace, Revocation, RevocationId, RunState, Scope, Selection};
use super::store::{self, Step};
use super::tally::{self, Tally, Target};
use crate::access::{Act, SessionId, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target as Subject};
use crate::clock::Timestamp;
use crate::db::{Connection, DatabaseUrl};
use crate::error::AppError;
use crate::live::{self, Ended};
use crate::mail::Party;
use crate::mail::letters::{Letter, SessionLetter};
use crate::mail::outbox::{self, NewEmail};
use crate::notifications::{self, Kind, New, Severity};
use crate::paths;
use crate::sessions::filter::Filter;

/// Between two batches, SQLite's one writer is free for longer than another process sleeps before it looks again
/// (25 ms until its eighth try), so that nobody's write waits for two batches.
const REST: Duration = Duration::from_millis(30);

/// How a run came to its end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is over: done, cancelled or failed.
    Over,
    /// Another instance works on it.
    Elsewhere,
    /// The time that was given is used up; it goes on later.
    Paused,
}

/// Carries a revocation on from where it is. `act` is the request it is part of, if it is still that one;
/// `watch` sees the row after each batch.
///
/// # Errors
/// Outages: it goes on later. Any other failure closes the revocation as failed.
pub async fn run(
    app: &App,
    id: &RevocationId,
    act: Option<Act>,
    until: Option<Instant>,
    mut watch: impl FnMut(&Revocation),
) -> Result<Outcome, AppError> {
    if !claim(app, id).await? {
        return whose(app, id).await;
    }
    let mut pace = Pace::FIRST;
    loop {
        let step = match batch(app, id, act.as_ref(), pace).await {
            Ok(step) => step,
            Err(error @ AppError::Unavailable(_)) => return Err(error),
            Err(error) => {
                fail(app, id, &error).await?;
                return Err(error);
            }
        };
        let Some(step) = step else { return whose(app, id).await };
        watch(&step.run);
        if step.run.state.is_over() {
            return Ok(Outcome::Over);
        }
        pace = pace.after(step.ended, step.took);
        if until.is_some_and(|until| Instant::now() >= until) {
            let (id, owner) = (id.clone(), app.instance.clone());
            app.db.write(move |c| store::release(c, &id, &owner)).await?;
            return Ok(Outcome::Paused);
        }
        if matches!(app.db.url(), DatabaseUrl::Sqlite(_)) {
            tokio::time::sleep(REST.max(step.took)).await;
        }
    }
}

async fn claim(app: &App, id: &RevocationId) -> Result<bool, AppError> {
    let (id, owner, now) = (id.clone(), app.instance.clone(), app.clock.now());
    app.db.write(move |c| store::claim(c, &id, &owner, now, now.plus(LEASE))).await
}

async fn whose(app: &App, id: &RevocationId) -> Result<Outcome, AppError> {
    let id = id.clone();
    let run = app.db.read(move |c| store::find(c, &id)).await?;
    Ok(if run.state.is_over() { Outcome::Over } else { Outcome::Elsewhere })
}

/// What a batch came to.
struct Done {
    run: Revocation,
    /// How many sessions it looked at.
    ended: i64,
    took: Duration,
}

/// Ends the next sessions. `None` when the lease was lost, or somebody cancelled.
async fn batch(
    app: &App,
    id: &RevocationId,
    act: Option<&Act>,
    pace: Pace,
) -> Result<Option<Done>, AppError> {
    let (id_, now, size) = (id.clone(), app.clock.now(), pace.size());
    let (run, selection, found) = app
        .db
        .read(move |c| {
            let run = store::find(c, &id_)?;
            let selection = run.selection().map_err(AppError::internal)?;
            let after = run.progress().map_err(AppError::internal)?.after;
            let found = store::targets(c, &run, &selection.filter, after.as_ref(), now, size + 1)?;
            Ok::<_, AppError>((run, selection, found))
        })
        .await?;
    let work = Batch { run, selection, found, size: usize::try_from(size).unwrap_or(usize::MAX) };
    let (app_, act) = (app.clone(), act.cloned());
    let begun = Instant::now();
    let applied = app.db.write(move |c| {
        // The wait for the lock is nobody's fault and no reason for smaller batches.
        let waited = begun.elapsed();
        work.apply(c, &app_, act).map(|applied| applied.map(|applied| (applied, waited)))
    });
    let Some((applied, waited)) = applied.await? else { return Ok(None) };
    let took = begun.elapsed().saturating_sub(waited);
    tell_connections(app, &applied);
    Ok(Some(Done { run: applied.run, ended: applied.looked_at, took }))
}

fn tell_connections(app: &App, applied: &Applied) {
    let organization = &applied.run.organization_id;
    for (user, sessions) in &applied.ended {
        app.hub.publish(live::Event::SessionsEnded {
            organization: organization.clone(),
            user: user.clone(),
            sessions: Ended::Some(sessions.clone()),
        });
    }
}

/// The work of one transaction.
struct Batch {
    run: Revocation,
    selection: Selection,
    /// One more than the batch, when there are as many.
    found: Vec<Target>,
    size: usize,
}

struct Applied {
    run: Revocation,
    looked_at: i64,
    /// Whose connections have to close.
    ended: Vec<(UserId, Vec<SessionId>)>,
}

impl Batch {
    fn apply(self, c: &mut Connection, app: &App, act: Option<Act>) -> Result<Option<Applied>, AppError> {
        let now = app.clock.now();
        let until = now.plus(LEASE);
        // Holds the row: nobody cancels or takes over before this batch is kept.
        if !store::claim(c, &self.run.id, &app.instance, now, until)? {
            return Ok(None);
        }
        let run = store::find(c, &self.run.id)?;
        if run.state != RunState::Running || run.progress != self.run.progress {
            return Ok(None);
        }
        let act = act.unwrap_or_else(|| run.act(now));
        let (targets, next) = self.found.split_at(self.size.min(self.found.len()));
        let ids: Vec<SessionId> = targets.iter().map(|target| target.session.clone()).collect();
        let ended = if ids.is_empty() { HashSet::new() } else { store::end(c, &run, &ids, now)? };
        let progress = run.progress().map_err(AppError::internal)?;
        let (tallies, progress) = tally::count(&progress, targets, &ended, next.first());
        tell(c, app, &run, &tallies, now)?;
        if run.listed {
            store::count_lines(c, &run.id, &tallies)?;
        }
        let step = Step {
            progress: &store::written(&progress),
            revoked: count(ended.len()),
            users: count(tallies.len()),
            lease_until: until,
        };
        store::advance(c, &run.id, &app.instance, &step)?;
        if next.is_empty() {
            finish(c, app, &run.id, &self.selection, &act, now)?;
        }
        let run = store::find(c, &run.id)?;
        Ok(Some(Applied { run, looked_at: count(targets.len()), ended: by_user(targets, &ended) }))
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn by_user(targets: &[Target], ended: &HashSet<SessionId>) -> Vec<(UserId, Vec<SessionId>)> {
    let mut users: Vec<(UserId, Vec<SessionId>)> = Vec::new();
    for target in targets.iter().filter(|target| ended.contains(&target.session)) {
        match users.last_mut() {
            Some((user, sessions)) if *user == target.user => sessions.push(target.session.clone()),
            _ => users.push((target.user.clone(), vec![target.session.clone()])),
        }
    }
    users
}

/// One notification and one mail for each person.
pub(super) fn tell(
    c: &mut Connection,
    app: &App,
    run: &Revocation,
    tallies: &[Tally],
    now: Timestamp,
) -> Result<(), AppError> {
    if tallies.is_empty() {
        return Ok(());
    }
    let ids: Vec<&UserId> = tallies.iter().map(|tally| &tally.user).collect();
    let people = store::people(c, &ids)?;
    let sentences: Vec<String> = tallies.iter().map(|tally| sentence(tally.count, &run.reason)).collect();
    let (mut news, mut mails) = (Vec::new(), Vec::new());
    for (tally, sentence) in tallies.iter().zip(&sentences) {
        let Some((address, name)) = people.get(&tally.user) else { continue };
        news.push(New {
            organization: &run.organization_id,
            user: &tally.user,
            kind: Kind::SessionRevoked,
            severity: Severity::High,
            title: "You were signed out",
            message: sentence,
            data: json!({ "count": tally.count, "reason": run.reason }),
            link: Some(paths::ACCOUNT.to_owned()),
        });
        let letter = Letter::Session(SessionLetter::Ended {
            count: tally.count,
            reason: run.reason.clone(),
            at: now,
            sign_in_url: app.link(paths::LOGIN),
        });
        let party = Party { address: address.clone(), name: Some(name.clone()) };
        mails.push(NewEmail::new(&run.organization_id, party, &letter).for_user(&tally.user));
    }
    notifications::notify_all(c, &app.random, now, &news)?;
    outbox::enqueue_all(c, app, now, &mails)?;
    Ok(())
}

fn sentence(sessions: i64, reason: &str) -> String {
    match sessions {
        1 => format!("One of your sessions was ended: {reason}"),
        more => format!("{more} of your sessions were ended: {reason}"),
    }
}

fn finish(
    c: &mut Connection,
    app: &App,
    id: &RevocationId,
    selection: &Selection,
    act: &Act,
    now: Timestamp,
) -> Result<(), AppError> {
    if !store::close(c, id, RunState::Done, None, now)? {
        return Ok(());
    }
    let run = store::find(c, id)?;
    record(c, app, &run, selection, act, "session.revoked")?;
    Ok(())
}

/// Writes what a revocation came to into the audit log.
pub(super) fn record(
    c: &mut Connection,
    app: &App,
    run: &Revocation,
    selection: &Selection,
    act: &Act,
    action: &'static str,
) -> diesel::QueryResult<()> {
    let filter = &selection.filter;
    let one = filter.sessions.first().map(SessionId::as_str);
    let subject = match selection.scope {
        Scope::Session | Scope::Family => one.map(|id| Subject("session", id)),
        Scope::User => filter.user.as_ref().map(|id| Subject("user", id.as_str())),
        Scope::Sessions | Scope::Users | Scope::Filter => None,
    };
    let subject = subject.unwrap_or(Subject("revocation", run.id.as_str()));
    let after = json!({
        "revocation": run.id,
        "sessions": selection.words(),
        "matched": run.matched,
        "revoked": run.revoked,
        "people": run.users,
    });
    let event = Event::new(&run.organization_id, action, subject);
    audit::record(c, &app.random, act, event.change(None, after).because(Some(&run.reason)))
}

/// A person of whom some sessions were ended is told of those when nothing more will be.
pub(super) fn tell_the_rest(
    c: &mut Connection,
    app: &App,
    id: &RevocationId,
    now: Timestamp,
) -> Result<(), AppError> {
    let run = store::find(c, id)?;
    let progress = run.progress().unwrap_or_default();
    let Some(tally) = progress.open.filter(|tally| tally.count > 0) else { return Ok(()) };
    tell(c, app, &run, std::slice::from_ref(&tally), now)?;
    store::add_user(c, id)?;
    if run.listed {
        store::count_lines(c, id, &[tally])?;
    }
    Ok(())
}

/// Closes a revocation that cannot go on.
async fn fail(app: &App, id: &RevocationId, error: &AppError) -> Result<(), AppError> {
    tracing::error!(revocation = %id, %error, "a revocation failed");
    // The cause is in the log; the page says what to do.
    give_up(app, id, "It stopped because of an error on our side. Start it again for what is left.").await
}

/// Closes one as failed, with what to do.
pub(super) async fn give_up(app: &App, id: &RevocationId, advice: &'static str) -> Result<(), AppError> {
    let (app_, id, now) = (app.clone(), id.clone(), app.clock.now());
    app.db
        .write(move |c| {
            if store::close(c, &id, RunState::Failed, Some(advice), now)? {
                tell_the_rest(c, &app_, &id, now)?;
                let run = store::find(c, &id)?;
                let selection = run.selection().unwrap_or(Selection::new(run.scope, Filter::default()));
                record(c, &app_, &run, &selection, &run.act(now), "session.revocation_failed")?;
            }
            Ok::<_, AppError>(())
        })
        .await
}

/// Works on a revocation beside the request that asked for it.
pub(super) fn go_on(app: &App, id: &RevocationId) {
    let (app, id) = (app.clone(), id.clone());
    tokio::spawn(async move {
        if let Err(error) = run(&app, &id, None, None, |_| {}).await {
            tracing::warn!(revocation = %id, %error, "a revocation goes on later");
        }
    });
}

/// How long a job may work on revocations before others have their turn.
pub(super) const TURN: TimeDelta = TimeDelta::seconds(20);
