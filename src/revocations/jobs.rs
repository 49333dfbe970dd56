//! Goes on with revocations whose instance died.

use std::time::Instant;

use super::work::{self, TURN};
use super::{Outcome, store};
use crate::app::App;
use crate::error::AppError;

/// At most so many are looked at in one turn.
const MOST: i64 = 100;

/// Carries on what nobody works on, for a while; answers how many came to their end.
pub async fn resume(app: App) -> Result<usize, AppError> {
    let until = Instant::now() + TURN.to_std().unwrap_or_default();
    let now = app.clock.now();
    let mut finished = 0;
    for id in app.db.read(move |c| store::free(c, now, MOST)).await? {
        if Instant::now() >= until {
            break;
        }
        if work::run(&app, &id, None, Some(until), |_| {}).await? == Outcome::Over {
            finished += 1;
        }
    }
    Ok(finished)
}
