//! Integration tests: one binary, a folder for each feature.

mod mail;
