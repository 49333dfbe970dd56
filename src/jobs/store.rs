//! All SQL of jobs.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::jobs as table;
use crate::each;

/// Takes a job for `owner` if it is due and nobody else has it.
pub(super) fn claim(
    c: &mut Connection,
    name: &str,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> QueryResult<bool> {
    let row = (table::name.eq(name), table::next_run_at.eq(now), table::failures.eq(0));
    each!(c, c => diesel::insert_into(table::table).values(row).on_conflict_do_nothing().execute(c))?;
    let free = table::lease_until.is_null().or(table::lease_until.le(now));
    let due = table::table.find(name).filter(table::next_run_at.le(now)).filter(free);
    diesel::update(due)
        .set((table::lease_owner.eq(Some(owner)), table::lease_until.eq(Some(until))))
        .execute(c)
        .map(|taken| taken == 1)
}

/// How often a job has failed since it last went well.
pub(super) fn failures(c: &mut Connection, name: &str) -> QueryResult<i64> {
    table::table.find(name).select(table::failures).first(c)
}

/// Keeps how a run went and gives the job back, unless another instance has taken it over meanwhile.
pub(super) fn finish(
    c: &mut Connection,
    name: &str,
    owner: &str,
    now: Timestamp,
    next: Timestamp,
    duration_ms: i64,
    problem: Option<&str>,
) -> QueryResult<()> {
    let outcome = if problem.is_some() { "failed" } else { "ok" };
    let ours = table::table.find(name).filter(table::lease_owner.eq(owner));
    diesel::update(ours)
        .set((
            table::lease_owner.eq(None::<String>),
            table::lease_until.eq(None::<Timestamp>),
            table::next_run_at.eq(next),
            table::last_run_at.eq(Some(now)),
            table::last_outcome.eq(Some(outcome)),
            table::last_duration_ms.eq(Some(duration_ms)),
            table::last_error.eq(problem),
        ))
        .execute(c)?;
    let ours = table::table.find(name);
    if problem.is_some() {
        diesel::update(ours).set(table::failures.eq(table::failures + 1)).execute(c)?;
    } else {
        diesel::update(ours).set(table::failures.eq(0)).execute(c)?;
    }
    Ok(())
}
