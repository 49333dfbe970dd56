//! The threads that hash.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{self, Receiver, RecvError, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::memory::Memory;
use crate::error::AppError;

/// What is to be done, in the memory of the thread that does it.
pub(super) type Work = Box<dyn FnOnce(&mut Memory) + Send>;

/// The threads, started with the first work.
#[derive(Debug)]
pub(super) struct Workers {
    /// How many hashes are computed at the same time.
    count: usize,
    /// By how much their priority is lower. The scheduler takes the processor away from a thread as soon as that
    /// thread had more than its share, so the smaller the share, the less a page waits. Where nobody else wants
    /// the processor, it costs nothing.
    nice: i32,
    queue: OnceLock<Sender<Work>>,
}

impl Workers {
    pub(super) fn new(count: usize, nice: i32) -> Self {
        Self { count, nice, queue: OnceLock::new() }
    }

    pub(super) fn take(&self, work: Work) -> Result<(), AppError> {
        let queue = self.queue.get_or_init(|| start(self.count, self.nice));
        queue.send(work).map_err(|error| AppError::internal(error.to_string()))
    }
}

/// Starts the threads; they end when the queue's sender is dropped.
fn start(count: usize, nice: i32) -> Sender<Work> {
    let (sender, receiver) = mpsc::channel();
    let receiver = Arc::new(Mutex::new(receiver));
    for number in 1..=count {
        let receiver = receiver.clone();
        let thread = std::thread::Builder::new().name(format!("hashing-{number}"));
        if let Err(error) = thread.spawn(move || work_off(&receiver, nice)) {
            tracing::error!(%error, "a thread for password hashes could not be started");
        }
    }
    sender
}

fn work_off(queue: &Mutex<Receiver<Work>>, nice: i32) {
    if let Err(error) = rustix::process::nice(nice) {
        tracing::debug!(%error, "password hashes are computed at the usual priority");
    }
    let mut memory = Memory::default();
    loop {
        let Ok(work) = next(queue, &mut memory) else { return };
        // Whoever waits for it is told by the end of its channel; the thread goes on.
        if std::panic::catch_unwind(AssertUnwindSafe(|| work(&mut memory))).is_err() {
            tracing::error!("a password hash failed");
        }
    }
}

/// The next work. When there is none yet, nothing of the hash before stays in the memory meanwhile.
fn next(queue: &Mutex<Receiver<Work>>, memory: &mut Memory) -> Result<Work, RecvError> {
    // Whoever holds the queue waits at it, so that there is none either.
    let at_once = match queue.try_lock() {
        Ok(queue) => queue.try_recv().ok(),
        Err(_) => None,
    };
    if let Some(work) = at_once {
        return Ok(work);
    }
    memory.clear();
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv()
}
