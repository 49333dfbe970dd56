//! The provider that keeps mails instead of sending them: the default without configuration.
//!
//! What it says lies encrypted in the database, since it holds links and passwords in the clear; the console
//! opens it for those who may, and records that it did. The rest of the message is in the row of the outbox. Keeping a mail twice keeps it once, so the row itself
//! proves what happened and no mark is needed.

use futures_util::future::{BoxFuture, FutureExt};

use super::{Accepted, Fault, Mark, Provider, SendError};
use crate::app::App;
use crate::error::AppError;
use crate::keys::Purpose;
use crate::mail::message::Outgoing;
use crate::mail::model::EmailId;
use crate::mail::outbox;
use crate::mail::store::{self, CapturedMessage};
use crate::mail::templates::Rendered;

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
        let fault = |error: &dyn std::fmt::Display| SendError::new(Fault::MessageFault, error.to_string());
        let size = outgoing.mime().map_err(|error| fault(&error))?.len();
        let content = serde_json::to_vec(&outgoing.content).map_err(|error| fault(&error))?;
        let place = outgoing.id.as_str().as_bytes();
        let row = CapturedMessage {
            email_id: outgoing.id.clone(),
            sealed_content: app.keys.seal(Purpose::CapturedMail, &content, place, &app.random),
            size: i64::try_from(size).unwrap_or(i64::MAX),
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

/// What a mail says that was kept, secrets included; `None` when none was.
pub async fn captured(app: &App, id: &EmailId) -> Result<Option<Rendered>, AppError> {
    let wanted = id.clone();
    let Some(row) = app.db.read(move |c| store::captured(c, &wanted)).await? else {
        return Ok(None);
    };
    let opened = app.keys.open(Purpose::CapturedMail, &row.sealed_content, id.as_str().as_bytes());
    serde_json::from_slice(&opened.map_err(AppError::internal)?).map(Some).map_err(AppError::internal)
}

/// The whole message (RFC 5322) of a mail that was kept, as it would have been sent.
pub async fn captured_message(app: &App, id: &EmailId) -> Result<Option<Vec<u8>>, AppError> {
    let Some(content) = captured(app, id).await? else { return Ok(None) };
    let wanted = id.clone();
    let email = app.db.read(move |c| store::by_id(c, &wanted)).await?.ok_or(AppError::NotFound)?;
    let outgoing = outbox::with_content(&email, content).map_err(AppError::internal)?;
    outgoing.mime().map(Some).map_err(AppError::internal)
}
