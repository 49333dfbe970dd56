//! Revocations from the command line: begun or gone on with, list and all, by a process that may be killed.

use super::actions::{draft, of_listed};
use super::lines::add_lines;
use super::model::{LEASE, Line, LineOutcome, Reason, Revocation, RevocationId, RunState, Selection};
use super::store;
use super::work::record;
use crate::access::{Act, OrganizationId, SessionId, UserId};
use crate::app::App;
use crate::error::AppError;
use crate::sessions::filter::Filter;
use crate::sessions::listing;
use crate::sessions::store::Kind;

/// A revocation to work on.
#[derive(Clone, Debug)]
pub struct Opened {
    pub run: Revocation,
    /// It was begun by an earlier process.
    pub goes_on: bool,
}

/// Begins a revocation, or finds the unfinished one that was asked for in the same way.
pub async fn open(
    app: &App,
    organization: &OrganizationId,
    selection: &Selection,
    reason: &Reason,
) -> Result<Opened, AppError> {
    let act = Act::by_command(app.clock.now());
    let mut run = draft(app, &act, organization, selection, reason.as_str());
    if !run.listed {
        run.matched = matching(app, &run, selection).await?;
    }
    let (app_, selection) = (app.clone(), selection.clone());
    app.db
        .write(move |c| {
            if let Some(run) = store::unfinished(c, &run.organization_id, &run.fingerprint)? {
                return Ok(Opened { run, goes_on: true });
            }
            store::insert(c, &run)?;
            if !run.listed {
                record(c, &app_, &run, &selection, &act, "session.revocation_started")?;
            }
            Ok::<_, AppError>(Opened { run, goes_on: false })
        })
        .await
}

/// The revocation with this id, to go on with.
pub async fn find(
    app: &App,
    organization: &OrganizationId,
    id: &RevocationId,
) -> Result<Option<Revocation>, AppError> {
    let (organization, id) = (organization.clone(), id.clone());
    let found = app.db.read(move |c| store::by_id(c, &organization, &id)).await?;
    // What waits for its confirmation in the console is not to be gone on with.
    Ok(found.filter(|run| !run.awaits_confirmation))
}

/// Has the organization a token family with this id?
pub async fn has_family(app: &App, organization: &OrganizationId, id: &SessionId) -> Result<bool, AppError> {
    let (organization, id) = (organization.clone(), id.clone());
    let found = app.db.read(move |c| listing::by_id(c, &organization, &id)).await?;
    Ok(found.is_some_and(|found| found.session.kind == Kind::Api))
}

async fn matching(app: &App, run: &Revocation, selection: &Selection) -> Result<i64, AppError> {
    let (organization, filter) = (run.organization_id.clone(), selection.filter.clone());
    let list = run.listed.then(|| run.id.clone());
    let moments = (run.cutoff, app.clock.now());
    app.db.read(move |c| store::matching(c, &organization, &filter, list.as_ref(), moments)).await
}

/// Takes the lease, or keeps it.
pub async fn claim(app: &App, id: &RevocationId) -> Result<bool, AppError> {
    let (id, owner, now) = (id.clone(), app.instance.clone(), app.clock.now());
    app.db.write(move |c| store::claim(c, &id, &owner, now, now.plus(LEASE))).await
}

/// The last line of the list that is kept already.
pub async fn last_line(app: &App, id: &RevocationId) -> Result<i64, AppError> {
    let id = id.clone();
    app.db.read(move |c| store::last_line(c, &id)).await
}

/// Keeps further lines of the list; `false` when another process has taken over.
pub async fn keep_lines(app: &App, run: &Revocation, lines: Vec<(i64, String)>) -> Result<bool, AppError> {
    let (app_, run, now) = (app.clone(), run.clone(), app.clock.now());
    app.db
        .write(move |c| {
            if !store::claim(c, &run.id, &app_.instance, now, now.plus(LEASE))? {
                return Ok(false);
            }
            add_lines(c, &app_, &run, &lines, now).map(|()| true)
        })
        .await
}

/// The list is whole: from now on sessions are ended.
pub async fn begin(app: &App, run: &Revocation, selection: &Selection) -> Result<(), AppError> {
    let matched = matching(app, run, selection).await?;
    let (app_, id, selection, now) = (app.clone(), run.id.clone(), selection.clone(), app.clock.now());
    app.db
        .write(move |c| {
            if store::ready(c, &id, &app_.instance, matched)? {
                let run = store::find(c, &id)?;
                record(c, &app_, &run, &selection, &Act::by_command(now), "session.revocation_started")?;
            }
            Ok::<_, AppError>(())
        })
        .await
}

/// The row as it is now.
pub async fn status(app: &App, id: &RevocationId) -> Result<Revocation, AppError> {
    let id = id.clone();
    app.db.read(move |c| store::find(c, &id)).await
}

/// What the lines of the list came to, with the first of those that name nobody.
pub async fn lines(
    app: &App,
    id: &RevocationId,
    limit: i64,
) -> Result<(Vec<(LineOutcome, i64)>, Vec<Line>), AppError> {
    let id = id.clone();
    app.db
        .read(move |c| {
            let counts = store::line_counts(c, &id)?;
            Ok::<_, AppError>((counts, store::unknown_lines(c, &id, limit)?))
        })
        .await
}

/// Is its list still to be read?
#[must_use]
pub fn is_preparing(run: &Revocation) -> bool {
    run.state == RunState::Preparing
}

/// For a dry run: who of a list is known, each with how many open sessions match; `None` for nobody.
pub async fn look_up(
    app: &App,
    organization: &OrganizationId,
    filter: &Filter,
    texts: Vec<String>,
) -> Result<Vec<Option<(UserId, i64)>>, AppError> {
    let (organization, filter, now) = (organization.clone(), filter.clone(), app.clock.now());
    app.db
        .read(move |c| {
            let users = super::lines::each_user(c, &organization, &texts)?;
            let count = |user: Option<UserId>| {
                let Some(user) = user else { return Ok(None) };
                let matched = of_listed(c, &organization, &filter, user.clone(), now)?;
                Ok::<_, AppError>(Some((user, matched)))
            };
            users.into_iter().map(count).collect()
        })
        .await
}
