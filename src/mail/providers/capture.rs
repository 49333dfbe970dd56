//! The provider that keeps mails instead of sending them: the default without configuration.
//!
//! The whole message lies encrypted in the database, since it holds links and passwords in the clear; the console
//! opens it for those who may, and records that it did. Keeping a mail twice keeps it once, so the row itself
//! proves what happened and no mark is needed.

use futures_util::future::{BoxFuture, FutureExt};

use super::{Accepted, Fault, Mark, Provider, SendError};
use crate::app::App;
use crate::error::AppError;
use crate::keys::Purpose;
use crate::mail::message::Outgoing;
use crate::mail::model::EmailId;
use crate::mail::store::{self, CapturedMessage};

pub struct Capture(App);

impl std::fmt::Debug for Capture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Capture")
    }
}

impl Capture {
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(app)
    }

    async fn keep(&self, outgoing: &Outgoing) -> Result<Accepted, SendError> {
        let app = &self.0;
        let message =
            outgoing.mime().map_err(|error| SendError::new(Fault::MessageFault, error.to_string()))?;
        let context = outgoing.id.as_str().as_bytes();
        let row = CapturedMessage {
            email_id: outgoing.id.clone(),
            sealed_message: app.keys.seal(Purpose::CapturedMail, &message, context, &app.random),
            size: i64::try_from(message.len()).unwrap_or(i64::MAX),
            captured_at: app.clock.now(),
        };
        let kept = app.db.write(move |c| store::capture(c, &row)).await;
        kept.map_err(|error| SendError::new(Fault::ProviderDown, error.to_string()))?;
        Ok(Accepted { provider_message_id: None, reply: "kept, not sent".to_owned() })
    }
}

impl Provider for Capture {
    fn name(&self) -> &'static str {
        "capture"
    }

    fn send<'a>(
        &'a self,
        outgoing: &'a Outgoing,
        _mark: &'a dyn Mark,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        self.keep(outgoing).boxed()
    }
}

/// The whole message (RFC 5322) that was kept for a mail, secrets included; `None` when none was.
pub async fn captured_message(app: &App, id: &EmailId) -> Result<Option<Vec<u8>>, AppError> {
    let wanted = id.clone();
    let Some(row) = app.db.read(move |c| store::captured(c, &wanted)).await? else {
        return Ok(None);
    };
    let opened = app.keys.open(Purpose::CapturedMail, &row.sealed_message, id.as_str().as_bytes());
    opened.map(Some).map_err(AppError::internal)
}
