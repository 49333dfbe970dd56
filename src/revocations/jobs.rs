//! Goes on with revocations whose instance died, and clears away what nobody goes on with.

use std::time::Instant;

use chrono::TimeDelta;

use super::work::{self, TURN};
use super::{Outcome, actions, store};
use crate::app::App;
use crate::error::AppError;

/// At most so many are looked at in one turn.
const MOST: i64 = 100;

/// A list that nobody confirmed, or whose command was not started again, is given up after this.
const ABANDONED: TimeDelta = TimeDelta::hours(24);

/// What is said of a list that was read in part.
const UNREAD: &str = "Its list was not read whole, and the command was not started again. Nothing was ended.";

/// Carries on what nobody works on, for a while; answers how many came to their end.
///
/// # Errors
/// Outages; what is left waits for the next turn.
pub async fn resume(app: App) -> Result<usize, AppError> {
    let until = Instant::now() + TURN.to_std().unwrap_or_default();
    let now = app.clock.now();
    prepare(&app).await?;
    let mut finished = 0;
    for id in app.db.read(move |c| store::free(c, now, MOST)).await? {
        if Instant::now() >= until {
            break;
        }
        match work::run(&app, &id, None, Some(until), |_| {}).await {
            Ok(outcome) => finished += usize::from(outcome == Outcome::Over),
            Err(error @ AppError::Unavailable(_)) => return Err(error),
            // It was closed as failed, and stops none of the others.
            Err(error) => tracing::warn!(revocation = %id, %error, "a revocation failed"),
        }
    }
    Ok(finished)
}

/// Sees to lists that are neither running nor over.
async fn prepare(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    for run in app.db.read(move |c| store::unprepared(c, now, MOST)).await? {
        let (id, owner) = (run.id.clone(), app.instance.clone());
        actions::take_up(app, run).await?;
        // It runs as any other that nobody works on.
        app.db.write(move |c| store::release(c, &id, &owner)).await?;
    }
    let long_ago = now.minus(ABANDONED);
    for id in app.db.read(move |c| store::stale_commands(c, long_ago, MOST)).await? {
        work::give_up(app, &id, UNREAD).await?;
    }
    for id in app.db.read(move |c| store::drafts(c, long_ago, MOST)).await? {
        app.db.write(move |c| store::remove_draft(c, &id)).await?;
    }
    Ok(())
}
