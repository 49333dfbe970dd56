//! What staff types to find people: words, and operators such as `role:admin seen:<2026-01-01`.

use chrono::NaiveDate;

use crate::access::{Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::web::terms::{self, Operator, Typed};

/// The operators, with an example of each; the help lists them.
pub const OPERATORS: &[Operator] = &[
    ("role", "role:reviewer", "the role"),
    ("status", "status:suspended", "the status of the account"),
    ("domain", "domain:example.org", "what stands after the @ of the address"),
    ("mfa", "mfa:no", "with or without a second factor"),
    ("locked", "locked:yes", "locked after wrong passwords"),
    ("erasing", "erasing:yes", "about to be erased"),
    ("created", "created:>2026-03-01", "registered after, before (<) or on that day"),
    ("seen", "seen:<2026-03-01", "last signed in before, after (>) or on that day, or never"),
    ("ip", "ip:192.0.2.", "the beginning of the IP address of the last sign-in"),
];

/// A stretch of time: from a moment on, and before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// In the name, the address or the phone number.
    Word(String),
    Role(Role),
    Status(Status),
    Domain(String),
    Mfa(bool),
    Locked(bool),
    Erasing(bool),
    Created(Span),
    Seen(Span),
    NeverSeen,
    Ip(String),
}

/// What was typed, understood as far as it can be.
pub type Search = terms::Search<Term>;

impl Search {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::read(text, OPERATORS, term)
    }

    /// The role that is looked for.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.terms.iter().find_map(|(_, term)| if let Term::Role(role) = term { Some(*role) } else { None })
    }

    /// The text with this role instead of any other.
    #[must_use]
    pub fn with_role(&self, role: Option<Role>) -> String {
        let others = self.terms.iter().filter(|(_, term)| !matches!(term, Term::Role(_)));
        let others = others.map(|(text, _)| terms::quoted(text));
        others.chain(role.map(|role| format!("role:{role}"))).collect::<Vec<_>>().join(" ")
    }
}

/// The id of a user, when nothing else was typed: the way to the person.
#[must_use]
pub fn user_id(text: &str) -> Option<UserId> {
    let text = text.trim();
    (text.len() == 36).then(|| UserId::parse(text)).flatten()
}

fn term(typed: Typed<'_>) -> Result<Term, String> {
    let (name, value) = match typed {
        Typed::Word(word) => return Ok(Term::Word(word.to_owned())),
        Typed::Operator(name, value) => (name, value),
    };
    match name {
        "role" => terms::one_of(name, value, Role::parse, Role::ALL).map(Term::Role),
        "status" => terms::one_of(name, value, Status::parse, Status::ALL).map(Term::Status),
        "domain" => Ok(Term::Domain(value.trim_start_matches('@').to_ascii_lowercase())),
        "mfa" => terms::yes_or_no(name, value).map(Term::Mfa),
        "locked" => terms::yes_or_no(name, value).map(Term::Locked),
        "erasing" => terms::yes_or_no(name, value).map(Term::Erasing),
        "created" => span(value).map(Term::Created),
        "seen" if value.eq_ignore_ascii_case("never") => Ok(Term::NeverSeen),
        "seen" => span(value).map(Term::Seen),
        "ip" => Ok(Term::Ip(value.to_ascii_lowercase())),
        _ => Err(terms::not_known(name, OPERATORS)),
    }
}

/// `>`, `>=`, `<`, `<=` or nothing before a day.
fn span(value: &str) -> Result<Span, String> {
    let rest = value.trim_start_matches(['<', '>', '=']);
    let sign = value.strip_suffix(rest).unwrap_or_default();
    let day = terms::day(rest).ok_or_else(|| format!("“{rest}” is no day: write it as 2026-03-31."))?;
    let (start, end) = (terms::start(day), terms::start(day.succ_opt().unwrap_or(NaiveDate::MAX)));
    let (from, until) = match sign {
        "" | "=" => (Some(start), Some(end)),
        ">" => (Some(end), None),
        ">=" => (Some(start), None),
        "<" => (None, Some(start)),
        "<=" => (None, Some(end)),
        _ => return Err(format!("“{sign}” is not known before a day: use <, <=, > or >=.")),
    };
    Ok(Span { from, until })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> Vec<Term> {
        Search::parse(text).terms.into_iter().map(|(_, term)| term).collect()
    }

    fn at(text: &str) -> Option<Timestamp> {
        Timestamp::parse(&format!("{text}T00:00:00Z"))
    }

    #[test]
    fn operators_and_words_stand_side_by_side() {
        assert_eq!(
            terms(
                "lovelace role:admin status:active domain:@Example.org mfa:no locked:yes seen:never ip:192.0.2."
            ),
            vec![
                Term::Word("lovelace".into()),
                Term::Role(Role::Admin),
                Term::Status(Status::Active),
                Term::Domain("example.org".into()),
                Term::Mfa(false),
                Term::Locked(true),
                Term::NeverSeen,
                Term::Ip("192.0.2.".into()),
            ]
        );
    }

    #[test]
    fn a_sign_before_a_day_says_which_side_of_it() {
        for (typed, from, until) in [
            (">2026-03-01", at("2026-03-02"), None),
            (">=2026-03-01", at("2026-03-01"), None),
            ("<2026-03-01", None, at("2026-03-01")),
            ("<=2026-03-01", None, at("2026-03-02")),
            ("2026-03-01", at("2026-03-01"), at("2026-03-02")),
        ] {
            assert_eq!(terms(&format!("created:{typed}")), [Term::Created(Span { from, until })], "{typed}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_and_left_out() {
        let search =
            Search::parse("colour:red role:king created:soon seen:<>2026-01-01 mfa:perhaps role: ada");
        assert_eq!(search.terms.len(), 1);
        assert_eq!(search.problems.len(), 6);
        assert!(search.problems[0].contains("“colour:” is not known here; use role:"));
        assert!(search.problems[1].contains("“king” is no role: use member"));
        assert!(search.problems[2].contains("2026-03-31"));
    }

    #[test]
    fn another_role_takes_the_place_of_the_one_looked_for() {
        let search = Search::parse("ada role:admin \"de morgan\"");
        assert_eq!(search.with_role(Some(Role::Support)), "ada \"de morgan\" role:support");
        assert_eq!(search.with_role(None), "ada \"de morgan\"");
        assert_eq!(search.role(), Some(Role::Admin));
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
