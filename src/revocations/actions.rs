//! Revoking: asked for by staff, by a program or at the terminal, and cancelled again.

use sha2::{Digest, Sha256};

use super::lines::add_lines;
use super::model::{LEASE, Reason, ReasonError, Revocation, RevocationId, RunState, SMALL, Scope, Selection};
use super::store;
use super::tally::Progress;
use super::work::{self, record};
use crate::access::{Act, OrganizationId, SessionId, UserId, Who};
use crate::accounts;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::sessions::filter::Filter;
use crate::sessions::listing;
use crate::sessions::store::Kind;

/// The longest list that one request may bring.
pub const LONGEST_LIST: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub organization: OrganizationId,
    pub scope: Scope,
    pub filter: Filter,
    /// Ids or addresses of users, when only theirs are meant.
    pub list: Option<Vec<String>>,
    pub reason: Reason,
    /// Only sessions that were open at this moment, when it is not now: that of a count that was confirmed.
    pub counted_at: Option<Timestamp>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub matched: i64,
    pub revoked: i64,
    /// Nothing was kept when nothing matched.
    pub revocation: Option<Revocation>,
}

impl Receipt {
    const NOTHING: Self = Self { matched: 0, revoked: 0, revocation: None };

    /// The revocation, when it still goes on.
    #[must_use]
    pub fn job(&self) -> Option<&Revocation> {
        self.revocation.as_ref().filter(|run| !run.state.is_over())
    }
}

impl From<ReasonError> for AppError {
    fn from(error: ReasonError) -> Self {
        Self::invalid("reason", error.to_string())
    }
}

/// A revocation about to begin, in the name of `act`; this instance holds its lease.
#[must_use]
pub fn draft(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    selection: &Selection,
    reason: &str,
) -> Revocation {
    Revocation {
        id: RevocationId::new(&app.random, act.at),
        organization_id: organization.clone(),
        requested_by: act.user().cloned(),
        requester_name: name_of(act),
        scope: selection.scope,
        requested_by_key: match &act.who {
            Who::ApiKey { id, .. } => Some(id.clone()),
            _ => None,
        },
        awaits_confirmation: false,
        fingerprint: selection.fingerprint(reason),
        selection: serde_json::to_string(selection).unwrap_or_default(),
        listed: selection.list.is_some(),
        reason: reason.to_owned(),
        state: if selection.list.is_some() { RunState::Preparing } else { RunState::Running },
        matched: 0,
        revoked: 0,
        users: 0,
        cutoff: act.at,
        progress: store::written(&Progress::default()),
        error: None,
        lease_owner: Some(app.instance.clone()),
        lease_until: Some(act.at.plus(LEASE)),
        created_at: act.at,
        finished_at: None,
    }
}

pub(super) fn name_of(act: &Act) -> String {
    match &act.who {
        Who::User { name, .. } | Who::ApiKey { name, .. } => name.clone(),
        Who::Command => "Command line".to_owned(),
        Who::Visitor | Who::System => "Frontdesk".to_owned(),
    }
}

/// Ends the sessions that are asked for: a few at once, many beside the request.
///
/// # Errors
/// A list that is too long; outages.
pub async fn revoke(app: &App, act: &Act, request: Request) -> Result<Receipt, AppError> {
    let Request { organization, scope, filter, list, reason, counted_at } = request;
    let selection = Selection { scope, filter, list: list.as_deref().map(digest) };
    let mut run = draft(app, act, &organization, &selection, reason.as_str());
    run.cutoff = counted_at.map_or(act.at, |at| at.min(act.at));
    match list {
        None => run.matched = count(app, &run, selection.filter.clone(), act.at).await?,
        Some(list) => {
            check_length(&list)?;
            keep_list(app, act, &run, list).await?;
            run.matched = count(app, &run, selection.filter.clone(), act.at).await?;
        }
    }
    if run.matched == 0 && !run.listed {
        return Ok(Receipt::NOTHING);
    }
    begin(app, act, &run, selection).await?;
    carry_on(app, act, run).await
}

