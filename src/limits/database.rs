//! Counting in the database: a row for each try.

use super::{Limit, Room, store};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;

/// Counts a try of each bucket (in their order) if there is room in all of them.
pub(super) async fn take(
    app: &App,
    limit: Limit,
    buckets: Vec<String>,
    now: Timestamp,
) -> Result<Room, AppError> {
    let random = app.random.clone();
    app.db
        .write(move |c| {
            let room = room(c, limit, &buckets, now)?;
            if room.left > 0 {
                store::insert(c, &random, &buckets, now)?;
            }
            Ok::<_, AppError>(room)
        })
        .await
}

/// What the fullest bucket has left.
fn room(c: &mut Connection, limit: Limit, buckets: &[String], now: Timestamp) -> Result<Room, AppError> {
    let mut fullest = Room { left: limit.most, wait: limit.window };
    for bucket in buckets {
        // Two tries at once are counted one after the other.
        c.lock(bucket)?;
        let recent = store::recent(c, bucket, now.minus(limit.window), limit.most)?;
        let Some(oldest) = recent.last() else { continue };
        let left = limit.most.saturating_sub(u32::try_from(recent.len()).unwrap_or(u32::MAX));
        let wait = oldest.plus(limit.window).since(now);
        if left < fullest.left || (left == fullest.left && wait > fullest.wait) {
            fullest = Room { left, wait };
        }
    }
    Ok(fullest)
}
