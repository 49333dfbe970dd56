//! The audit log: who did what to what, when, why and from where.
//!
//! An entry is written in the transaction of what it records ([`record`]), so there is neither an act
//! without its entry nor an entry without its act. Both engines refuse to change or delete one.

mod pages;
mod store;
mod views;

pub use pages::{entry, list};
pub use store::{Entry, Event, Filter, Target, for_target, for_targets, latest_for, record};
pub use views::sentence;
