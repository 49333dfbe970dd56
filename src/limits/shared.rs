//! Counting in Redis: a sorted set for each bucket, scored by the moment of each try. One script looks and
//! counts, so that two tries at once are counted one after the other.

use ::redis::Script;
use chrono::TimeDelta;

use super::{Limit, Room};
use crate::clock::Timestamp;
use crate::ids::Random;
use crate::redis::{Away, Redis};

/// Keys are the buckets; arguments: now, the beginning of the window and its length (microseconds, and
/// milliseconds for the life of the set), how many may be, a name for this try. Answers what the fullest
/// bucket had left, and the microseconds until its oldest try does not count any more; the try was counted
/// if anything was left.
///
/// The time is ours and not Redis': a try is judged by the same clock wherever it is counted.
const TAKE: &str = r"
local most = tonumber(ARGV[5])
local left, wait = most, tonumber(ARGV[3])
for _, bucket in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', bucket, '-inf', ARGV[2])
    local recent = redis.call('ZREVRANGEBYSCORE', bucket, '+inf', '(' .. ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[5])
    if #recent > 0 then
        local here = most - #recent / 2
        local until_then = tonumber(recent[#recent]) + tonumber(ARGV[3]) - tonumber(ARGV[1])
        if here < left or (here == left and until_then > wait) then
            left, wait = here, until_then
        end
    end
end
if left > 0 then
    for _, bucket in ipairs(KEYS) do
        redis.call('ZADD', bucket, ARGV[1], ARGV[6])
        redis.call('PEXPIRE', bucket, ARGV[4])
    end
end
return { left, wait }
";

/// Counts a try of each bucket if there is room in all of them.
pub(super) async fn take(
    redis: &Redis,
    random: &Random,
    limit: Limit,
    buckets: &[String],
    now: Timestamp,
) -> Result<Room, Away> {
    let script = Script::new(TAKE);
    let mut call = script.prepare_invoke();
    for bucket in buckets {
        call.key(key(redis, bucket));
    }
    call.arg(micros(now))
        .arg(micros(now.minus(limit.window)))
        .arg(limit.window.num_microseconds().unwrap_or(i64::MAX))
        .arg(limit.window.num_milliseconds())
        .arg(limit.most)
        .arg(hex::encode(random.bytes::<12>()));
    let (left, wait): (u32, i64) = redis.ask(async |connection| call.invoke_async(connection).await).await?;
    Ok(Room { left, wait: TimeDelta::microseconds(wait) })
}

pub(super) async fn forget(redis: &Redis, bucket: &str) -> Result<(), Away> {
    let key = key(redis, bucket);
    redis.ask(async |connection| ::redis::cmd("DEL").arg(&key).query_async(connection).await).await
}

fn key(redis: &Redis, bucket: &str) -> String {
    redis.key(&format!("limits:{bucket}"))
}

fn micros(moment: Timestamp) -> i64 {
    moment.utc().timestamp_micros()
}
