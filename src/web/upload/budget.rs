//! How much memory all uploads together may take, and how much of it one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::AppError;

const MIB: usize = 1024 * 1024;
/// For all uploads that are received or looked into at the same time.
const TOTAL_MIB: u32 = 256;
/// For those of one address: a few slow senders must not take the place of all others.
const ADDRESS_MIB: u32 = 64;
/// How long an upload waits for room before it is answered 503; its body stays with the sender until then.
const WAIT: Duration = Duration::from_secs(10);

/// Room for uploads: each reserves what its body may hold before the first byte of it is read.
#[derive(Clone, Debug)]
pub struct UploadBudget {
    room: Arc<Semaphore>,
    addresses: Arc<Mutex<HashMap<IpAddr, Arc<Semaphore>>>>,
    wait: Duration,
}

/// The share of one upload; given back when dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "held until it is dropped")]
pub(super) struct Reserved {
    of_address: OwnedSemaphorePermit,
    of_all: OwnedSemaphorePermit,
}

impl Default for UploadBudget {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(TOTAL_MIB as usize));
        Self { room, addresses: Arc::default(), wait: WAIT }
    }
}

impl UploadBudget {
    /// Takes room for `bytes` from `address`.
    pub(super) async fn reserve(&self, address: IpAddr, bytes: usize) -> Result<Reserved, AppError> {
        let share = u32::try_from(bytes / MIB + 1).unwrap_or(ADDRESS_MIB).min(ADDRESS_MIB);
        let (address, room) = (self.room_of(address), self.room.clone());
        let both = async move {
            let of_address = address.acquire_many_owned(share).await?;
            let of_all = room.acquire_many_owned(share).await?;
            Ok::<_, AcquireError>(Reserved { of_address, of_all })
        };
        timeout(self.wait, both).await.map_err(AppError::unavailable)?.map_err(AppError::internal)
    }

    fn room_of(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever holds or awaits a share holds the semaphore too.
        addresses.retain(|_, room| Arc::strong_count(room) > 1);
        let room = addresses.entry(network(address));
        room.or_insert_with(|| Arc::new(Semaphore::new(ADDRESS_MIB as usize))).clone()
    }
}

/// One customer of an IPv6 provider has a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: usize = 52 * MIB;

    fn impatient() -> UploadBudget {
        UploadBudget { wait: Duration::ZERO, ..UploadBudget::default() }
    }

    fn is_full(outcome: &Result<Reserved, AppError>) -> bool {
        matches!(outcome, Err(AppError::Unavailable(_)))
    }

    #[tokio::test]
    async fn uploads_beyond_the_budget_are_told_to_come_back_when_they_have_waited() {
        let budget = impatient();
        let from = |last| IpAddr::from([192, 0, 2, last]);
        let mut held = Vec::new();
        for last in 1..5 {
            held.push(budget.reserve(from(last), LARGE).await.unwrap());
        }
        assert!(is_full(&budget.reserve(from(5), LARGE).await));
        assert!(budget.reserve(from(5), MIB).await.is_ok(), "a small one still fits");
        held.pop();
        assert!(budget.reserve(from(5), LARGE).await.is_ok());
    }

    #[tokio::test]
    async fn one_address_cannot_take_the_room_of_the_others() {
        let budget = impatient();
        let network: [IpAddr; 2] = ["2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        let held = budget.reserve(network[0], LARGE).await.unwrap();
        assert!(is_full(&budget.reserve(network[1], LARGE).await));
        assert!(budget.reserve("2001:db8:0:1::1".parse().unwrap(), LARGE).await.is_ok());
        drop(held);
        assert!(budget.reserve(network[1], LARGE).await.is_ok());
    }

    #[tokio::test]
    async fn addresses_without_an_upload_are_forgotten() {
        let budget = impatient();
        for last in 0..100 {
            budget.reserve(IpAddr::from([192, 0, 2, last]), MIB).await.unwrap();
        }
        assert_eq!(budget.addresses.lock().unwrap().len(), 1);
    }
}
