//! Verification cases: what an applicant declared, handed in, and what became of it.

pub mod actions;
pub mod decision;
pub mod model;
pub mod opening;
pub mod reasons;
pub mod search;
pub mod store;

pub use model::{Case, CaseState};
