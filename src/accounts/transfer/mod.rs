//! Bringing many users in from a file, and taking them out into one: `frontdesk users import|export`.
//!
//! Both files hold the same fields ([`record`]), as CSV or as one JSON object a line, so that what was
//! exported can be imported. An import is judged line by line: a bad one stops nothing else, an address that
//! has an account is left alone. Lines are written in transactions of [`import::BATCH`]; after a stop the same
//! file can be imported again. An export reads by pages and holds no more than one of them.

pub mod export;
pub mod import;
pub mod read;
pub mod record;
mod store;

use crate::text_enum;

text_enum! {
    /// How a file is written.
    Format {
        Csv = "csv",
        Jsonl = "jsonl",
    }
}

impl Format {
    /// As the ending of its name tells.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}
