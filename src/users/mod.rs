//! Users in the console: who is there, what is known of a person, and what staff may do about it.
//!
//! Everything that can be done is a [`Deed`]; [`model::judge`] alone says who may do it to whom:
//!
//! - nobody changes their own role or status; one's own account is erased from `/account`,
//! - operators are touched by operators only, and only they make one,
//! - an organization keeps one active administrator (or operator) who is not about to be erased,
//! - a deed that is done already is done once, and a form that was made for another state of the person is stale.
//!
//! States: pending → active ⇄ suspended; any of them, and rejected, → banned and back to what it was before. An
//! erasure waits [`model::GRACE`], then happens in two steps ([`actions::erase`]): first all personal data is taken
//! away and a last mail is put into the outbox, then the files and that mail's address. The row stays as
//! "Erased person"; so does the audit log, which nobody can change.

pub mod actions;
pub mod api;
pub mod dossier;
pub mod model;
mod order;
pub mod pages;
pub mod search;
pub mod store;
mod views;

pub use model::{Deed, Person, Refusal};
pub use order::Order;
