//! Changing the address of an account.
//!
//! A change is asked for by its signed-in owner with a fresh factor, takes effect when the new address
//! confirms it (a link, a button), and can be taken back by the old address for 72 hours. So long the old
//! address stays reserved, so that nobody can take it and bar the way back. Taking a change back ends every
//! session, takes the password away (whoever changed the address knew it) and mails a link for a new one.
//!
//! Whether an address is taken is told to nobody but its owner.

mod actions;
mod pages;
mod store;
mod undo;
mod views;

pub use actions::end_unconfirmed;
pub use pages::{confirm, confirm_link, confirm_page, form, request, sent, undo, undo_link, undo_page};
pub use store::{Past, forget_user, is_reserved, of_user, reserved_among, reserved_for};
