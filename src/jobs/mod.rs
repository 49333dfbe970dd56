//! Periodic work: a table of names, periods and last runs.
//!
//! One instance runs a job at a time, through a lease in the database. A run that was missed is made up
//! once; a failure backs off. What a job does is a function of its feature, listed in [`all`].

mod store;

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::AppError;

/// How often due jobs are looked for.
const TICK: Duration = Duration::from_secs(5);
/// A job that holds its lease for longer is taken for dead.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// A failing job is tried again after its period, doubled for each failure, at most this.
const LONGEST_BACKOFF: TimeDelta = TimeDelta::hours(1);

/// One kind of periodic work.
#[derive(Clone, Copy)]
pub struct Job {
    pub name: &'static str,
    pub period: TimeDelta,
    /// Does the work and answers how many things it did.
    run: fn(App) -> BoxFuture<'static, Result<usize, AppError>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("name", &self.name).field("period", &self.period).finish_non_exhaustive()
    }
}

/// Every job there is.
#[must_use]
pub fn all() -> Vec<Job> {
    vec![
        Job {
            name: "documents.collect_orphans",
            period: TimeDelta::hours(1),
            run: |app| async move { crate::documents::collect_orphans(&app).await }.boxed(),
        },
        Job {
            name: "verifications.release_expired_claims",
            period: TimeDelta::minutes(1),
            run: |app| {
                async move { crate::verifications::actions::release_expired_claims(&app).await }.boxed()
            },
        },
        Job {
            name: "limits.sweep",
            period: TimeDelta::hours(1),
            run: |app| crate::limits::sweep(app).boxed(),
        },
        Job {
            name: "idempotency.sweep",
            period: TimeDelta::hours(1),
            run: |app| crate::idempotency::sweep(app).boxed(),
        },
        Job {
            name: "sessions.signing_keys",
            period: TimeDelta::hours(1),
            run: |app| crate::sessions::access_token::maintain(app).boxed(),
        },
        Job {
            name: "mfa.sweep",
            period: TimeDelta::hours(1),
            run: |app| crate::accounts::mfa::challenge::sweep(app).boxed(),
        },
        Job {
            name: "accounts.tell_locks",
            period: TimeDelta::minutes(1),
            run: |app| async move { crate::accounts::locks::tell_all(&app).await }.boxed(),
        },
        Job {
            name: "accounts.sweep_failures",
            period: TimeDelta::hours(1),
            run: |app| crate::accounts::locks::sweep(app).boxed(),
        },
        Job {
            name: "accounts.sweep_devices",
            period: TimeDelta::hours(24),
            run: |app| crate::accounts::devices::sweep(app).boxed(),
        },
        Job {
            name: "invites.forget_files",
            period: TimeDelta::hours(1),
            run: |app| crate::accounts::invites::batch::sweep(app).boxed(),
        },
        Job {
            name: "revocations.resume",
            period: TimeDelta::seconds(10),
            run: |app| crate::revocations::jobs::resume(app).boxed(),
        },
        Job {
            name: "sessions.sweep",
            period: TimeDelta::hours(1),
            run: |app| crate::sessions::sweep(app).boxed(),
        },
        Job {
            name: "users.erase",
            period: TimeDelta::hours(1),
            run: |app| async move { crate::users::actions::erase::erase_due(&app).await }.boxed(),
        },
    ]
}

/// Runs the jobs that are due, one after the other; answers how many ran here.
pub async fn run_due(app: &App) -> Result<usize, AppError> {
    let mut ran = 0;
    for job in all() {
        let (owner, now) = (app.instance.clone(), app.clock.now());
        if app.db.write(move |c| store::claim(c, job.name, &owner, now, now.plus(LEASE))).await? {
            run(app, job).await?;
            ran += 1;
        }
    }
    Ok(ran)
}

async fn run(app: &App, job: Job) -> Result<(), AppError> {
    let begun = std::time::Instant::now();
    let outcome = (job.run)(app.clone()).await;
    let duration = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let problem = match &outcome {
        Ok(done) => {
            tracing::debug!(job = job.name, done, "job ran");
            None
        }
        Err(error) => {
            tracing::error!(job = job.name, %error, "job failed");
            Some(error.to_string())
        }
    };
    let (owner, now) = (app.instance.clone(), app.clock.now());
    app.db
        .write(move |c| {
            let failures = store::failures(c, job.name)?;
            let wait = if problem.is_some() { backoff(job.period, failures) } else { job.period };
            store::finish(c, job.name, &owner, now, now.plus(wait), duration, problem.as_deref())
        })
        .await
}

/// The wait after one more failure than `failures`.
fn backoff(period: TimeDelta, failures: i64) -> TimeDelta {
    let doublings = u32::try_from(failures.clamp(0, 10)).unwrap_or(10);
    period.checked_mul(1 << doublings).map_or(LONGEST_BACKOFF, |wait| wait.min(LONGEST_BACKOFF.max(period)))
}

/// Runs due jobs until the process stops.
pub async fn run_loop(app: App) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = run_due(&app).await {
            tracing::warn!(%error, "jobs could not be looked at");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_job_waits_longer_each_time_but_never_more_than_its_bound() {
        let minute = TimeDelta::minutes(1);
        assert_eq!(backoff(minute, 0), minute);
        assert_eq!(backoff(minute, 3), TimeDelta::minutes(8));
        assert_eq!(backoff(minute, 40), LONGEST_BACKOFF);
        assert_eq!(backoff(TimeDelta::hours(24), 5), TimeDelta::hours(24));
    }

    #[test]
    fn no_two_jobs_share_a_name() {
        let mut names: Vec<&str> = all().iter().map(|job| job.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }
}
