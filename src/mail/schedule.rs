//! When a mail is tried again. Pure: the time and the luck are given.

use chrono::TimeDelta;

use crate::clock::Timestamp;
use crate::ids::Random;

/// A mail nobody accepted for this long is given up.
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(48);

/// How long a provider is left alone that asks for patience without saying how much.
pub const THROTTLE_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// A provider cannot make us wait longer than this.
const THROTTLE_LIMIT: TimeDelta = TimeDelta::hours(24);

/// The first tries follow quickly: most transient faults pass within seconds.
const QUICK: [TimeDelta; 3] = [TimeDelta::seconds(1), TimeDelta::seconds(2), TimeDelta::seconds(4)];

/// Then patiently; the last pause repeats until the mail is given up.
const PATIENT: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(60),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
];

/// A share from 0 to 1,000 that spreads quick retries, so that many mails failing together do not return together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(u16);

impl Jitter {
    #[must_use]
    pub fn draw(random: &Random) -> Self {
        Self::of(random.below(1_001))
    }

    /// `per_mille` thousandths, at most 1,000.
    #[must_use]
    pub fn of(per_mille: u32) -> Self {
        Self(u16::try_from(per_mille.min(1_000)).unwrap_or(1_000))
    }
}

/// The last moment at which a mail may still be tried.
#[must_use]
pub fn give_up_at(due: Timestamp, expires_at: Option<Timestamp>) -> Timestamp {
    let limit = due.plus(GIVE_UP_AFTER);
    expires_at.map_or(limit, |expiry| expiry.min(limit))
}

/// When to try again after `attempts` tries (at least one) failed with a passing fault, the last at `now`;
/// `None` when that would be past `give_up_at`.
#[must_use]
pub fn next_attempt(
    attempts: u32,
    now: Timestamp,
    give_up_at: Timestamp,
    jitter: Jitter,
) -> Option<Timestamp> {
    let next = now.plus(pause_after(attempts, jitter));
    (next <= give_up_at).then_some(next)
}

/// When to try again after the provider asked for patience; such a try does not count.
#[must_use]
pub fn after_throttle(asked: Option<TimeDelta>, now: Timestamp, give_up_at: Timestamp) -> Option<Timestamp> {
    let pause = asked.unwrap_or(THROTTLE_PAUSE).clamp(TimeDelta::seconds(1), THROTTLE_LIMIT);
    let next = now.plus(pause);
    (next <= give_up_at).then_some(next)
}

fn pause_after(attempts: u32, jitter: Jitter) -> TimeDelta {
    let done = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    if let Some(pause) = QUICK.get(done) {
        // From three quarters to one and a quarter of the pause.
        return *pause * (1_500 + i32::from(jitter.0)) / 2_000;
    }
    let [.., longest] = PATIENT;
    *PATIENT.get(done - QUICK.len()).unwrap_or(&longest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn middle() -> Jitter {
        Jitter::of(500)
    }

    #[test]
    fn three_quick_tries_are_followed_by_longer_and_longer_pauses() {
        let seconds: Vec<i64> =
            (1..=11).map(|attempts| pause_after(attempts, middle()).num_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 60, 300, 900, 3_600, 14_400, 43_200, 43_200, 43_200]);
    }

    #[test]
    fn a_mail_is_tried_for_48_hours_and_not_longer() {
        let start = at("2026-03-01T00:00:00Z");
        let deadline = give_up_at(start, None);
        let (mut now, mut attempts) = (start, 1);
        while let Some(next) = next_attempt(attempts, now, deadline, middle()) {
            now = next;
            attempts += 1;
        }
        assert_eq!(attempts, 12);
        assert!(now <= deadline && now.since(start) > TimeDelta::hours(40), "{now}");
    }

    #[test]
    fn a_mail_that_expires_is_not_tried_past_its_expiry() {
        let now = at("2026-03-01T00:00:00Z");
        let deadline = give_up_at(now, Some(at("2026-03-01T00:00:30Z")));
        assert!(next_attempt(3, now, deadline, middle()).is_some());
        assert_eq!(next_attempt(4, now, deadline, middle()), None);
        assert_eq!(after_throttle(Some(TimeDelta::minutes(1)), now, deadline), None);
    }

    #[test]
    fn a_throttled_mail_waits_as_long_as_the_server_asks_within_reason() {
        let now = at("2026-03-01T00:00:00Z");
        let deadline = give_up_at(now, None);
        let wait = |asked| after_throttle(asked, now, deadline).map(|next| next.since(now));
        assert_eq!(wait(None), Some(THROTTLE_PAUSE));
        assert_eq!(wait(Some(TimeDelta::seconds(300))), Some(TimeDelta::seconds(300)));
        assert_eq!(wait(Some(TimeDelta::seconds(-5))), Some(TimeDelta::seconds(1)));
        assert_eq!(wait(Some(TimeDelta::days(90))), Some(THROTTLE_LIMIT));
    }

    proptest! {
        #[test]
        fn the_next_try_is_later_than_now_and_never_past_the_end(
            attempts in 0..u32::MAX, luck in 0_u32..2_000, left in 0_i64..200_000
        ) {
            let now = at("2026-03-01T00:00:00Z");
            let deadline = now.plus(TimeDelta::seconds(left));
            if let Some(next) = next_attempt(attempts, now, deadline, Jitter::of(luck)) {
                prop_assert!(next > now && next <= deadline);
            }
        }

        #[test]
        fn luck_moves_a_quick_retry_by_at_most_a_quarter(attempts in 1_u32..=3, luck in 0_u32..=1_000) {
            let pause = pause_after(attempts, Jitter::of(luck)).num_milliseconds();
            let plain = pause_after(attempts, middle()).num_milliseconds();
            prop_assert!((plain * 3 / 4..=plain * 5 / 4).contains(&pause));
        }
    }
}
