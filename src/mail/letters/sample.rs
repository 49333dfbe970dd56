//! What samples are made of: made-up places, times and links that look like real ones.

use chrono::{DateTime, TimeDelta};

use crate::clock::Timestamp;

/// When it happened.
pub fn at() -> Timestamp {
    later().minus(TimeDelta::hours(24))
}

/// Ten minutes after it happened.
pub fn soon() -> Timestamp {
    at().plus(TimeDelta::minutes(10))
}

/// A day after it happened.
pub fn later() -> Timestamp {
    Timestamp::new(DateTime::UNIX_EPOCH).plus(TimeDelta::hours(499_674))
}

/// The address of a page.
pub fn page(path: &str) -> String {
    format!("https://desk.demo.test/{path}")
}

/// The address of a page with a token in it.
pub fn link(path: &str) -> String {
    page(&format!("{path}/q7Yx0vVbJ2mN5sK8tR1wZ4cF6hL9pD3aG0eU2iO5yT8"))
}

/// An address of a computer, kept for documentation (RFC 5737).
pub fn ip() -> String {
    "192.0.2.17".to_owned()
}

pub fn device() -> String {
    "Firefox on Linux".to_owned()
}
