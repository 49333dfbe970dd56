//! Limits: how often something may be tried within a time, counted where every instance sees it and a
//! restart does not forget it.
//!
//! A limit is exact: of any window of its length, at most so many tries went through. A try that is
//! refused is not counted, so that waiting always helps.

mod store;

use std::cell::RefCell;
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;

/// So many tries within so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name, in buckets and in the metric `rate_limit_exceeded_total`.
    pub name: &'static str,
    pub most: u32,
    pub window: TimeDelta,
}

impl Limit {
    #[must_use]
    pub const fn new(name: &'static str, most: u32, window: TimeDelta) -> Self {
        Self { name, most, window }
    }
}

/// Rows of past windows taken in one transaction.
const BATCH: i64 = 1_000;
/// No limit has a longer window.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// How a limit stands after a try: what callers of the API are told in headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: Limit,
    /// Tries that are left of the fullest bucket.
    pub remaining: u32,
    /// Until that bucket has room for one more than now.
    pub reset: Duration,
}

tokio::task_local! {
    /// The limits that the request at hand has met.
    static MET: RefCell<Vec<Standing>>;
}

/// Does `work` and answers with it how the limits stand that it took from.
pub async fn watch<F: Future>(work: F) -> (F::Output, Vec<Standing>) {
    MET.scope(RefCell::default(), async {
        let output = work.await;
        (output, MET.with(RefCell::take))
    })
    .await
}

/// Counts one try of each key, such as `ip:192.0.2.1` and `user:0190…`, unless one of them is used up.
/// Commits by itself, so that the try counts whatever comes of it.
///
/// # Errors
/// `TooMany`, with the time until the fullest bucket has room again.
pub async fn take(app: &App, limit: Limit, keys: &[String]) -> Result<(), AppError> {
    let (random, now) = (app.random.clone(), app.clock.now());
    let mut buckets: Vec<String> = keys.iter().map(|key| format!("{}:{key}", limit.name)).collect();
    // Everybody locks in the same order, so that two who share two buckets never wait for each other.
    buckets.sort();
    let room = app
        .db
        .write(move |c| {
            let room = room(c, limit, &buckets, now)?;
            if room.left > 0 {
                store::insert(c, &random, &buckets, now)?;
            }
            Ok::<_, AppError>(room)
        })
        .await?;
    let reset = room.wait.to_std().unwrap_or_default().max(Duration::from_secs(1));
    let standing = Standing { limit, remaining: room.left.saturating_sub(1), reset };
    // Nobody watches what a job or the command line does.
    let _unwatched = MET.try_with(|met| met.borrow_mut().push(standing));
    if room.left > 0 {
        return Ok(());
    }
    app.metrics.rate_limit_exceeded(limit.name);
    Err(AppError::TooMany { retry_after: reset })
}

/// What the fullest bucket has left.
struct Room {
    left: u32,
    /// Until its oldest try does not count any more.
    wait: TimeDelta,
}

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

/// Forgets the tries of a key, such as those before a sign-in that went well.
pub fn forget(c: &mut Connection, limit: Limit, key: &str) -> diesel::QueryResult<()> {
    store::remove(c, &format!("{}:{key}", limit.name))
}

/// Removes tries that no window reaches any more; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(LONGEST);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::remove_before(c, before, BATCH)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
            return Ok(removed);
        }
    }
}
