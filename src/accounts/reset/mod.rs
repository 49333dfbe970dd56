//! Replacing a forgotten password by a link that is mailed.
//!
//! A request writes one row and is answered, whether the address has an account or not: same words, same
//! work. What differs (looking the account up, the token, the mail) is done on a beat of its own, so that
//! neither the answer nor what slows down after it tells one from the other. Only open accounts get a mail.
//!
//! The link is good for an hour and works once; looking at it uses nothing up. A reset ends every session
//! and token family, lifts a lock, and its owner is told by mail and in Frontdesk.

mod actions;
pub mod api;
mod pages;
mod requests;
mod store;
mod views;

pub use actions::{Dead, Link, Refused, look, reset, send_link};
pub use pages::{choose, form, link, page, request, sent};
pub use requests::{answer_waiting, ask, run_loop};
