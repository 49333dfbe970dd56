//! Uploaded files: what is taken, what is refused and why, what reviewers see of it.
#![cfg(test)]

pub(crate) mod corpus;
mod inspection;
mod pdf_child;
mod rendition;
pub(crate) mod samples;
