//! Pages of invites: the console's and the one behind the link.

mod accept;
mod batch;
mod list;
mod one;

pub use accept::{accept, link, offer};
pub use batch::{FILE, confirm, file_form, result_csv, show as show_batch, upload};
pub use list::{Address, list};
pub use one::{Fields, create, form, revoke, send_again, show};

use super::model::{BatchId, InviteId};
use crate::error::AppError;

fn invite_id(text: &str) -> Result<InviteId, AppError> {
    InviteId::parse(text).ok_or(AppError::NotFound)
}

fn batch_id(text: &str) -> Result<BatchId, AppError> {
    BatchId::parse(text).ok_or(AppError::NotFound)
}
