//! Invites: an address is asked to open an account with a role, by a link that works once.
//!
//! States: open → accepted, or revoked, or expired. An organization has one open invite for an address: a new
//! one takes the place of the older. Sending an invite again makes a new link and a new end; the older links
//! die. An expired invite can be sent again, an accepted or revoked one cannot.
//!
//! Who may: whoever manages users, every role but operator; operators every role ([`may_give`]). Inviting staff
//! and sending a file ask for a fresh factor. An invite is as good as its inviter: it opens nothing once that
//! person is out or may no longer give the role, until somebody else sends it again.
//!
//! An address that has an account in this organization is told to the inviter. One that has an account in
//! another organization is invited like any other, so that nobody learns of it; whoever opens the link reads
//! that the address has an account, which its owner knows.
//!
//! Many at once come from a CSV file ([`sheet`]): its rows are kept as a [`batch`], shown with what will
//! happen to each, sent at the administrator's word in small transactions (a stop in between leaves rows that
//! can be sent later), and forgotten after 30 days, or a day when they were never sent.

pub mod accept;
pub mod actions;
pub mod api;
pub mod batch;
mod model;
pub mod pages;
pub mod sheet;
pub mod store;
mod views;

pub use model::{BatchId, Invite, InviteId, Invitee, State, Verdict, may_give};
