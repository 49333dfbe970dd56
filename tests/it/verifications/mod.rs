//! Reviewers at work: the queue, claims, decisions, documents and the API.
#![cfg(test)]

mod api;
mod case_page;
mod claims;
mod decisions;
mod documents;
pub mod plans;
mod queue;
mod races;
mod refusals;
pub mod support;
