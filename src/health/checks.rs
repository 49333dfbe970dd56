//! The checks themselves.

use std::time::{Duration, Instant};

use super::{DATABASE, REDIS, STORAGE, Status};
use crate::app::App;

/// How often the checks run.
const PERIOD: Duration = Duration::from_secs(15);
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// Below this share of free space, storage is told as degraded.
const LEAST_FREE: f64 = 0.10;

/// Runs every check once.
pub async fn run_all(app: &App) {
    tokio::join!(database(app), storage(app), redis(app));
}

/// Runs the checks until the process stops.
pub async fn run_loop(app: App) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        run_all(&app).await;
    }
}

async fn database(app: &App) {
    let begun = Instant::now();
    let answer = tokio::time::timeout(PATIENCE, app.db.ping()).await;
    let (status, message) = match answer {
        Ok(Ok(_)) => (Status::Healthy, None),
        Ok(Err(error)) => (Status::Unhealthy, Some(error.to_string())),
        Err(_) => (Status::Unhealthy, Some("no answer in time".to_owned())),
    };
    app.health.keep(DATABASE, status, Some(begun.elapsed()), message, app.clock.now());
}

async fn storage(app: &App) {
    let begun = Instant::now();
    let files = app.files.clone();
    let probe = tokio::task::spawn_blocking(move || files.probe());
    let (status, message) = match tokio::time::timeout(PATIENCE, probe).await {
        Ok(Ok(Ok(None))) => (Status::Healthy, None),
        Ok(Ok(Ok(Some(space)))) => {
            let free = space.free_ratio();
            let status = if free < LEAST_FREE { Status::Degraded } else { Status::Healthy };
            (status, Some(format!("{:.0} % free", free * 100.0)))
        }
        Ok(Ok(Err(error))) => (Status::Unhealthy, Some(error.to_string())),
        Ok(Err(error)) => (Status::Unhealthy, Some(error.to_string())),
        Err(_) => (Status::Unhealthy, Some("no answer in time".to_owned())),
    };
    app.health.keep(STORAGE, status, Some(begun.elapsed()), message, app.clock.now());
}

async fn redis(app: &App) {
    let now = app.clock.now();
    let Some(redis) = &app.redis else {
        app.health.keep(REDIS, Status::Disabled, None, Some("not configured".to_owned()), now);
        return;
    };
    let begun = Instant::now();
    // It has a patience of its own, shorter than that of checks.
    let (status, message) = match redis.ping().await {
        Ok(()) => (Status::Healthy, None),
        Err(error) => (Status::Degraded, Some(format!("{error}; limits are counted in the database"))),
    };
    app.health.keep(REDIS, status, Some(begun.elapsed()), message, now);
}
