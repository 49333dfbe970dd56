//! Keyset pages: stable under inserts, as fast at the end as at the start.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Timestamp;

/// The place of a row in a list that is ordered by time and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: Timestamp,
    pub id: String,
}

impl Cursor {
    #[must_use]
    pub fn new(at: Timestamp, id: impl Into<String>) -> Self {
        Self { at, id: id.into() }
    }

    /// Opaque text for addresses.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.at.utc().timestamp_micros(), self.id))
    }

    /// `None` for anything [`Cursor::encode`] did not make.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (micros, id) = plain.split_once('.')?;
        let micros: i64 = micros.parse().ok()?;
        let at = chrono::DateTime::from_timestamp_micros(micros)?;
        // Those that were made up can name years that no database keeps.
        if !(1970..=9999).contains(&at.year()) {
            return None;
        }
        let id = uuid::Uuid::parse_str(id).ok()?.to_string();
        Some(Self { at: Timestamp::new(at), id })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

/// Which way from the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Onward,
    Back,
}

/// The part of a list that was asked for: `?after=` or `?before=`. A broken cursor means the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub cursor: Option<Cursor>,
    pub direction: Direction,
}

impl Place {
    #[must_use]
    pub fn read(after: Option<&str>, before: Option<&str>) -> Self {
        if let Some(cursor) = before.and_then(Cursor::decode) {
            return Self { cursor: Some(cursor), direction: Direction::Back };
        }
        Self { cursor: after.and_then(Cursor::decode), direction: Direction::Onward }
    }
}

/// One page of a list, in the order of the list.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    pub items: Vec<T>,
    /// Where the previous page ends (`?before=`).
    pub previous: Option<Cursor>,
    /// Where the next page starts (`?after=`).
    pub next: Option<Cursor>,
}

impl<T> Slice<T> {
    /// Makes a page of `limit` rows out of up to `limit + 1` that were read from `place` on
    /// (backwards when the place says so).
    #[must_use]
    pub fn cut(mut rows: Vec<T>, limit: usize, place: &Place, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        if place.direction == Direction::Back {
            rows.reverse();
        }
        let (has_previous, has_next) = match place.direction {
            Direction::Onward => (place.cursor.is_some(), more),
            Direction::Back => (more, true),
        };
        let previous = rows.first().filter(|_| has_previous).map(&cursor);
        let next = rows.last().filter(|_| has_next).map(&cursor);
        Self { items: rows, previous, next }
    }

    /// The cursors of the pages before and after this one, as addresses have them.
    #[must_use]
    pub fn neighbours(&self) -> (Option<String>, Option<String>) {
        (self.previous.as_ref().map(Cursor::encode), self.next.as_ref().map(Cursor::encode))
    }
}

/// A page size of the API: 1 to 200, 50 when not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub usize);

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Ok(limit @ 1..=200) => Ok(Self(limit)),
            _ => Err(serde::de::Error::custom("limit must be a number from 1 to 200")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_encoding_and_nothing_else_decodes() {
        let at = Timestamp::parse("2026-01-02T03:04:05.000006Z").unwrap();
        let cursor = Cursor::new(at, "0190a1b2-0000-7000-8000-000000000000");
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        for bad in ["", "x", "AAAA", "MTIzNDU2"] {
            assert_eq!(Cursor::decode(bad), None, "{bad}");
        }
        for micros in [i64::MIN, -1, 253_402_300_800_000_000, i64::MAX] {
            let made_up = URL_SAFE_NO_PAD.encode(format!("{micros}.0190a1b2-0000-7000-8000-000000000000"));
            assert_eq!(Cursor::decode(&made_up), None, "{micros}");
        }
    }

    #[test]
    fn a_page_knows_whether_there_is_more_on_either_side() {
        let at = Timestamp::from_unix(0).unwrap();
        let cursor = |id: &i32| Cursor::new(at, id.to_string());
        let first = Slice::cut(vec![1, 2, 3], 2, &Place::default(), cursor);
        assert_eq!((first.items, first.previous.is_some(), first.next.is_some()), (vec![1, 2], false, true));
        let back = Place { cursor: Some(Cursor::new(at, "3")), direction: Direction::Back };
        let page = Slice::cut(vec![2, 1], 2, &back, cursor);
        assert_eq!((page.items, page.previous.is_some(), page.next.is_some()), (vec![1, 2], false, true));
    }
}
