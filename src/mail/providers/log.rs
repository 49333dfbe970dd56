//! The provider that only writes a line to the application's log, for development: no content, no secrets.

use futures_util::future::{BoxFuture, FutureExt};

use super::{Accepted, Mark, Provider, SendError};
use crate::mail::message::Outgoing;

#[derive(Debug)]
pub struct Log;

impl Provider for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn send<'a>(
        &'a self,
        outgoing: &'a Outgoing,
        _mark: &'a dyn Mark,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        tracing::info!(
            email = %outgoing.id, kind = %outgoing.kind, recipient = %outgoing.recipient.address,
            "mail written to the log instead of being sent"
        );
        let accepted = Accepted { provider_message_id: None, reply: "written to the log".to_owned() };
        std::future::ready(Ok(accepted)).boxed()
    }
}
