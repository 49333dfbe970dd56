//! Answers that must not tell by their time what they know. Work that differs, such as registering an address that
//! has an account and one that has none, or that waits behind such work of others, is over at a whole multiple of a
//! floor after it began. What the sender makes long or short (files, pictures) belongs into a pace of its own: else
//! it could be made to end just before a multiple, and the little that differs would be a whole step.

use std::time::Duration;

use tokio::time::Instant;

use crate::ids::Random;

/// When the work began.
#[derive(Clone, Copy, Debug)]
pub struct Pace(Instant);

impl Pace {
    #[must_use]
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits until the next multiple of `floor` is over, without holding a thread. Without a floor nothing waits.
    pub async fn keep(self, floor: Duration) {
        if floor.is_zero() {
            return;
        }
        let over = self.0.elapsed().as_nanos() / floor.as_nanos();
        let steps = u32::try_from(over).unwrap_or(u32::MAX).saturating_add(1);
        tokio::time::sleep_until(self.0 + floor.saturating_mul(steps)).await;
    }

    /// The same for the step that the answer follows, and up to a tenth of `floor` longer by chance: what still works
    /// in the background when it leaves (a mail to a new address, say) delays it by less than that.
    pub async fn keep_blurred(self, floor: Duration, random: &Random) {
        let [chance] = random.bytes::<1>();
        self.keep(floor).await;
        tokio::time::sleep(floor * u32::from(chance) / 2_560).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_leave_at_multiples_of_the_floor_however_long_the_work_took() {
        let floor = Duration::from_millis(500);
        for (work, leaves) in [(0, 500), (3, 500), (499, 500), (510, 1_000), (1_400, 1_500)] {
            let (pace, begun) = (Pace::begin(), Instant::now());
            tokio::time::advance(Duration::from_millis(work)).await;
            pace.keep(floor).await;
            assert_eq!(begun.elapsed(), Duration::from_millis(leaves), "{work} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_blurred_answer_leaves_within_a_tenth_after_its_step() {
        let (floor, random) = (Duration::from_millis(500), Random::seeded(1));
        let mut times = Vec::new();
        for _ in 0..50 {
            let (pace, begun) = (Pace::begin(), Instant::now());
            pace.keep_blurred(floor, &random).await;
            times.push(begun.elapsed());
        }
        let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        assert!(*first >= floor && *last <= floor + Duration::from_millis(51), "{times:?}");
        assert!(last.saturating_sub(*first) > Duration::from_millis(20), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_floor_nothing_waits() {
        let (pace, begun) = (Pace::begin(), Instant::now());
        pace.keep(Duration::ZERO).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
