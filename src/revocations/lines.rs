//! The list of a revocation: lines with an id or an address each, found or told as unknown.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use super::model::{Line, LineId, LineOutcome, Revocation};
use super::store;
use crate::access::{OrganizationId, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::mail::EmailAddress;

/// More of a line is not kept.
const MOST: usize = 320;

/// What a line of a list says: an id or an address, without what surrounds it. Nothing for a blank line or one that is
/// a comment. A comment begins with a `#` at the start or after a space; within an address it is a letter like any
/// other. What is no UTF-8 names nobody and is told with its line, as whatever else names nobody.
#[must_use]
pub fn meant(line: &[u8]) -> Option<String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(line);
    let text = String::from_utf8_lossy(line);
    let mut before = ' ';
    let comment = text.char_indices().find(|(_, letter)| {
        let begins = *letter == '#' && before.is_whitespace();
        before = *letter;
        begins
    });
    let text = comment.map_or(text.as_ref(), |(at, _)| text.get(..at).unwrap_or_default()).trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The lines of a list that say something, with their numbers.
#[must_use]
pub fn read(list: &[u8]) -> Vec<(i64, String)> {
    (1..)
        .zip(list.split(|byte| *byte == b'\n'))
        .filter_map(|(line, text)| Some((line, meant(text)?)))
        .collect()
}

/// What a line may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    Id(UserId),
    /// The key of an address.
    Address(String),
    Nothing,
}

impl Lookup {
    #[must_use]
    pub fn of(text: &str) -> Self {
        if let Some(id) = UserId::parse(text) {
            return Self::Id(id);
        }
        EmailAddress::parse(text).map_or(Self::Nothing, |address| Self::Address(address.key()))
    }
}

/// The users of the organization whom a list names, each once.
pub(super) fn users(
    c: &mut Connection,
    organization: &OrganizationId,
    list: &[String],
) -> QueryResult<HashSet<UserId>> {
    Ok(each_user(c, organization, list)?.into_iter().flatten().collect())
}

fn parted(lookups: &[Lookup]) -> (Vec<UserId>, Vec<String>) {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for lookup in lookups {
        match lookup {
            Lookup::Id(id) => ids.push(id.clone()),
            Lookup::Address(key) => keys.push(key.clone()),
            Lookup::Nothing => {}
        }
    }
    (ids, keys)
}

/// Whom each text names; nobody for one that is unknown.
pub(super) fn each_user(
    c: &mut Connection,
    organization: &OrganizationId,
    texts: &[String],
) -> QueryResult<Vec<Option<UserId>>> {
    let lookups: Vec<Lookup> = texts.iter().map(|text| Lookup::of(text)).collect();
    let (ids, keys) = parted(&lookups);
    let found = store::resolve(c, organization, &ids, &keys)?;
    let known: HashSet<UserId> = found.iter().map(|(id, _)| id.clone()).collect();
    let by_key: HashMap<String, UserId> = found.into_iter().map(|(id, key)| (key, id)).collect();
    let user = |lookup: Lookup| match lookup {
        Lookup::Id(id) => known.get(&id).cloned(),
        Lookup::Address(key) => by_key.get(&key).cloned(),
        Lookup::Nothing => None,
    };
    Ok(lookups.into_iter().map(user).collect())
}

/// Adds lines with their numbers to the list of a revocation; a few hundred at a time.
pub fn add_lines(
    c: &mut Connection,
    app: &App,
    run: &Revocation,
    lines: &[(i64, String)],
    now: Timestamp,
) -> QueryResult<()> {
    let texts: Vec<String> = lines.iter().map(|(_, text)| text.clone()).collect();
    let users = each_user(c, &run.organization_id, &texts)?;
    let everybody: Vec<UserId> = users.iter().flatten().cloned().collect();
    let mut named = store::named(c, &run.id, &everybody)?;
    let rows: Vec<Line> = lines
        .iter()
        .zip(users)
        .map(|((line, text), user)| {
            let (outcome, user_id) = match user {
                None => (LineOutcome::Unknown, None),
                Some(user) if named.insert(user.clone()) => (LineOutcome::Found, Some(user)),
                Some(_) => (LineOutcome::Repeated, None),
            };
            Line {
                id: LineId::new(&app.random, now),
                revocation_id: run.id.clone(),
                line: *line,
                text: text.chars().filter(|letter| !letter.is_control()).take(MOST).collect(),
                user_id,
                outcome,
                revoked: 0,
            }
        })
        .collect();
    store::insert_lines(c, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_begins_at_the_start_or_after_a_space_and_nowhere_else() {
        for (line, says) in [
            ("ada@example.org", Some("ada@example.org")),
            ("  ada@example.org\t# the first\r", Some("ada@example.org")),
            ("ada#1@example.org", Some("ada#1@example.org")),
            ("ada#1@example.org #2", Some("ada#1@example.org")),
            ("# ada@example.org", None),
            ("\t#ada@example.org", None),
            (" \r", None),
            ("\u{feff}# all", None),
            ("\u{feff}ada@example.org", Some("ada@example.org")),
        ] {
            assert_eq!(meant(line.as_bytes()).as_deref(), says, "{line:?}");
        }
        assert_eq!(meant(b"ada\xff@example.org").as_deref(), Some("ada\u{fffd}@example.org"));
    }

    #[test]
    fn lines_keep_their_numbers() {
        let list = b"# all of them\n\nada@example.org\r\nbabbage";
        assert_eq!(read(list), [(3, "ada@example.org".to_owned()), (4, "babbage".to_owned())]);
    }

    #[test]
    fn a_line_names_an_id_an_address_or_nobody() {
        let id = "0190a1b2-0000-7000-8000-00000000abcd";
        assert_eq!(Lookup::of(&id.to_uppercase()), Lookup::Id(UserId::parse(id).unwrap()));
        assert_eq!(Lookup::of("Ada@Example.org"), Lookup::Address("ada@example.org".to_owned()));
        assert_eq!(Lookup::of("ada"), Lookup::Nothing);
    }
}
