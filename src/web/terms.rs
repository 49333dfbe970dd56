//! What people type into the search of a list, cut into terms: words, and operators such as `role:admin`.

use chrono::{Datelike, NaiveDate, NaiveTime};

use crate::clock::Timestamp;

/// Words apart by space; what stands between quotes is one, also after a colon: `name:"ada l"`. A NUL, which
/// one of the databases takes in no text, is left out.
#[must_use]
pub fn split(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut in_quotes = false;
    for letter in text.chars().filter(|letter| *letter != '\0') {
        match letter {
            '"' => in_quotes = !in_quotes,
            letter if letter.is_whitespace() && !in_quotes => tokens.push(std::mem::take(&mut token)),
            letter => token.push(letter),
        }
    }
    tokens.push(token);
    tokens.retain(|token| !token.trim().is_empty());
    tokens
}

/// The name and the value of an operator; `None` for a word.
#[must_use]
pub fn operator(token: &str) -> Option<(&str, &str)> {
    token.split_once(':').filter(|(name, _)| is_name(name))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A term as it has to be typed to be read as this one.
#[must_use]
pub fn quoted(token: &str) -> String {
    if !token.contains(char::is_whitespace) {
        return token.to_owned();
    }
    match operator(token) {
        Some((name, value)) => format!("{name}:\"{value}\""),
        None => format!("\"{token}\""),
    }
}

/// A day written as `2026-03-31`, of a year that both databases can keep.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (1900..=9998).contains(&day.year()).then_some(day)
}

/// The first moment of a day.
#[must_use]
pub fn start(day: NaiveDate) -> Timestamp {
    Timestamp::from_naive(day.and_time(NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_that_a_database_cannot_keep_is_none() {
        for text in ["-200000-01-01", "+12000-01-01", "2026-02-30", "soon", ""] {
            assert_eq!(day(text), None, "{text}");
        }
        assert_eq!(day("2026-03-31").map(start), Timestamp::parse("2026-03-31T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn a_quoted_term_is_read_as_itself(text in ".{0,60}") {
            for token in split(&text) {
                prop_assert!(!token.contains('\0'));
                prop_assert_eq!(split(&quoted(&token)), vec![token]);
            }
        }
    }
}
