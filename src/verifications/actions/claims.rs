//! Claim, renew, release; and what happens to claims that nobody renews.

use chrono::TimeDelta;
use serde_json::json;

use super::{found, record};
use crate::access::{Act, Actor};
use crate::app::App;
use crate::db::Connection;
use crate::documents::CaseId;
use crate::error::AppError;
use crate::verifications::model::{self, CaseState, Claim, Refusal};
use crate::verifications::store;

fn life(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.config.accounts.claim_life).unwrap_or_default()
}

/// Takes a case; it is renewed when the reviewer holds it already.
pub async fn claim(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &CaseId,
) -> Result<Result<Claim, Refusal>, AppError> {
    let (app_, act, reviewer, id) = (app.clone(), act.clone(), reviewer.clone(), id.clone());
    app.db.write(move |c| claim_in(c, &app_, &act, &reviewer, &id)).await
}

fn claim_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &CaseId,
) -> Result<Result<Claim, Refusal>, AppError> {
    let case = found(c, reviewer, id)?;
    let claim = match model::claim(&case, &reviewer.user, act.at, life(app)) {
        Ok(claim) => claim,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let done = match claim {
        Claim::Taken { until } => store::take(c, &case, &reviewer.user, until, act.at)?,
        Claim::Renewed { until } => store::extend(c, &case, &reviewer.user, until, act.at)?,
    };
    if !done {
        // Somebody was faster since the case was read: it is theirs now.
        let case = found(c, reviewer, id)?;
        let why = model::claim(&case, &reviewer.user, act.at, life(app)).err();
        return Ok(Err(why.unwrap_or(Refusal::Stale)));
    }
    if let Claim::Taken { until } = claim {
        let change = (
            json!({ "state": case.state_at(act.at) }),
            json!({ "state": CaseState::Claimed, "until": until }),
        );
        record(c, app, act, &case, "verification.claimed", change)?;
    }
    Ok(Ok(claim))
}

/// Holds on to a claim while its page is open.
pub async fn renew(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &CaseId,
) -> Result<Result<(), Refusal>, AppError> {
    let (life, act, reviewer, id) = (life(app), act.clone(), reviewer.clone(), id.clone());
    app.db
        .write(move |c| {
            let case = found(c, &reviewer, &id)?;
            let until = match model::renew(&case, &reviewer.user, act.at, life) {
                Ok(until) => until,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let done = store::extend(c, &case, &reviewer.user, until, act.at)?;
            Ok::<_, AppError>(if done { Ok(()) } else { Err(Refusal::NotHeld) })
        })
        .await
}

/// Lets go of a case whose page was left: nearly at once it is free, unless a page of it is open after all.
///
/// A page that goes away cannot tell whether it is closed, loaded anew, or followed by another page of the same
/// case. So the claim is only cut short, and whichever page is open holds on to it.
pub async fn leave(app: &App, act: &Act, reviewer: &Actor, id: &CaseId) -> Result<(), AppError> {
    let (act, reviewer, id) = (act.clone(), reviewer.clone(), id.clone());
    app.db
        .write(move |c| {
            let case = found(c, &reviewer, &id)?;
            if let Some(until) = model::leave(&case, &reviewer.user, act.at) {
                store::extend(c, &case, &reviewer.user, until, act.at)?;
            }
            Ok::<_, AppError>(())
        })
        .await
}

/// Gives a case back to the queue.
pub async fn release(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &CaseId,
) -> Result<Result<(), Refusal>, AppError> {
    let (app_, act, reviewer, id) = (app.clone(), act.clone(), reviewer.clone(), id.clone());
    app.db
        .write(move |c| {
            let case = found(c, &reviewer, &id)?;
            if let Err(refusal) = model::release(&case, &reviewer.user, act.at) {
                return Ok(Err(refusal));
            }
            if !store::free(c, &case, act.at)? {
                return Ok(Err(Refusal::NotHeld));
            }
            let change = (json!({ "state": CaseState::Claimed }), json!({ "state": CaseState::Waiting }));
            record(c, &app_, &act, &case, "verification.released", change)?;
            Ok::<_, AppError>(Ok(()))
        })
        .await
}

/// Claims ended in one transaction, so that none of them lasts long.
const BATCH: i64 = 200;

/// Puts cases whose claim has expired back among the waiting ones, each with its audit entry; answers how
/// many. They counted as waiting before, so running it late, twice or on two instances at once does no harm.
pub async fn release_expired_claims(app: &App) -> Result<usize, AppError> {
    let mut released = 0;
    loop {
        let app_ = app.clone();
        let batch = app.db.write(move |c| release_batch(c, &app_)).await?;
        released += batch;
        if batch < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(released);
        }
    }
}

fn release_batch(c: &mut Connection, app: &App) -> Result<usize, AppError> {
    let act = Act::by_system(app.clock.now());
    let mut released = 0;
    for case in store::expired(c, act.at, BATCH)? {
        if store::expire(c, &case, act.at)? {
            let before = json!({ "state": CaseState::Claimed, "claimed_by": case.claimed_by });
            let change = (before, json!({ "state": CaseState::Waiting }));
            record(c, app, &act, &case, "verification.claim_expired", change)?;
            released += 1;
        }
    }
    Ok(released)
}
