//! One's own account: profile, sessions, notifications, wishes about mail, and all that is kept of oneself.
//!
//! Everything here acts on the person who is signed in and on nobody else: ids of others are not found.

pub mod actions;
mod export;
pub mod pages;
mod views;
