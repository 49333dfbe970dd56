//! Why something could not be read, in words for those who sent it.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    Missing(String),
    Unknown(String),
    Twice(String),
    Sentence(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(text) | Self::Unknown(text) | Self::Twice(text) | Self::Sentence(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for Unfit {}

impl Unfit {
    /// Out of what serde says of a field, which is made of names between backquotes.
    pub(super) fn from_text(text: &str) -> Self {
        let name = || text.split('`').nth(1).unwrap_or_default().to_owned();
        if text.starts_with("missing field") {
            Self::Missing(name())
        } else if text.starts_with("unknown field") {
            Self::Unknown(name())
        } else if text.starts_with("duplicate field") {
            Self::Twice(name())
        } else {
            Self::Sentence(sentence(text))
        }
    }
}

/// The words of one of our own types; those of a library say nothing to a caller.
fn sentence(text: &str) -> String {
    if let Some(wanted) = text.strip_prefix("expected ") {
        return format!("Send {wanted}.");
    }
    if text.contains(" must be ") {
        return format!("{text}.");
    }
    "This value cannot be read.".to_owned()
}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::Sentence(sentence(&text.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::Sentence(format!("Send {} here, not {}.", kind(&wanted.to_string()), found_kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::Sentence(match found {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => {
                "This number is out of its range.".to_owned()
            }
            _ => format!("Send {} here.", kind(&wanted.to_string())),
        })
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::Sentence("This list has too few or too many items.".to_owned())
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::Sentence(format!("Send one of: {}.", known.join(" ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field.to_owned())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Twice(field.to_owned())
    }
}

/// What is wanted, from how serde writes it.
fn kind(wanted: &str) -> &'static str {
    match wanted {
        "a string" | "string" | "str" | "a character" => "text",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" | "usize" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        _ => "an object",
    }
}

fn found_kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) => "text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "null",
    }
}
