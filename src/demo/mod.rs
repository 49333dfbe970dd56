//! The demo: `serve --demo` shows the product with a made-up organization in it.
//!
//! - [`people`], [`plan`]: who is there and what happened to each of them in thirty days, a pure story.
//! - [`papers`], [`cards`], [`letters`], [`canvas`]: their documents, drawn here.
//! - [`archive`], [`resident`], [`crew`], [`mails`], [`fate`], [`kept`], [`history`], [`live`]: the story as files and rows.
//! - [`fill`]: all of it in one transaction. [`store`]: the SQL only the demo needs.
//! - [`setup`]: where it runs, and what it never touches; [`guide`]: what is printed about it.
//!
//! Nothing leaves the machine: mail is kept, every address ends in a domain that does not exist. Only an empty
//! database is filled; one that a demo filled before is used again as it is.

mod archive;
mod canvas;
mod cards;
mod clients;
mod crew;
mod fate;
mod fill;
mod guide;
mod history;
mod kept;
mod letters;
mod live;
mod mails;
mod papers;
pub mod people;
mod plan;
mod resident;
mod setup;
mod store;

use secrecy::SecretString;

pub use fill::fill;
pub use guide::guide;
pub use mails::MAILS;
pub use setup::{Place, choose_port, password, settings};

use crate::app::App;
use crate::error::AppError;
use crate::keys::Purpose;

/// The organization of the demo. There is no such association.
pub const ORGANIZATION: &str = "Meridian Housing Association";

/// The audit entry that says that the demo filled this database.
const FILLED: &str = "demo.filled";

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
        Found::Ours | Found::OtherDemo | Found::Foreign => fill::set_password(app, password).await,
    }
}

/// Names the instance whose keys open the files of this demo.
fn marker(app: &App) -> String {
    hex::encode(app.keys.mac(Purpose::DocumentKey, b"demo")).chars().take(32).collect()
}
