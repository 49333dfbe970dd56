//! What reviewers do with cases: one write transaction each, with its audit entry and its mail.
//!
//! An action that is refused changes nothing and says why ([`Refusal`]); a case of another organization
//! is not found.

mod claims;
mod credentials;
mod decide;
mod letters;
mod open_document;

pub use claims::{claim, leave, release, release_expired_claims, renew};
pub use decide::{Decided, decide};
pub use letters::draft_letter;
pub use open_document::{OPENED, open_document};

use serde_json::Value;

use super::model::{Case, Refusal};
use super::store;
use crate::access::{Act, Actor};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::CaseId;
use crate::error::AppError;

/// What an audit entry is about.
pub const TARGET: &str = "verification";

fn found(c: &mut Connection, reviewer: &Actor, id: &CaseId) -> Result<Case, AppError> {
    store::by_id(c, &reviewer.organization, id)?.ok_or(AppError::NotFound)
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    case: &Case,
    action: &'static str,
    change: (Value, Value),
) -> Result<(), AppError> {
    let event = Event::new(&case.organization_id, action, Target(TARGET, case.id.as_str()));
    audit::record(c, &app.random, act, event.change(Some(change.0), change.1))?;
    Ok(())
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.sentence();
        match refusal {
            Refusal::OwnCase => Self::forbidden("own_case", message),
            Refusal::Held { .. } => Self::conflict("claimed", message),
            Refusal::NotHeld => Self::conflict("not_claimed", message),
            Refusal::Closed | Refusal::Stale => Self::conflict("stale", message),
            Refusal::AccountClosed => Self::conflict("account_closed", message),
            Refusal::NoDocuments => Self::bad_request("no_documents", message),
            Refusal::Invalid(errors) => Self::Invalid(errors),
        }
    }
}
