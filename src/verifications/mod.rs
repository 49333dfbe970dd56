//! Verification cases: what an applicant declared, handed in, and what became of it.
//!
//! A case waits, is claimed by one reviewer for a while, and ends with a decision: approved, rejected, or
//! documents asked for again, whereupon it waits anew. [`model`] and [`decision`] are the rules, [`store`]
//! the SQL, [`actions`] what reviewers do (one transaction each), [`pages`] and [`views`] the console,
//! [`api`] the same for programs. [`opening`] is how a case comes to be, [`declared`] what the applicant
//! says about the document.

pub mod actions;
pub mod api;
pub mod crowds;
pub mod decision;
pub mod declared;
pub mod dossier;
pub mod draft;
pub mod masking;
pub mod model;
pub mod opening;
pub mod pages;
pub mod reasons;
pub mod search;
pub mod store;
pub mod views;

pub use model::{Case, CaseState};
