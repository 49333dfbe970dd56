//! The pages about users.

mod deeds;
mod list;
mod person;

pub use deeds::{ask, ask_freshly, send, send_freshly};
pub use list::list;
pub use person::show;

use crate::access::UserId;
use crate::error::AppError;

/// The id in an address; anything else is no user of ours.
fn user_id(text: &str) -> Result<UserId, AppError> {
    UserId::parse(text).ok_or(AppError::NotFound)
}
