//! Sessions: who is signed in, as rows that can be ended.
//!
//! A browser session's cookie holds an opaque key, its row the key's SHA-256. An API session is a
//! token family: one short access token and a chain of refresh tokens, each spent once. Every request
//! reads the row with its user, so an ended session, a suspended user or a changed role counts at once.

pub mod api_tokens;
mod cookie;
pub mod identity;
pub mod store;

pub use cookie::{Rows, SignIn, cookie_name, forget, remember};
