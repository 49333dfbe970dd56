//! API keys: what a program calls the API with in the name of its organization, within scopes.
//!
//! A key reads `fd_<handle>_<secret><checksum>`: the handle finds its row and may be shown, the checksum tells
//! a key that was copied badly without asking the database, and only the SHA-256 of the whole is kept. It is
//! shown once, when it is made.
//!
//! States: active → replaced (a rotation made another; this one works on until the overlap ends) → expired;
//! or revoked, at once and for good. Beside these, a key is paused while whoever made it has no active account, and
//! its scopes open nothing that its maker's present role does not include. Replacing a key makes whoever does it the
//! maker of the next one.

pub mod actions;
pub mod api;
pub mod model;
pub mod pages;
pub mod store;
mod views;

pub use model::is_key;
