//! Tests through the application's own doors: pages, forms, the API and mail, on both databases.
//!
//! One binary for all of them, those in a real browser (`tests/e2e`) included: it is linked once and the
//! harness is shared.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect has failed"
)]

mod access;
mod accounts;
mod api_keys;
mod audit;
mod cli;
mod crash;
mod db;
mod demo;
mod documents;
#[path = "../e2e/mod.rs"]
mod e2e;
mod geo;
mod harness;
mod health;
mod invites;
mod limits;
mod mail;
mod mfa;
mod openapi;
mod own_account;
mod registration;
mod revocations;
mod sessions;
mod tokens;
mod users;
mod verifications;
mod web;
