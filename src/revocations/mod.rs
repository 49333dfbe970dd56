//! Revocations: sessions ended by staff or at the terminal, one or a million of them.
//!
//! Every revocation is a row: who asked for it, why, for which sessions, and how far it came. It is carried out
//! in batches, each one short write transaction that ends sessions, tells their people (one notification and
//! one mail each) and keeps the place. So it survives a crash anywhere: whoever takes its lease goes on.
//!
//! States: `preparing` (its list is being read, or waits for its confirmation), `running`, then `done`, `cancelled` or
//! `failed`.
//!
//! Invariants:
//! - a session is ended, counted and told of by exactly one revocation: the conditional update decides;
//! - a session opened after the start (`cutoff`) is left alone;
//! - a person is told once, when the last of their sessions is ended;
//! - nothing outside of the organization is touched or counted.

pub mod actions;
pub mod api;
mod csv;
pub mod drafts;
mod guard;
pub mod jobs;
mod large;
pub mod lines;
mod model;
pub mod pages;
pub mod store;
mod tally;
pub mod terminal;
mod views;
mod work;

pub use model::{
    Line, LineOutcome, Reason, ReasonError, Revocation, RevocationId, RunState, SMALL, Scope, Selection,
};
pub use tally::{After, Target};
pub use work::{Outcome, run};
