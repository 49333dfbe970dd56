//! What reviewers type to find cases: words, and operators such as `kind:passport before:2026-01-01`.

use super::model::CaseState;
use crate::clock::Timestamp;
use crate::documents::{CaseId, Country, DocumentKind};
use crate::web::terms::{self, Operator, Typed};

/// The operators, with an example of each; the help lists them.
pub const OPERATORS: &[Operator] = &[
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
pub type Search = terms::Search<Term>;

impl Search {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::read(text, OPERATORS, term)
    }
}

/// The id of a case, when nothing else was typed: the way to the case itself.
#[must_use]
pub fn case_id(text: &str) -> Option<CaseId> {
    let text = text.trim();
    (text.len() == 36).then(|| CaseId::parse(text)).flatten()
}

fn term(typed: Typed<'_>) -> Result<Term, String> {
    let (name, value) = match typed {
        Typed::Word(word) => return Ok(Term::Word(word.to_owned())),
        Typed::Operator(name, value) => (name, value),
    };
    match name {
        "name" => Ok(Term::Name(value.to_owned())),
        "email" => Ok(Term::Email(value.to_owned())),
        "number" => Ok(Term::Number(value.to_owned())),
        "kind" => terms::one_of(name, value, DocumentKind::parse, DocumentKind::ALL).map(Term::Kind),
        "country" => Country::parse(value)
            .map(Term::Country)
            .ok_or_else(|| format!("“{value}” is no country code: write two letters, such as country:de.")),
        "state" => terms::one_of(name, value, CaseState::parse, CaseState::ALL).map(Term::State),
        "overdue" => terms::yes_or_no(name, value).map(Term::Overdue),
        "before" => terms::moment(value).map(Term::Before),
        "after" => terms::moment(value).map(Term::After),
        _ => Err(terms::not_known(name, OPERATORS)),
    }
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
        fn nothing_typed_breaks_the_search(text in terms::strategy(OPERATORS)) {
            let search = Search::parse(&text);
            let search = &search;
            for (_, left) in search.each_with_the_others() {
                prop_assert_eq!(Search::parse(&left).terms.len(), search.terms.len() - 1);
            }
        }
    }
}
