//! Registration: an applicant's data, what they declare about their document, and its files.
//!
//! The user is `pending`, a verification case waits, a link to verify the address goes out. Registering
//! an address that exists is answered the same and costs the same work; its owner gets a mail about it.
//! Files are stored before the transaction and deleted again when it fails.

mod actions;
pub mod api;
mod model;
mod pages;
mod views;

pub use actions::{Outcome, register, tell_owner};
pub use model::{RegistrationParts, phone};
pub use pages::{form, received, submit};
