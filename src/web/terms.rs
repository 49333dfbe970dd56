//! What people type into the search of a list, cut into terms: words, and operators such as `role:admin`.
//!
//! Nothing typed is an error: what is not understood is told beside the list and left out of the search.

use std::fmt::Display;

use chrono::{Datelike, NaiveDate, NaiveTime};

use crate::clock::Timestamp;

/// An operator: its name, an example of it, and what it looks for.
pub type Operator = (&'static str, &'static str, &'static str);

/// What was typed, understood as far as it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search<T> {
    /// Each with the text it came from.
    pub terms: Vec<(String, T)>,
    /// What was not understood, a sentence each.
    pub problems: Vec<String>,
}

impl<T> Default for Search<T> {
    fn default() -> Self {
        Self { terms: Vec::new(), problems: Vec::new() }
    }
}

/// One term as it was typed.
#[derive(Clone, Copy, Debug)]
pub enum Typed<'a> {
    Word(&'a str),
    /// The name of one of the operators, in small letters, and what stands after its colon.
    Operator(&'a str, &'a str),
}

impl<T> Search<T> {
    /// Reads a text. `read` makes a term of what was typed, or a sentence that says what is wrong with it.
    pub fn read(
        text: &str,
        operators: &[Operator],
        mut read: impl FnMut(Typed<'_>) -> Result<T, String>,
    ) -> Self {
        let mut search = Self::default();
        for token in split(text) {
            let known = operator(&token).map(|(name, value)| known(name, value, operators)).transpose();
            let term = known.and_then(|known| {
                read(known.map_or(Typed::Word(&token), |(name, value)| Typed::Operator(name, value)))
            });
            match term {
                Ok(term) => search.terms.push((token, term)),
                Err(problem) => search.problems.push(problem),
            }
        }
        search
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The text without one of its terms.
    #[must_use]
    pub fn without(&self, index: usize) -> String {
        let others = self.terms.iter().enumerate().filter(|(other, _)| *other != index);
        others.map(|(_, (text, _))| quoted(text)).collect::<Vec<_>>().join(" ")
    }

    /// Each term as it was typed, with the text that is left without it.
    pub fn each_with_the_others(&self) -> impl Iterator<Item = (&str, String)> {
        let each = self.terms.iter().enumerate();
        each.map(|(index, (text, _))| (text.as_str(), self.without(index)))
    }
}

fn known<'a>(name: &str, value: &'a str, operators: &[Operator]) -> Result<(&'static str, &'a str), String> {
    let known = operators.iter().find(|(known, _, _)| name.eq_ignore_ascii_case(known));
    match known {
        Some(_) if value.is_empty() => Err(format!("Write what to look for after “{name}:”.")),
        Some((known, _, _)) => Ok((known, value)),
        None => Err(not_known(name, operators)),
    }
}

/// The sentence about an operator that is none of these.
#[must_use]
pub fn not_known(name: &str, operators: &[Operator]) -> String {
    let known: Vec<String> = operators.iter().map(|(name, _, _)| format!("{name}:")).collect();
    format!("“{name}:” is not known here; use {}.", known.join(", "))
}

/// One of a few values, by its word.
///
/// # Errors
/// The sentence that names them all.
pub fn one_of<T: Display>(
    name: &str,
    value: &str,
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
) -> Result<T, String> {
    parse(value).ok_or_else(|| {
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        let words = match words.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => words.concat(),
        };
        format!("“{value}” is no {name}: use {words}.")
    })
}

/// # Errors
/// The sentence that tells how to say it.
pub fn yes_or_no(name: &str, value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("Write {name}:yes or {name}:no.")),
    }
}

/// The first moment of a day.
///
/// # Errors
/// The sentence that tells how a day is written.
pub fn moment(value: &str) -> Result<Timestamp, String> {
    let day = day(value).map(start);
    day.ok_or_else(|| format!("“{value}” is no day: write it as 2026-03-31."))
}

/// Words apart by space; what stands between quotes is one, also after a colon: `name:"ada l"`. A NUL, which
/// one of the databases takes in no text, is left out.
fn split(text: &str) -> Vec<String> {
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
fn operator(token: &str) -> Option<(&str, &str)> {
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

/// What somebody might type: words, operators with values that fit and such that do not, and anything at all.
#[cfg(test)]
pub fn strategy(operators: &'static [Operator]) -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let value = prop_oneof![
        "[<>=]{0,2}[0-9]{1,5}-[0-9]{1,2}-[0-9]{1,2}",
        "[0-9a-f:./]{0,20}",
        "(yes|no|never|admin|api|passport|waiting|active|de)",
        ".{0,12}",
    ];
    let names = operators.iter().map(|(name, _, _)| *name).collect::<Vec<_>>();
    let operator = (prop::sample::select(names), value).prop_map(|(name, value)| format!("{name}:{value}"));
    let example = prop::sample::select(operators).prop_map(|(_, example, _)| example.to_owned());
    let term = prop_oneof![operator, example, ".{0,20}"];
    prop::collection::vec(term, 0..5).prop_map(|terms| terms.join(" "))
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

    fn words(text: &str) -> Search<String> {
        Search::read(text, &[("role", "role:admin", "the role")], |typed| match typed {
            Typed::Word(word) => Ok(word.to_owned()),
            Typed::Operator(name, value) => Ok(format!("{name} is {value}")),
        })
    }

    #[test]
    fn operators_are_known_in_any_case_and_told_when_they_are_not() {
        let search = words("ada ROLE:king role: colour:red colour: 12:30");
        let read: Vec<&str> = search.terms.iter().map(|(_, term)| term.as_str()).collect();
        assert_eq!(read, ["ada", "role is king", "12:30"]);
        assert_eq!(
            search.problems,
            [
                "Write what to look for after “role:”.",
                "“colour:” is not known here; use role:.",
                "“colour:” is not known here; use role:."
            ]
        );
        let left: Vec<String> = search.each_with_the_others().map(|(_, left)| left).collect();
        assert_eq!(left, ["ROLE:king 12:30", "ada 12:30", "ada ROLE:king"]);
    }

    #[test]
    fn a_value_that_is_none_of_a_few_is_answered_with_them_all() {
        let parse = |text: &str| ["a", "b", "c"].into_iter().find(|known| *known == text);
        assert_eq!(one_of("letter", "b", parse, &["a", "b", "c"]), Ok("b"));
        assert_eq!(
            one_of("letter", "d", parse, &["a", "b", "c"]),
            Err("“d” is no letter: use a, b or c.".to_owned())
        );
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_a_search_and_a_term_taken_away_leaves_the_others(text in ".{0,80}") {
            let search = words(&text);
            for (index, (_, left)) in search.each_with_the_others().enumerate() {
                prop_assert_eq!(&search.without(index), &left);
                prop_assert_eq!(words(&left).terms.len(), search.terms.len() - 1);
            }
        }

        #[test]
        fn a_quoted_term_is_read_as_itself(text in ".{0,60}") {
            for token in split(&text) {
                prop_assert!(!token.contains('\0'));
                prop_assert_eq!(split(&quoted(&token)), vec![token]);
            }
        }
    }
}
