//! What reviewers type to find cases: words, and operators such as `kind:passport before:2026-01-01`.
//!
//! Nothing typed is an error: what is not understood is told beside the list and left out of the search.

use super::model::CaseState;
use crate::clock::Timestamp;
use crate::documents::{CaseId, Country, DocumentKind};
use crate::web::terms;

/// The operators, with an example of each; the help lists them.
pub const OPERATORS: &[(&str, &str, &str)] = &[
    ("name", "name:ada", "part of the applicant’s name"),
    ("email", "email:ada@", "part of the address"),
    ("number", "number:C01X", "part of the declared document number"),
    ("kind", "kind:passport", "the declared kind of document"),
    ("country", "country:de", "the declared country, by its code"),
    ("state", "state:approved", "the state of the case"),
    ("overdue", "overdue:yes", "past the time for a decision"),
    ("before", "before:2026-03-01", "submitted before that day"),
    ("after", "after:2026-03-01", "submitted on that day or later"),
];

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// In the name, the address or the number.
    Word(String),
    Name(String),
    Email(String),
    Number(String),
    Kind(DocumentKind),
    Country(Country),
    State(CaseState),
    Overdue(bool),
    Before(Timestamp),
    After(Timestamp),
}

/// What was typed, understood as far as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Each with the text it came from.
    pub terms: Vec<(String, Term)>,
    /// What was not understood, a sentence each.
    pub problems: Vec<String>,
}

impl Search {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut search = Self::default();
        for token in terms::split(text) {
            match term(&token) {
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
        others.map(|(_, (text, _))| terms::quoted(text)).collect::<Vec<_>>().join(" ")
    }
}

/// The id of a case, when nothing else was typed: the way to the case itself.
#[must_use]
pub fn case_id(text: &str) -> Option<CaseId> {
    let text = text.trim();
    (text.len() == 36).then(|| CaseId::parse(text)).flatten()
}

fn term(token: &str) -> Result<Term, String> {
    let Some((name, value)) = terms::operator(token) else {
        return Ok(Term::Word(token.to_owned()));
    };
    if value.is_empty() {
        return Err(format!("Write what to look for after “{name}:”."));
    }
    let value = value.to_owned();
    match name.to_ascii_lowercase().as_str() {
        "name" => Ok(Term::Name(value)),
        "email" => Ok(Term::Email(value)),
        "number" => Ok(Term::Number(value)),
        "kind" => DocumentKind::parse(&value).map(Term::Kind).ok_or_else(|| one_of("kind", KINDS, &value)),
        "country" => Country::parse(&value)
            .map(Term::Country)
            .ok_or_else(|| format!("“{value}” is no country code: write two letters, such as country:de.")),
        "state" => CaseState::parse(&value).map(Term::State).ok_or_else(|| one_of("state", STATES, &value)),
        "overdue" => match value.to_ascii_lowercase().as_str() {
            "yes" => Ok(Term::Overdue(true)),
            "no" => Ok(Term::Overdue(false)),
            _ => Err("Write overdue:yes or overdue:no.".to_owned()),
        },
        "before" => day(&value).map(Term::Before),
        "after" => day(&value).map(Term::After),
        _ => {
            let known: Vec<String> = OPERATORS.iter().map(|(name, _, _)| format!("{name}:")).collect();
            Err(format!("“{name}:” is not known here; use {}.", known.join(", ")))
        }
    }
}

const KINDS: &str =
    "passport, national_id, driving_licence, residence_permit, student_card, proof_of_address or other";
const STATES: &str = "waiting, claimed, approved, rejected or resubmission_asked";

fn one_of(name: &str, values: &str, given: &str) -> String {
    format!("“{given}” is no {name}: use {values}.")
}

fn day(value: &str) -> Result<Timestamp, String> {
    let day = terms::day(value).map(terms::start);
    day.ok_or_else(|| format!("“{value}” is no day: write it as 2026-03-31."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> Vec<Term> {
        Search::parse(text).terms.into_iter().map(|(_, term)| term).collect()
    }

    #[test]
    fn operators_and_words_stand_side_by_side() {
        let moment = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        assert_eq!(
            terms("lovelace email:ada kind:passport state:waiting overdue:yes before:2026-01-01"),
            vec![
                Term::Word("lovelace".into()),
                Term::Email("ada".into()),
                Term::Kind(DocumentKind::Passport),
                Term::State(CaseState::Waiting),
                Term::Overdue(true),
                Term::Before(moment),
            ]
        );
    }

    #[test]
    fn what_stands_in_quotes_is_one_term() {
        assert_eq!(
            terms("name:\"ada l\" \"de morgan\""),
            vec![Term::Name("ada l".into()), Term::Word("de morgan".into())]
        );
    }

    #[test]
    fn what_is_not_understood_is_told_and_left_out() {
        let search = Search::parse("colour:red kind:visa before:soon name: ada");
        assert_eq!(search.terms.len(), 1);
        assert_eq!(search.problems.len(), 4);
        assert!(search.problems[0].contains("“colour:” is not known here; use name:"));
        assert!(search.problems[2].contains("2026-03-31"));
    }

    #[test]
    fn a_time_or_an_address_with_a_colon_is_a_word() {
        assert_eq!(terms("12:30"), vec![Term::Word("12:30".into())]);
    }

    #[test]
    fn every_operator_of_the_help_is_understood_as_in_its_example() {
        for (_, example, _) in OPERATORS {
            let search = Search::parse(example);
            assert_eq!((search.terms.len(), search.problems.len()), (1, 0), "{example}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_the_search_and_a_term_taken_away_leaves_the_others(text in ".{0,80}") {
            let search = Search::parse(&text);
            for index in 0..search.terms.len() {
                let rest = Search::parse(&search.without(index));
                prop_assert_eq!(rest.terms.len(), search.terms.len() - 1);
            }
        }
    }
}
