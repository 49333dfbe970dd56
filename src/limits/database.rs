//! Counting in the database: a row for each try.

use chrono::TimeDelta;

use super::{Limit, store};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;

/// Counts a try of each bucket (in their order), or answers how long until there is room in all of them.
pub(super) async fn take(
    app: &App,
    limit: Limit,
    buckets: Vec<String>,
    now: Timestamp,
) -> Result<Option<TimeDelta>, AppError> {
    let random = app.random.clone();
    app.db
        .write(move |c| {
            let wait = room(c, limit, &buckets, now)?;
            if wait.is_none() {
                store::insert(c, &random, &buckets, now)?;
            }
            Ok::<_, AppError>(wait)
        })
        .await
}

/// How long until there is room in every bucket; `None` when there is now.
fn room(
    c: &mut Connection,
    limit: Limit,
    buckets: &[String],
    now: Timestamp,
) -> Result<Option<TimeDelta>, AppError> {
    let mut longest: Option<TimeDelta> = None;
    for bucket in buckets {
        // Two tries at once are counted one after the other.
        c.lock(bucket)?;
        let recent = store::recent(c, bucket, now.minus(limit.window), limit.most)?;
        if recent.len() >= limit.most as usize
            && let Some(oldest) = recent.last()
        {
            let wait = oldest.plus(limit.window).since(now);
            longest = Some(longest.map_or(wait, |other| other.max(wait)));
        }
    }
    Ok(longest)
}
