//! What is told at once to whoever is connected: events of this process, on one hub.
//!
//! An event is published after the transaction of its cause has committed. Nothing depends on its arrival:
//! the database has the truth, an event only saves somebody a look.

use tokio::sync::broadcast;

use crate::access::{OrganizationId, SessionId, UserId};

/// Events that a slow listener may lag behind before it misses some.
const BACKLOG: usize = 1_024;

/// Something that connections want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Sessions ended: connections that stand on them must close.
    SessionsEnded { organization: OrganizationId, user: UserId, sessions: Ended },
}

/// Which sessions of a user ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    All,
    Some(Vec<SessionId>),
    AllBut(SessionId),
}

/// Where events are published and listened to.
#[derive(Clone, Debug)]
pub struct Hub(broadcast::Sender<Event>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }
}

impl Hub {
    /// Tells everybody who listens now.
    pub fn publish(&self, event: Event) {
        // Nobody listening is no fault.
        drop(self.0.send(event));
    }

    /// Hears what is published from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
