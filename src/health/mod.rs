//! Health: whether what Frontdesk depends on answers.
//!
//! Checks run in the background, each with its own timeout, and leave their result here; an endpoint
//! answers from the last result and never waits for anything, so a flood of probes costs nothing.
//! A database that is away makes the whole `unhealthy` (503); anything else only `degraded` (200).

pub mod api;
mod checks;
mod pages;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

pub use api::sees_details;
pub use checks::{run_all, run_loop};
pub use pages::page;

use crate::clock::Timestamp;

/// What is watched.
pub const DATABASE: &str = "database";
pub const STORAGE: &str = "storage";
pub const REDIS: &str = "redis";

/// The word for a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Healthy,
    Degraded,
    Unhealthy,
    /// Not configured: that is no fault.
    Disabled,
}

/// The last result of one check.
#[derive(Clone, Debug)]
pub struct Check {
    pub status: Status,
    pub latency: Option<Duration>,
    /// For people who may see details.
    pub message: Option<String>,
    pub checked_at: Timestamp,
    /// Since when the status is what it is.
    pub since: Timestamp,
}

/// The last results of all checks, and whether this process takes requests.
#[derive(Debug)]
pub struct Health {
    checks: RwLock<BTreeMap<&'static str, Check>>,
    migrated: AtomicBool,
    draining: AtomicBool,
    started: Instant,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            checks: RwLock::default(),
            migrated: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            started: Instant::now(),
        }
    }
}

impl Health {
    /// Keeps a result.
    pub fn keep(
        &self,
        name: &'static str,
        status: Status,
        latency: Option<Duration>,
        message: Option<String>,
        now: Timestamp,
    ) {
        let mut checks = self.checks.write().unwrap_or_else(PoisonError::into_inner);
        let before = checks.get(name).filter(|check| check.status == status);
        let since = before.map_or(now, |check| check.since);
        checks.insert(name, Check { status, latency, message, checked_at: now, since });
    }

    /// The last results by name.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&'static str, Check> {
        self.checks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state of the whole.
    #[must_use]
    pub fn overall(&self) -> Status {
        let checks = self.all();
        let bad = |name: &str| checks.get(name).is_some_and(|check| check.status == Status::Unhealthy);
        if bad(DATABASE) {
            return Status::Unhealthy;
        }
        let well = |check: &Check| matches!(check.status, Status::Healthy | Status::Disabled);
        if checks.values().all(well) { Status::Healthy } else { Status::Degraded }
    }

    /// The schema is up to date.
    pub fn migrated(&self) {
        self.migrated.store(true, Ordering::Release);
    }

    /// No new requests should come here.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// May requests be sent here?
    ///
    /// # Errors
    /// A word that says why not.
    pub fn readiness(&self) -> Result<(), &'static str> {
        if self.is_draining() {
            return Err("draining");
        }
        if !self.migrated.load(Ordering::Acquire) {
            return Err("starting");
        }
        match self.all().get(DATABASE) {
            Some(check) if check.status == Status::Healthy => Ok(()),
            Some(_) => Err("database"),
            None => Err("starting"),
        }
    }

    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds).unwrap()
    }

    #[test]
    fn only_the_database_makes_the_whole_unhealthy() {
        let health = Health::default();
        health.keep(DATABASE, Status::Healthy, None, None, at(0));
        health.keep(STORAGE, Status::Unhealthy, None, None, at(0));
        assert_eq!(health.overall(), Status::Degraded);
        health.keep(DATABASE, Status::Unhealthy, None, None, at(1));
        assert_eq!(health.overall(), Status::Unhealthy);
    }

    #[test]
    fn ready_means_migrated_answering_and_not_draining() {
        let health = Health::default();
        assert_eq!(health.readiness(), Err("starting"));
        health.migrated();
        health.keep(DATABASE, Status::Unhealthy, None, None, at(0));
        assert_eq!(health.readiness(), Err("database"));
        health.keep(DATABASE, Status::Healthy, None, None, at(1));
        assert_eq!(health.readiness(), Ok(()));
        health.drain();
        assert_eq!(health.readiness(), Err("draining"));
    }

    #[test]
    fn since_stays_while_the_status_does() {
        let health = Health::default();
        health.keep(STORAGE, Status::Healthy, None, None, at(0));
        health.keep(STORAGE, Status::Healthy, None, None, at(60));
        assert_eq!(health.all()[STORAGE].since, at(0));
        health.keep(STORAGE, Status::Degraded, None, None, at(90));
        assert_eq!(health.all()[STORAGE].since, at(90));
    }
}
