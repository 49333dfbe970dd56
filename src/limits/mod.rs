//! Limits: how often something may be tried within a time, counted where every instance sees it and a
//! restart does not forget it: in Redis where one is configured, otherwise in the database.
//!
//! A limit is exact: of any window of its length, at most so many tries went through. A try that is
//! refused is not counted, so that waiting always helps. While Redis is away the database counts; tries
//! are not carried over, so that an outage gives each bucket at most one window more.

mod database;
mod shared;
mod store;

use std::cell::RefCell;
use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;

use crate::access::Act;
use crate::app::App;
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

    fn bucket(&self, key: &str) -> String {
        format!("{}:{key}", self.name)
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

/// What the fullest bucket had left before a try, which counted if there was any.
#[derive(Clone, Copy, Debug)]
struct Room {
    left: u32,
    /// Until its oldest try does not count any more.
    wait: TimeDelta,
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
    let now = app.clock.now();
    let mut buckets: Vec<String> = keys.iter().map(|key| limit.bucket(key)).collect();
    // Everybody locks in the same order, so that two who share two buckets never wait for each other.
    buckets.sort();
    let counted = match &app.redis {
        Some(redis) => shared::take(redis, &app.random, limit, &buckets, now).await.ok(),
        None => None,
    };
    let room = match counted {
        Some(room) => room,
        None => database::take(app, limit, buckets, now).await?,
    };
    let reset = room.wait.to_std().unwrap_or_default().max(Duration::from_secs(1));
    note(Standing { limit, remaining: room.left.saturating_sub(1), reset });
    if room.left > 0 {
        return Ok(());
    }
    app.metrics.rate_limit_exceeded(limit.name);
    Err(AppError::TooMany { retry_after: reset })
}

/// Tells the caller of the request at hand how a limit stands, also one that is counted elsewhere. Of a limit that
/// is met several times the last word counts.
pub fn note(standing: Standing) {
    // Nobody watches what a job or the command line does.
    let _unwatched = MET.try_with(|met| {
        let mut met = met.borrow_mut();
        met.retain(|earlier| earlier.limit.name != standing.limit.name);
        met.push(standing);
    });
}

/// Forgets the tries of a key, such as those before a sign-in that went well, wherever they were counted.
///
/// # Errors
/// Only outages of the database.
pub async fn forget(app: &App, limit: Limit, key: &str) -> Result<(), AppError> {
    let bucket = limit.bucket(key);
    if let Some(redis) = &app.redis {
        // Away: what it has counted runs out by itself.
        shared::forget(redis, &bucket).await.ok();
    }
    app.db.write(move |c| store::remove(c, &bucket)).await
}

/// The key of where an act comes from. Somebody with IPv6 has a whole /64 to choose addresses from, so that
/// counts as one.
#[must_use]
pub fn by_ip(act: &Act) -> String {
    let text = act.ip.as_deref().unwrap_or("unknown");
    match text.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("ip:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => format!("ip:{text}"),
    }
}

/// Removes tries that no window reaches any more; answers how many. Redis lets its own run out.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn addresses_of_one_network_of_ipv6_count_as_one() {
        let from = |ip: &str| {
            let act = Act::by_system(Timestamp::from_unix(0).unwrap());
            by_ip(&Act { ip: Some(ip.to_owned()), ..act })
        };
        assert_eq!(from("2001:db8:1:2::5"), from("2001:db8:1:2:ffff::1"));
        assert_ne!(from("2001:db8:1:2::5"), from("2001:db8:1:3::5"));
        assert_eq!(from("192.0.2.7"), "ip:192.0.2.7");
    }
}
