//! Whose data is in a database: only an empty one becomes a demo.

use secrecy::SecretString;

use super::fill::{fill, set_password};
use super::store;
use crate::app::App;
use crate::error::AppError;
use crate::keys::Purpose;

/// The audit entry that says that the demo filled this database.
pub(super) const FILLED: &str = "demo.filled";

/// What a database holds before the demo starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Empty,
    /// A demo of before, whose files and keys are at hand.
    Ours,
    /// A demo of before, with another data directory.
    OtherDemo,
    /// Data of somebody.
    Foreign,
}

impl Found {
    /// Why the demo does not start; `None` when it does.
    #[must_use]
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Empty | Self::Ours => None,
            Self::OtherDemo => Some(
                "This database was filled by a demo with another data directory. Name that one with --data-dir, or give an empty database.",
            ),
            Self::Foreign => Some(
                "This database has data of its own, and the demo changes only an empty one. Give an empty database, or leave DATABASE_URL and --data-dir out.",
            ),
        }
    }
}

/// Looks into the database and changes nothing.
pub async fn look(app: &App) -> Result<Found, AppError> {
    let marker = marker(app);
    app.db
        .read(move |c| {
            let tables = store::tables(c)?;
            let has = |name: &str| tables.iter().any(|table| table == name);
            if !has("users") || !has("organizations") || !has("audit_entries") {
                let ours = |name: &String| name.starts_with("__diesel") || name.starts_with("sqlite_");
                return Ok(if tables.iter().all(ours) { Found::Empty } else { Found::Foreign });
            }
            Ok::<_, AppError>(match store::target_of(c, FILLED)? {
                Some(target) if target == marker => Found::Ours,
                Some(_) => Found::OtherDemo,
                None if store::people_and_organizations(c)? <= 1 => Found::Empty,
                None => Found::Foreign,
            })
        })
        .await
}

/// Makes the demo complete: fills an empty database, gives one of before the password of today.
pub async fn prepare(app: &App, found: Found, password: &SecretString) -> Result<(), AppError> {
    match found {
        Found::Empty => fill(app, password).await,
        Found::Ours => set_password(app, password).await,
        Found::OtherDemo | Found::Foreign => Err(AppError::internal(found.refusal().unwrap_or_default())),
    }
}

/// Names the instance whose keys open the files of this demo.
pub(super) fn marker(app: &App) -> String {
    hex::encode(app.keys.mac(Purpose::DocumentKey, b"demo")).chars().take(32).collect()
}
