//! Where mails go: one implementation of [`Provider`] each. A chain with failover will stand on the same trait:
//! [`Fault`] already tells what is proven not to have been accepted.

pub mod capture;
pub mod log;
pub mod smtp;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;

use super::message::Outgoing;

/// A place that takes mails.
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// As it stands in the log of mails.
    fn name(&self) -> &'static str;

    /// Hands over one mail. Calls `mark` once, before the first byte of content leaves: until then a crash
    /// proves that nothing was accepted. A provider whose own record is the proof never calls it.
    fn send<'a>(
        &'a self,
        outgoing: &'a Outgoing,
        mark: &'a dyn Mark,
    ) -> BoxFuture<'a, Result<Accepted, SendError>>;
}

/// Writes down that content is about to leave.
pub trait Mark: Send + Sync {
    /// Fails when that could not be written, or when the mail is not ours to send any more; then nothing
    /// may be sent.
    fn transmission_began(&self) -> BoxFuture<'_, Result<(), NotMarked>>;
}

/// The mark could not be set; says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMarked(pub String);

/// A provider took the mail over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's own id for it, where it gives one.
    pub provider_message_id: Option<String>,
    /// Its answer, one line.
    pub reply: String,
}

/// The mail was not accepted, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SendError {
    pub fault: Fault,
    /// For staff: the server's answer or what went wrong, one line.
    pub detail: String,
}

impl SendError {
    pub fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }
}

/// What a failed try means for the mail. All but [`Fault::Unknown`] prove that it was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// May pass: try again later.
    Transient,
    /// The server asks for patience; the try does not count.
    Throttled { after: Option<TimeDelta> },
    /// The recipient is refused for good.
    Permanent,
    /// The provider is away or will not work for us: every mail would fail, another provider may do.
    ProviderDown,
    /// This message is refused for what it is; no provider would take it.
    MessageFault,
    /// Content had begun to leave and no answer came: it may have been accepted.
    Unknown,
    /// The mark could not be set, so nothing was sent; the row may not be ours any more.
    NotMarked,
}
