//! Sessions: who is signed in, as rows that can be ended.
//!
//! A browser session's cookie holds an opaque key, its row the key's SHA-256. An API session is a
//! token family: signed access tokens ([`access_token`]) and a chain of refresh tokens, each spent once
//! ([`api_tokens`]). Every request reads the row with its user, so an ended session, a suspended user or a
//! changed role counts at once.

pub mod access_token;
pub mod api;
pub mod api_tokens;
pub mod console;
mod cookie;
mod feed;
pub mod filter;
pub mod identity;
pub mod listing;
mod narrow;
pub mod search;
pub mod store;

pub use cookie::{Opened, Rows, cookie_name, device, forget, open, remember, rotate};
pub(crate) use narrow::{narrow, narrow_apart, narrow_own, open_at};

use chrono::TimeDelta;

use crate::app::App;
use crate::error::AppError;

/// Ended sessions are kept this long, for the account's history.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Rows taken in one transaction, so that none holds the write lock for long.
const BATCH: i64 = 500;

/// Removes sessions that were over long ago, with their refresh tokens; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(KEPT);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::remove_over(c, before, BATCH)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
            return Ok(removed);
        }
    }
}
