//! What staff types to find sessions: words, and operators such as `ip:10.0.0.0/8 kind:api`.

use super::filter::{self, Filter};
use super::store::Kind;
use crate::access::{Role, SessionId, UserId};
use crate::web::terms::{self, Operator, Typed};

/// The operators, with an example of each; the help lists them.
pub const OPERATORS: &[Operator] = &[
    ("user", "user:ada@", "part of the person’s name or address, or their id"),
    ("ip", "ip:10.0.0.0/8", "an address or a network"),
    ("device", "device:firefox", "part of the device’s name"),
    ("kind", "kind:api", "browser or api"),
    ("family", "family:0190…", "the token family with this id"),
    ("role", "role:support", "the person’s role"),
    ("country", "country:de", "the country, by its code, where it is known"),
    ("before", "before:2026-03-01", "signed in before that day"),
    ("after", "after:2026-03-01", "signed in on that day or later"),
    ("unseen", "unseen:2026-03-01", "not seen since that day began"),
];

/// What was typed, understood as far as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The terms that were understood, and what was not.
    pub typed: terms::Search<()>,
    /// What the terms mean together.
    pub filter: Filter,
}

impl Search {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut filter = Filter::default();
        let typed = terms::Search::read(text, OPERATORS, |typed| narrow(&mut filter, typed));
        Self { typed, filter }
    }
}

fn narrow(filter: &mut Filter, typed: Typed<'_>) -> Result<(), String> {
    let (name, value) = match typed {
        Typed::Word(word) => {
            filter.person.push(word.to_owned());
            return Ok(());
        }
        Typed::Operator(name, value) => (name, value),
    };
    match name {
        "user" => match UserId::parse(value) {
            Some(id) => once(&mut filter.user, name, id)?,
            None => filter.person.push(value.to_owned()),
        },
        "device" => filter.device.push(value.to_owned()),
        "ip" => {
            let network = filter::network(value);
            let problem = || format!("“{value}” is no address: write ip:192.0.2.7 or ip:10.0.0.0/8.");
            once(&mut filter.ip_range, name, network.ok_or_else(problem)?)?;
        }
        "kind" => {
            let kind = terms::one_of(name, value, Kind::parse, Kind::ALL)?;
            once(&mut filter.kind, name, kind)?;
        }
        "family" => {
            let id = SessionId::parse(value).ok_or_else(|| format!("“{value}” is no id of a family."))?;
            if !filter.sessions.is_empty() {
                return Err("Look for one family at a time.".to_owned());
            }
            filter.sessions.push(id);
        }
        "role" => {
            let role = terms::one_of(name, value, Role::parse, Role::ALL)?;
            once(&mut filter.role, name, role)?;
        }
        "country" => {
            let problem = || format!("“{value}” is no country code: write two letters, such as country:de.");
            once(&mut filter.country, name, filter::country(value).ok_or_else(problem)?)?;
        }
        "before" => once(&mut filter.signed_in_before, name, terms::moment(value)?)?,
        "after" => once(&mut filter.signed_in_after, name, terms::moment(value)?)?,
        "unseen" => once(&mut filter.last_seen_before, name, terms::moment(value)?)?,
        _ => return Err(terms::not_known(name, OPERATORS)),
    }
    Ok(())
}

/// A session has one of each: a second would contradict the first, so it is told.
fn once<T>(place: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    if place.is_some() {
        return Err(format!("Write “{name}:” once."));
    }
    *place = Some(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn operators_and_words_stand_side_by_side() {
        let search = Search::parse("lovelace kind:api ip:10.0.0.0/8 unseen:2026-01-01 device:\"Firefox on\"");
        let filter = Filter {
            person: vec!["lovelace".to_owned()],
            kind: Some(Kind::Api),
            ip_range: filter::network("10.0.0.0/8"),
            last_seen_before: Timestamp::parse("2026-01-01T00:00:00Z"),
            device: vec!["Firefox on".to_owned()],
            ..Filter::default()
        };
        assert_eq!((search.filter, search.typed.problems), (filter, Vec::new()));
    }

    #[test]
    fn a_pasted_id_names_one_person() {
        let id = "0190a1b2-0000-7000-8000-00000000abcd";
        let search = Search::parse(&format!("user:{id}"));
        assert_eq!(search.filter, Filter { user: UserId::parse(id), ..Filter::default() });
        assert_eq!(Search::parse("user:0190a1b2").filter.person, ["0190a1b2"]);
    }

    #[test]
    fn what_is_not_understood_is_told_and_left_out() {
        let search = Search::parse("colour:red kind:phone before:soon ip:here ip: kind:api kind:browser");
        assert_eq!(search.filter, Filter { kind: Some(Kind::Api), ..Filter::default() });
        let problems = search.typed.problems;
        assert_eq!(problems.len(), 6);
        assert!(problems[0].contains("“colour:” is not known here; use user:"));
        assert!(problems[5].contains("once"));
    }

    #[test]
    fn every_operator_of_the_help_is_understood_as_in_its_example() {
        for (name, example, _) in OPERATORS.iter().filter(|(name, _, _)| *name != "family") {
            let search = Search::parse(example);
            assert_eq!((search.typed.terms.len(), search.typed.problems.len()), (1, 0), "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_the_search(text in terms::strategy(OPERATORS)) {
            let search = Search::parse(&text);
            let search = &search.typed;
            for (_, left) in search.each_with_the_others() {
                prop_assert_eq!(Search::parse(&left).typed.terms.len(), search.terms.len() - 1);
            }
        }
    }
}
