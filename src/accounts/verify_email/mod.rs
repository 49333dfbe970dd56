//! Verification of an email address by the link that was sent to it, or by the code in the same mail.
//!
//! Opening the link shows a page; only its button uses the token up. Verifying twice is a success. A link
//! that came too late still knows whom it was for, so a new one can be asked for with it, 3 times an hour.
//! The code is for who reads the mail on another device; a wrong one and an unknown address look the same.

mod actions;
pub mod api;
mod codes;
mod pages;
mod store;
mod views;

pub use actions::{Link, Verified, look_at, send_link, send_new_link, verify};
pub use pages::{code_form, confirm, done, enter_code, link, page, resend, sent};

/// The cookie that holds the token for the applicant's own case.
pub const CASE_COOKIE: &str = "frontdesk-case";
