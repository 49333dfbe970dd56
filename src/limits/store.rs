//! All SQL of limits.

use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::rate_limit_hits as table;
use crate::id_type;
use crate::ids::Random;

id_type!(
    /// One counted try.
    HitId
);

/// The latest tries of a bucket after a moment, newest first, at most `most`.
pub(super) fn recent(
    c: &mut Connection,
    bucket: &str,
    after: Timestamp,
    most: u32,
) -> QueryResult<Vec<Timestamp>> {
    table::table
        .filter(table::bucket.eq(bucket))
        .filter(table::at.gt(after))
        .order(table::at.desc())
        .limit(i64::from(most))
        .select(table::at)
        .load(c)
}

pub(super) fn insert(
    c: &mut Connection,
    random: &Random,
    buckets: &[String],
    now: Timestamp,
) -> QueryResult<()> {
    for bucket in buckets {
        diesel::insert_into(table::table)
            .values((table::id.eq(HitId::new(random, now)), table::bucket.eq(bucket), table::at.eq(now)))
            .execute(c)?;
    }
    Ok(())
}

pub(super) fn remove(c: &mut Connection, bucket: &str) -> QueryResult<()> {
    diesel::delete(table::table.filter(table::bucket.eq(bucket))).execute(c).map(drop)
}

pub(super) fn remove_before(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old: Vec<HitId> =
        table::table.filter(table::at.lt(before)).order(table::at).limit(limit).select(table::id).load(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&old))).execute(c)
}
