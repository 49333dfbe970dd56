//! Devices an account was signed in from, and the mail about one that is new.
//!
//! A browser is known by a long-lived cookie of 256 random bits, of which only the hash is kept; a program by its
//! user agent and network. Only the cookie proves anything: a browser with it keeps a count of failures of
//! its own (`locks`). The first sign-in from a device is told by mail, with a link that ends all sessions,
//! but for the very first of an account.

mod actions;
pub mod cookie;
mod model;
pub mod pages;
pub mod store;
mod views;

pub use actions::{end_sessions, known_browser, look, meet};
pub use model::{Device, DeviceId, DeviceKind, Presented};

use chrono::TimeDelta;

use crate::app::App;
use crate::error::AppError;

/// A device is known this long after it was last seen, as long as its cookie.
const KEPT: TimeDelta = TimeDelta::days(365);
/// Rows taken in one transaction, so that none holds the write lock for long.
const BATCH: i64 = 500;

/// Forgets devices that were not seen for a year; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(KEPT);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::remove_before(c, before, BATCH)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
            return Ok(removed);
        }
    }
}
