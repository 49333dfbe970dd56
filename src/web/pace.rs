//! Answers that must not tell by their time what they know: none leaves before a moment that is the same for
//! all. For work that differs, such as registering an address that has an account and one that has none.

use std::time::Duration;

use tokio::time::Instant;

/// When the work began.
#[derive(Clone, Copy, Debug)]
pub struct Pace(Instant);

impl Pace {
    #[must_use]
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits until `floor` is over, without holding a thread.
    pub async fn keep(self, floor: Duration) {
        tokio::time::sleep_until(self.0 + floor).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_answer_leaves_before_the_floor() {
        let floor = Duration::from_millis(30);
        let (pace, begun) = (Pace::begin(), Instant::now());
        pace.keep(floor).await;
        assert!(begun.elapsed() + Duration::from_millis(2) >= floor);
    }
}