/// Works on what has begun: here when it is little, beside the request otherwise.
pub(super) async fn carry_on(app: &App, act: &Act, run: Revocation) -> Result<Receipt, AppError> {
    if run.matched <= SMALL {
        match Box::pin(work::run(app, &run.id, Some(act.clone()), None, |_| {})).await {
            // It has begun and is kept: whoever looks for work that nobody does goes on with it.
            Err(AppError::Unavailable(cause)) => {
                tracing::warn!(revocation = %run.id, %cause, "a revocation goes on later");
            }
            outcome => drop(outcome?),
        }
    } else {
        work::go_on(app, &run.id);
    }
    let (id, matched) = (run.id.clone(), run.matched);
    let run = app.db.read(move |c| store::find(c, &id)).await?;
    Ok(Receipt { matched, revoked: run.revoked, revocation: Some(run) })
}

/// Names a list in a selection.
#[must_use]
pub fn digest(list: &[String]) -> String {
    hex::encode(Sha256::digest(list.join("\n").as_bytes()))
}

pub(super) async fn count(
    app: &App,
    run: &Revocation,
    filter: Filter,
    now: Timestamp,
) -> Result<i64, AppError> {
    let (organization, moments) = (run.organization_id.clone(), (run.cutoff, now));
    let list = run.listed.then(|| run.id.clone());
    app.db.read(move |c| store::matching(c, &organization, &filter, list.as_ref(), moments)).await
}

fn check_length(list: &[String]) -> Result<(), AppError> {
    if list.len() <= LONGEST_LIST {
        return Ok(());
    }
    let message =
        format!("Name at most {LONGEST_LIST} users at once; a longer list goes through the command line.");
    Err(AppError::invalid("filter.users", message))
}

/// Keeps the revocation with its list: all of it, or nothing.
async fn keep_list(app: &App, act: &Act, run: &Revocation, list: Vec<String>) -> Result<(), AppError> {
    let lines: Vec<(i64, String)> = (1..).zip(list).collect();
    let (app_, run_, now) = (app.clone(), run.clone(), act.at);
    app.db
        .write(move |c| {
            store::insert(c, &run_)?;
            lines.chunks(250).try_for_each(|chunk| add_lines(c, &app_, &run_, chunk, now))
        })
        .await
}

/// Lets the revocation run, and says in the audit log that a long one began.
pub(super) async fn begin(
    app: &App,
    act: &Act,
    run: &Revocation,
    selection: Selection,
) -> Result<(), AppError> {
    let (app_, act, run) = (app.clone(), act.clone(), run.clone());
    app.db
        .write(move |c| {
            if !run.listed {
                store::insert(c, &run)?;
            } else if !store::ready(c, &run.id, &app_.instance, run.matched)? {
                // Somebody else goes on with it, or it was cancelled.
                return Ok(());
            }
            if run.matched > SMALL {
                record(c, &app_, &run, &selection, &act, "session.revocation_started")?;
            }
            Ok::<_, AppError>(())
        })
        .await
}

/// Goes on with a list that was kept whole by a request whose process died before its sessions were counted.
///
/// # Errors
/// Outages.
pub(super) async fn take_up(app: &App, mut run: Revocation) -> Result<(), AppError> {
    let (id, owner, now) = (run.id.clone(), app.instance.clone(), app.clock.now());
    if !app.db.write(move |c| store::claim(c, &id, &owner, now, now.plus(LEASE))).await? {
        return Ok(());
    }
    let selection = run.selection().map_err(AppError::internal)?;
    run.matched = count(app, &run, selection.filter.clone(), now).await?;
    let act = run.act(now);
    begin(app, &act, &run, selection).await
}

