//! Verification of an email address by the link that was sent to it.
//!
//! Opening the link shows a page; only its button uses the token up. Verifying twice is a success. A link
//! that came too late still knows whom it was for, so a new one can be asked for with it, 3 times an hour.

mod actions;
pub mod api;
mod pages;
mod store;
mod views;

pub use actions::{Link, Verified, look_at, send_link, send_new_link, verify};
pub use pages::{confirm, link, page, resend, sent};

/// The cookie that holds the token for the applicant's own case.
pub const CASE_COOKIE: &str = "frontdesk-case";
