//! The tests of the whole: one binary, one folder for each feature.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets what it did not expect has failed; services are named by the environment"
)]

mod documents;
mod mail;
