//! The pages of reviewers.

mod case;
mod claims;
mod decision;
mod document;
mod queue;

pub use case::show;
pub use claims::{claim, leave, release, renew};
pub use decision::{decide, preview};
pub use document::open;
pub use queue::list;

use crate::documents::CaseId;
use crate::error::AppError;

/// The id in an address; anything else is no case of ours.
fn case_id(text: &str) -> Result<CaseId, AppError> {
    CaseId::parse(text).ok_or(AppError::NotFound)
}
