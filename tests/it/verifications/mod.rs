//! Reviewers at work: the queue, claims, decisions, documents and the API.
#![cfg(test)]

pub mod support;