/// How many sessions would be ended: those that the same request would end at this moment.
///
/// # Errors
/// A list that is too long; outages.
pub async fn preview(
    app: &App,
    organization: &OrganizationId,
    filter: &Filter,
    list: Option<&[String]>,
    now: Timestamp,
) -> Result<i64, AppError> {
    let (organization, filter) = (organization.clone(), filter.clone());
    let Some(list) = list else {
        return app.db.read(move |c| store::matching(c, &organization, &filter, None, (now, now))).await;
    };
    check_length(list)?;
    let list = list.to_vec();
    app.db
        .read(move |c| {
            let mut matched = 0;
            for user in super::lines::users(c, &organization, &list)? {
                matched += of_listed(c, &organization, &filter, user, now)?;
            }
            Ok::<_, AppError>(matched)
        })
        .await
}

/// How many sessions of a user who is in the list pass the filter, which may name another user.
pub(super) fn of_listed(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    user: UserId,
    now: Timestamp,
) -> diesel::QueryResult<i64> {
    if filter.user.as_ref().is_some_and(|only| *only != user) {
        return Ok(0);
    }
    let filter = Filter { user: Some(user), ..filter.clone() };
    store::matching(c, organization, &filter, None, (now, now))
}

/// Ends one session of the organization.
///
/// # Errors
/// `NotFound` when there is none with this id.
pub async fn revoke_session(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &SessionId,
    reason: Reason,
) -> Result<Receipt, AppError> {
    find(app, organization, id, None).await?;
    let filter = Filter::one(id.clone());
    let organization = organization.clone();
    revoke(
        app,
        act,
        Request { organization, scope: Scope::Session, filter, list: None, reason, counted_at: None },
    )
    .await
}

/// Ends a token family of the organization.
///
/// # Errors
/// `NotFound` when there is none with this id.
pub async fn revoke_family(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &SessionId,
    reason: Reason,
) -> Result<Receipt, AppError> {
    find(app, organization, id, Some(Kind::Api)).await?;
    let filter = Filter::family(id.clone());
    let organization = organization.clone();
    revoke(
        app,
        act,
        Request { organization, scope: Scope::Family, filter, list: None, reason, counted_at: None },
    )
    .await
}

/// Ends every session of a user of the organization.
///
/// # Errors
/// `NotFound` when there is none with this id.
pub async fn revoke_user(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &UserId,
    reason: Reason,
) -> Result<Receipt, AppError> {
    let (organization_, id_) = (organization.clone(), id.clone());
    let found = app.db.read(move |c| accounts::store::in_organization(c, &organization_, &id_)).await?;
    found.ok_or(AppError::NotFound)?;
    let filter = Filter::of_user(id.clone());
    let organization = organization.clone();
    revoke(
        app,
        act,
        Request { organization, scope: Scope::User, filter, list: None, reason, counted_at: None },
    )
    .await
}

async fn find(
    app: &App,
    organization: &OrganizationId,
    id: &SessionId,
    kind: Option<Kind>,
) -> Result<(), AppError> {
    let (organization, id) = (organization.clone(), id.clone());
    let found = app.db.read(move |c| listing::by_id(c, &organization, &id)).await?;
    let found = found.filter(|found| kind.is_none_or(|kind| found.session.kind == kind));
    found.map(drop).ok_or(AppError::NotFound)
}

/// Stops a revocation: the batch under way is kept, nothing more is ended. `false` when it was over already.
///
/// # Errors
/// `NotFound` when the organization has none with this id.
pub async fn cancel(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &RevocationId,
) -> Result<bool, AppError> {
    let (app_, act, organization, id) = (app.clone(), act.clone(), organization.clone(), id.clone());
    app.db
        .write(move |c| {
            store::by_id(c, &organization, &id)?.ok_or(AppError::NotFound)?;
            if !store::close(c, &id, RunState::Cancelled, None, act.at)? {
                return Ok(false);
            }
            work::tell_the_rest(c, &app_, &id, act.at)?;
            let run = store::find(c, &id)?;
            let selection = run.selection().map_err(AppError::internal)?;
            record(c, &app_, &run, &selection, &act, "session.revocation_cancelled")?;
            Ok::<_, AppError>(true)
        })
        .await
}
