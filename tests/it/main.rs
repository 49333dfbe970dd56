//! The tests of the whole: one binary, one folder for each feature.

mod documents;
mod mail;
