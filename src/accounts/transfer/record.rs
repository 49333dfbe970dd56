//! One user of a file: what may stand there, and what it must be.

use serde::{Deserialize, Deserializer};

use crate::access::Role;
use crate::accounts::Status;
use crate::accounts::hash_format;
use crate::accounts::registration::phone;
use crate::mail::{DisplayName, EmailAddress};

/// The columns of a file, in the order an export writes them.
pub const COLUMNS: [&str; 7] =
    ["email", "name", "role", "status", "phone", "email_verified", "password_hash"];

/// The fields of a line as they stand there; an empty one is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Raw {
    pub email: Option<String>,
    pub name: Option<String>,
    pub role: Option<String>,
    pub status: Option<String>,
    pub phone: Option<String>,
    #[serde(deserialize_with = "word_or_bool")]
    pub email_verified: Option<String>,
    pub password_hash: Option<String>,
}

/// JSON says `true`, CSV can only write it.
fn word_or_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Bool(bool),
        Word(String),
    }
    let either = Option::<Either>::deserialize(deserializer)?;
    Ok(either.map(|either| match either {
        Either::Bool(yes) => yes.to_string(),
        Either::Word(word) => word,
    }))
}

impl Raw {
    /// The place of a column.
    pub fn field(&mut self, column: &str) -> Option<&mut Option<String>> {
        Some(match column {
            "email" => &mut self.email,
            "name" => &mut self.name,
            "role" => &mut self.role,
            "status" => &mut self.status,
            "phone" => &mut self.phone,
            "email_verified" => &mut self.email_verified,
            "password_hash" => &mut self.password_hash,
            _ => return None,
        })
    }
}

/// A user that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub email: EmailAddress,
    pub name: DisplayName,
    pub role: Role,
    pub status: Status,
    pub phone: Option<String>,
    pub email_verified: bool,
    pub password_hash: Option<String>,
}

impl Record {
    /// Reads a line.
    ///
    /// # Errors
    /// All that is wrong with it, a sentence each.
    pub fn parse(raw: &Raw) -> Result<Self, String> {
        let mut problems: Vec<String> = Vec::new();
        let text = |field: &Option<String>| field.as_deref().map(str::trim).unwrap_or_default().to_owned();
        let mut refuse = |sentence: String| problems.push(sentence);
        let email = EmailAddress::parse(&text(&raw.email)).map_err(|error| refuse(error.to_string())).ok();
        let name = DisplayName::parse(&text(&raw.name)).map_err(|error| refuse(error.to_string())).ok();
        let role = match text(&raw.role).as_str() {
            "" => Some(Role::Member),
            word => Role::parse(&word.to_lowercase()),
        };
        if role.is_none() {
            refuse("The role must be member, reviewer, analyst, support, admin or operator.".to_owned());
        }
        let status = match text(&raw.status).as_str() {
            "" => Some(Status::Active),
            word => Status::parse(&word.to_lowercase()),
        };
        if status.is_none() {
            refuse("The status must be pending, active, suspended, banned or rejected.".to_owned());
        }
        let phone = phone(&text(&raw.phone)).map_err(|sentence| refuse(sentence.to_owned())).ok();
        let verified =
            yes_or_no(&text(&raw.email_verified)).map_err(|sentence| refuse(sentence.to_owned())).ok();
        let hash = hash(text(&raw.password_hash)).map_err(&mut refuse).ok();
        let all = || {
            Some(Self {
                email: email?,
                name: name?,
                role: role?,
                status: status?,
                phone: phone?,
                email_verified: verified?,
                password_hash: hash?,
            })
        };
        all().ok_or_else(|| problems.join(" "))
    }
}

fn yes_or_no(word: &str) -> Result<bool, &'static str> {
    match word.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" | "" => Ok(false),
        _ => Err("The field email_verified must be true or false."),
    }
}

fn hash(text: String) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    hash_format::parse(&text).map(|_| Some(text)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(fields: &[(&str, &str)]) -> Raw {
        let mut raw = Raw::default();
        for (column, value) in [("email", "ada@demo.test"), ("name", "Ada")].iter().chain(fields) {
            *raw.field(column).unwrap() = Some((*value).to_owned());
        }
        raw
    }

    #[test]
    fn a_line_needs_an_address_and_a_name_only() {
        let record = Record::parse(&raw(&[])).unwrap();
        assert_eq!(
            (record.role, record.status, record.email_verified),
            (Role::Member, Status::Active, false)
        );
        assert_eq!((record.phone, record.password_hash), (None, None));
    }

    #[test]
    fn everything_wrong_with_a_line_is_told_at_once() {
        let bad = raw(&[
            ("email", "ada"),
            ("name", "A\u{7}da"),
            ("role", "captain"),
            ("status", "alive"),
            ("phone", "call me"),
            ("email_verified", "perhaps"),
            ("password_hash", "hunter2"),
        ]);
        let told = Record::parse(&bad).unwrap_err();
        for words in
            ["email address", "control", "role must", "status must", "phone", "email_verified", "argon2id"]
        {
            assert!(told.contains(words), "{words} in {told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn every_column_has_its_place() {
        for column in COLUMNS {
            assert!(Raw::default().field(column).is_some(), "{column}");
        }
        assert!(Raw::default().field("id").is_none());
    }
}
