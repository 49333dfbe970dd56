//! The applicant's own case: where it stands in plain words, their documents, and sending what is missing.
//!
//! It opens by the link of a mail (a token, spent by a submission and by nothing else) or by being signed
//! in. Documents that were asked for again are replaced one by one; after a rejection, where the
//! organization allows it, a new case is opened with new data and files.

mod actions;
mod model;
mod pages;
mod store;
mod views;
mod visit;

pub use model::{CaseParts, NextStep, OwnCase};
pub use pages::{case, document, link, received, submit};
