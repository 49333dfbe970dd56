//! Addresses and names of people as mail can carry them, parsed at the edge.
//!
//! What passes here can go into a header and an SMTP command as it is. The local part keeps its letters as
//! typed (they may matter to the receiving server), the domain becomes lower-case ASCII, and [`EmailAddress::key`]
//! is what two spellings of one address have in common.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// The longest address that fits an SMTP path (RFC 5321, 4.5.3.1.3, without the angle brackets).
const ADDRESS_LIMIT: usize = 254;
const LOCAL_LIMIT: usize = 64;
const NAME_LIMIT: usize = 200;

/// An address that mail can be sent to: `local@domain` in ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct EmailAddress(String);

/// Why a text is no address we can send to; shown beside the field as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    #[error("Enter an email address.")]
    Empty,
    #[error("Enter an email address like name@example.org.")]
    Malformed,
    #[error("Enter an email address of at most 254 characters.")]
    TooLong,
    #[error("Use only the letters a to z, digits and common signs before the @ of the email address.")]
    LocalPart,
}

impl EmailAddress {
    /// Reads an address as a person types it: spaces around it are dropped, the domain may be international.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        // Before anything else looks at it: the longest domain needs no more than this in any spelling.
        if text.len() > 4 * ADDRESS_LIMIT {
            return Err(AddressError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Malformed)?;
        check_local(local)?;
        let address = format!("{local}@{}", ascii_domain(domain)?);
        if address.len() > ADDRESS_LIMIT {
            return Err(AddressError::TooLong);
        }
        Ok(Self(address))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for every spelling that reaches the same mailbox: what uniqueness is decided by.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the @.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the @, in lower-case ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A dot-atom (RFC 5322, 3.2.3): no quoted forms, which few servers take and forms of websites never mean.
fn check_local(local: &str) -> Result<(), AddressError> {
    if local.chars().any(|c| c.is_control() || c.is_whitespace() || c == '@') {
        return Err(AddressError::Malformed);
    }
    if local.len() > LOCAL_LIMIT {
        return Err(AddressError::TooLong);
    }
    if local.split('.').any(str::is_empty) {
        return Err(AddressError::Malformed);
    }
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.chars().all(atom) { Ok(()) } else { Err(AddressError::LocalPart) }
}

/// The domain as DNS has it: at least two labels, international ones in their ASCII form.
fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    if domain.chars().any(|c| c.is_control() || c.is_whitespace() || "%[]".contains(c)) {
        return Err(AddressError::Malformed);
    }
    let Ok(url::Host::Domain(ascii)) = url::Host::parse(domain) else {
        return Err(AddressError::Malformed);
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if ascii.contains('.') && ascii.split('.').all(label) { Ok(ascii) } else { Err(AddressError::Malformed) }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

crate::text_column!(EmailAddress, as_str, |text| Self::parse(&text).ok());

/// The name beside an address: one line of text, never empty.
///
/// The message builder panics on a line break in a name, so none gets that far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct DisplayName(String);

/// Why a text is no name; shown beside the field as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    #[error("Enter a name.")]
    Empty,
    #[error("Enter a name of at most 200 characters.")]
    TooLong,
    #[error("Enter a name without line breaks or other invisible control characters.")]
    Control,
}

impl DisplayName {
    /// Takes any script; refuses what breaks a line or turns the reading direction by hand.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.chars().any(unprintable) {
            return Err(NameError::Control);
        }
        if text.chars().count() > NAME_LIMIT {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Controls, line and paragraph separators, and marks that override the direction of text (they can make a
/// name look like another one). The plain marks that right-to-left scripts need are fine.
pub(crate) fn unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DisplayName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

crate::text_column!(DisplayName, as_str, |text| Self::parse(&text).ok());

/// One end of a mail: an address, and the name beside it if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: Option<DisplayName>,
    pub address: EmailAddress,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, AddressError> {
        EmailAddress::parse(text).map(|address| address.0)
    }

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        assert_eq!(parsed(" Ada.Lovelace+x@Example.ORG ").unwrap(), "Ada.Lovelace+x@example.org");
        let address = EmailAddress::parse("Ada@Example.org").unwrap();
        assert_eq!(address.key(), "ada@example.org");
        assert_eq!((address.local(), address.domain()), ("Ada", "example.org"));
    }

    #[test]
    fn an_international_domain_becomes_ascii() {
        assert_eq!(parsed("ada@bücher.example").unwrap(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        use AddressError::{Empty, LocalPart, Malformed, TooLong};
        let cases = [
            ("", Empty),
            ("  \t", Empty),
            ("ada", Malformed),
            ("@example.org", Malformed),
            ("ada@", Malformed),
            ("ada@localhost", Malformed),
            ("ada@[127.0.0.1]", Malformed),
            ("ada@127.0.0.1", Malformed),
            ("ada@0x7f.1", Malformed),
            ("a@b@example.org", Malformed),
            (".ada@example.org", Malformed),
            ("ada..l@example.org", Malformed),
            ("ada@example..org", Malformed),
            ("ada@-example.org", Malformed),
            ("ada@example.org.", Malformed),
            ("ada lovelace@example.org", Malformed),
            ("ada\r\nRCPT TO:<x@example.org>@example.org", Malformed),
            ("ada@example.org\r\nBcc: x@example.org", Malformed),
            ("ada\0@example.org", Malformed),
            ("Ada <ada@example.org>", Malformed),
            ("\"ada\"@example.org", LocalPart),
            ("адa@example.org", LocalPart),
        ];
        for (text, reason) in cases {
            assert_eq!(parsed(text), Err(reason), "{text:?}");
        }
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_domain = format!("a@{}.org", ["b".repeat(62).as_str(); 4].join("."));
        let huge = "@".repeat(1_000_000);
        for text in [long_local, long_domain, huge] {
            assert!(matches!(parsed(&text), Err(TooLong | Malformed)), "{} characters", text.len());
        }
    }

    #[test]
    fn a_name_in_any_script_is_taken_and_trimmed() {
        for name in ["Ada Lovelace", "Élodie d'Été", "محمد بن موسى الخوارزمي", "高木 貞治", "O\"Neil <x>"]
        {
            assert_eq!(DisplayName::parse(&format!(" {name} ")).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_name_with_controls_is_refused() {
        for name in ["Ada\r\nBcc: x@example.org", "Ada\0", "Ada\u{85}L", "Ada\u{2028}L", "\u{202E}adA"] {
            assert_eq!(DisplayName::parse(name), Err(NameError::Control), "{name:?}");
        }
        assert_eq!(DisplayName::parse(" \r\n "), Err(NameError::Empty));
        assert_eq!(DisplayName::parse(&"é".repeat(201)), Err(NameError::TooLong));
        assert!(DisplayName::parse(&"é".repeat(200)).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parsers_panic(text in ".*") {
            let _ = EmailAddress::parse(&text);
            let _ = DisplayName::parse(&text);
        }

        #[test]
        fn what_was_parsed_is_printable_short_and_parses_to_itself(
            text in "[a-zA-Z0-9.!#+_ \\t-]{0,70}@[a-zA-Z0-9.ü\\[\\]%-]{0,80}"
        ) {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(address.as_str().len() <= ADDRESS_LIMIT);
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert!(address.as_str().parse::<lettre::Address>().is_ok(), "{}", address);
            }
        }
    }
}
