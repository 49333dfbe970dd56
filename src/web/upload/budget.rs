//! How much memory all uploads together may take.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::AppError;

const MIB: usize = 1024 * 1024;
/// For all uploads that are received or looked into at the same time.
const TOTAL_MIB: u32 = 256;
/// How long an upload waits for room before it is answered 503; its body stays with the sender until then.
const WAIT: Duration = Duration::from_secs(10);

/// Room for uploads: each reserves what its body may hold before the first byte of it is read.
#[derive(Clone, Debug)]
pub struct UploadBudget {
    room: Arc<Semaphore>,
    wait: Duration,
}

/// The share of one upload; given back when dropped.
#[derive(Debug)]
pub(super) struct Reserved(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

impl Default for UploadBudget {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(TOTAL_MIB as usize)), wait: WAIT }
    }
}

impl UploadBudget {
    /// Takes room for `bytes`.
    pub(super) async fn reserve(&self, bytes: usize) -> Result<Reserved, AppError> {
        let share = u32::try_from(bytes / MIB + 1).unwrap_or(TOTAL_MIB).min(TOTAL_MIB);
        let room = timeout(self.wait, self.room.clone().acquire_many_owned(share)).await;
        room.map_err(AppError::unavailable)?.map(Reserved).map_err(AppError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn uploads_beyond_the_budget_are_told_to_come_back_when_they_have_waited() {
        let budget = UploadBudget { wait: Duration::ZERO, ..UploadBudget::default() };
        let large = 52 * MIB;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(budget.reserve(large).await.unwrap());
        }
        assert!(matches!(budget.reserve(large).await, Err(AppError::Unavailable(_))));
        assert!(budget.reserve(MIB).await.is_ok(), "a small one still fits");
        held.pop();
        assert!(budget.reserve(large).await.is_ok());
    }
}
