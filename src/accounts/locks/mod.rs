//! Locks: an account with five wrong passwords in 15 minutes is closed for 15 minutes.
//!
//! What is counted is a *bucket*. Strangers share one for each address. A browser that the owner has signed in
//! from before (its cookie proves it) has one of its own, so that nobody can lock the owner out from afar by
//! typing wrong passwords: that closes the account to strangers only. Failures from a known browser close it
//! to everybody. An address nobody has is counted and locked in the same way, so that it cannot be told apart.
//!
//! While a bucket is locked even the right password is refused, in the words for a wrong one. A lock is lifted
//! by time, by the link of the mail about it, by an administrator, and by a new password.
//!
//! Invariants: one lock, one mail. The mail is written right after the answer ([`tell()`]) and not in its
//! transaction, since it takes time that an unknown address would not need; a job makes up for a crash.

mod actions;
pub mod model;
pub mod pages;
pub mod store;
mod tell;
mod views;

pub use actions::{Seen, Settled, clear, hold, lift, look, seen, settle, unlock};
pub use model::{Cleared, Failure, Lock, LockId, Reason};
pub use tell::{tell, tell_all};

use chrono::TimeDelta;

use crate::app::App;
use crate::error::AppError;

/// Wrong passwords that lock.
pub const MOST: i64 = 5;
/// The time within which they are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// How long a lock lasts.
pub const LIFE: TimeDelta = TimeDelta::minutes(15);
/// Failures and locks are kept this long, for the account's history.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Rows taken in one transaction, so that none holds the write lock for long.
const BATCH: i64 = 500;

/// Removes failures and locks of long ago; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(KEPT);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::remove_before(c, before, BATCH)).await?;
        removed += batch;
        if batch == 0 {
            return Ok(removed);
        }
    }
}
