//! Many invites from one file: kept, looked at, sent.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::json;

use super::actions::{self, Refused};
use super::model::{BatchId, Invitee, Verdict, may_give};
use super::sheet::SheetRow;
use super::store::batches::{self as store, Batch, BatchRow};
use super::store::{accounts_among, open_among};
use crate::access::{Act, Actor, OrganizationId, Role};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::{DisplayName, EmailAddress};

/// Invites made in one transaction, so that none holds the write lock for long.
const CHUNK: i64 = 20;
/// A file that was sent is kept this long, for its result; one that was not, that long.
const KEPT: TimeDelta = TimeDelta::days(30);
const KEPT_UNSENT: TimeDelta = TimeDelta::days(1);
/// Files forgotten in one transaction.
const SWEEP: i64 = 5;

/// A file and what happens to its rows.
#[derive(Clone, Debug)]
pub struct Preview {
    pub batch: Batch,
    pub rows: Vec<BatchRow>,
}

impl Preview {
    /// How many rows have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }
}

/// Keeps a file that was read, for its preview.
pub async fn keep(
    app: &App,
    act: &Act,
    who: &Actor,
    file_name: &str,
    rows: Vec<SheetRow>,
) -> Result<BatchId, AppError> {
    let file_name = file_name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let batch = Batch {
        id: BatchId::new(&app.random, act.at),
        organization_id: who.organization.clone(),
        created_by: who.user.clone(),
        created_at: act.at,
        file_name,
        confirmed_at: None,
    };
    let (random, id) = (app.random.clone(), batch.id.clone());
    app.db.write(move |c| store::insert(c, &random, &batch, rows)).await?;
    Ok(id)
}

/// A file as it stands: rows that were not sent yet are looked at anew.
///
/// # Errors
/// `NotFound` when there is none in the organization.
pub fn preview(c: &mut Connection, who: &Actor, id: &BatchId, now: Timestamp) -> Result<Preview, AppError> {
    let batch = store::in_organization(c, &who.organization, id)?.ok_or(AppError::NotFound)?;
    let mut rows = store::all_rows(c, id)?;
    judge(c, &who.organization, who.authority(), &mut rows, now)?;
    Ok(Preview { batch, rows })
}

/// What the address of a row is found by.
fn key_of(row: &BatchRow) -> String {
    // A row that is ready holds an address; the text of any other matches nobody's.
    EmailAddress::parse(&row.email).map_or_else(|_| row.email.clone(), |address| address.key())
}

/// Tells of rows that could be sent whether they will be.
fn judge(
    c: &mut Connection,
    organization: &OrganizationId,
    giver: Role,
    rows: &mut [BatchRow],
    now: Timestamp,
) -> diesel::QueryResult<()> {
    let ready: Vec<String> = rows.iter().filter(|row| row.verdict == Verdict::Ready).map(key_of).collect();
    let accounts: HashSet<String> = accounts_among(c, organization, &ready)?.into_iter().collect();
    let invited: HashSet<String> = open_among(c, organization, &ready, now)?.into_iter().collect();
    for row in rows.iter_mut().filter(|row| row.verdict == Verdict::Ready) {
        let key = key_of(row);
        row.verdict = match Role::parse(&row.role) {
            None => Verdict::UnknownRole,
            Some(role) if !may_give(giver, role) => Verdict::MayNotGive,
            Some(_) if accounts.contains(&key) => Verdict::HasAccount,
            Some(_) if invited.contains(&key) => Verdict::AlreadyInvited,
            Some(_) => Verdict::Ready,
        };
    }
    Ok(())
}

/// Sends what can be sent of a file; each row gets its result. Rows that a stop left are sent by the next call.
///
/// # Errors
/// `NotFound` when there is none in the organization; an outage, after which the rest can be sent.
pub async fn send(app: &App, act: &Act, who: &Actor, id: &BatchId) -> Result<(), AppError> {
    loop {
        let (app_, act, who, id) = (app.clone(), act.clone(), who.clone(), id.clone());
        let (settled, sent) = app.db.write(move |c| send_some(c, &app_, &act, &who, &id)).await?;
        for _ in 0..sent {
            app.metrics.invite_created();
        }
        if settled == 0 {
            return Ok(());
        }
    }
}

/// Settles the next few rows; answers how many, and how many of them were sent.
fn send_some(
    c: &mut Connection,
    app: &App,
    act: &Act,
    who: &Actor,
    id: &BatchId,
) -> Result<(usize, usize), AppError> {
    actions::lock(c, who)?;
    let batch = store::in_organization(c, &who.organization, id)?.ok_or(AppError::NotFound)?;
    let mut rows = store::next_ready(c, id, CHUNK)?;
    if store::confirm(c, &batch.id, act.at)? {
        let event = Event::new(&who.organization, "invite_file.sent", Target("invite_file", id.as_str()))
            .change(None, json!({ "file_name": batch.file_name }));
        audit::record(c, &app.random, act, event)?;
    }
    judge(c, &who.organization, who.authority(), &mut rows, act.at)?;
    let mut sent = 0;
    for row in &rows {
        let verdict = match row.verdict {
            Verdict::Ready => send_row(c, app, act, who, row)?,
            refused => refused,
        };
        sent += usize::from(verdict == Verdict::Invited);
        store::settle(c, &row.id, verdict)?;
    }
    Ok((rows.len(), sent))
}

fn send_row(
    c: &mut Connection,
    app: &App,
    act: &Act,
    who: &Actor,
    row: &BatchRow,
) -> Result<Verdict, AppError> {
    let Ok(email) = EmailAddress::parse(&row.email) else { return Ok(Verdict::BadAddress) };
    let Some(role) = Role::parse(&row.role) else { return Ok(Verdict::UnknownRole) };
    let name = if row.name.is_empty() { None } else { DisplayName::parse(&row.name).ok() };
    let invitee = Invitee { email, role, name };
    Ok(match actions::write(c, app, act, (who, Some(&row.batch_id)), &invitee)? {
        Ok(_) => Verdict::Invited,
        Err(Refused::MayNotGive) => Verdict::MayNotGive,
        Err(Refused::HasAccount | Refused::Reserved | Refused::NotOpen(_)) => Verdict::HasAccount,
    })
}

/// Forgets files that are old; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let now = app.clock.now();
    let mut removed = 0;
    loop {
        let batch =
            app.db.write(move |c| store::forget(c, now.minus(KEPT), now.minus(KEPT_UNSENT), SWEEP)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < SWEEP {
            return Ok(removed);
        }
    }
}
