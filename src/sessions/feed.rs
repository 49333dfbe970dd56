//! Where a reader of the feed of ended sessions is: the rule that loses none.
//!
//! A transaction may be kept some time after the moment that it gives its rows, so a row can appear behind a place
//! that was read already. The feed is therefore read in scans. A scan goes from its start to the present, page by
//! page; the next one begins [`OVERLAP`] before the moment at which this one began, and so hands out again what
//! ended since, together with what came late. Everything is delivered at least once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::clock::Timestamp;
use crate::web::pager::Cursor;

/// No transaction is kept later than this after the moment it gives its rows.
pub(super) const OVERLAP: TimeDelta = TimeDelta::seconds(30);
/// The id before every other.
const FIRST: &str = "00000000-0000-0000-0000-000000000000";

/// A place in the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FeedPlace {
    /// What comes after this is still to be read.
    pub after: Cursor,
    /// When the scan that is under way began; nothing when the next one is about to.
    begun: Option<Timestamp>,
}

impl FeedPlace {
    /// The beginning of a scan of all that ended at `at` or later.
    pub(super) fn from(at: Timestamp) -> Self {
        Self { after: Cursor::new(at, FIRST), begun: None }
    }

    /// Where to go on after a page that was read at `now`, with its last row; `full` when more may follow.
    pub(super) fn next(&self, last: Option<Cursor>, full: bool, now: Timestamp) -> Self {
        let begun = self.begun.unwrap_or(now);
        match last {
            // A scan that has passed its own start by so much is closed, although rows keep coming: the next one
            // has those that came late.
            Some(last) if full && last.at <= begun.plus(OVERLAP) => Self { after: last, begun: Some(begun) },
            _ => Self::from(begun.minus(OVERLAP).max(self.start())),
        }
    }

    /// A scan never begins before what was asked for.
    fn start(&self) -> Timestamp {
        match self.begun {
            None => self.after.at,
            Some(begun) => begun.minus(OVERLAP),
        }
    }

    /// Opaque text for addresses.
    pub(super) fn encode(&self) -> String {
        let begun = self.begun.map(|at| at.utc().timestamp_micros().to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{begun}/{}", self.after.encode()))
    }

    /// `None` for anything [`FeedPlace::encode`] did not make.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (begun, after) = plain.split_once('/')?;
        let begun = match begun {
            "" => None,
            micros => {
                let at = chrono::DateTime::from_timestamp_micros(micros.parse().ok()?)?;
                Some(Timestamp::new(at))
            }
        };
        Some(Self { after: Cursor::decode(after)?, begun })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a1b2-0000-7000-8000-000000000000";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_place_survives_its_encoding_and_nothing_else_decodes() {
        let start = FeedPlace::from(at(0));
        let within = start.next(Some(Cursor::new(at(5), ID)), true, at(9));
        for place in [start, within] {
            assert_eq!(FeedPlace::decode(&place.encode()), Some(place));
        }
        for bad in ["", "x", "AAAA", &Cursor::new(at(0), ID).encode()] {
            assert_eq!(FeedPlace::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_next_scan_begins_before_this_one_did_and_not_before_what_was_asked_for() {
        let first = FeedPlace::from(at(0)).next(Some(Cursor::new(at(100), ID)), true, at(200));
        assert_eq!(first.after, Cursor::new(at(100), ID));
        // The second page was read later, and is not full: what counts is when the scan began.
        let next = first.next(Some(Cursor::new(at(150), ID)), false, at(260));
        assert_eq!(next, FeedPlace::from(at(170)));
        assert_eq!(FeedPlace::from(at(195)).next(None, false, at(200)), FeedPlace::from(at(195)));
        assert_eq!(FeedPlace::from(at(0)).next(None, false, at(200)), FeedPlace::from(at(170)));
    }

    #[test]
    fn a_scan_ends_although_rows_keep_coming() {
        let scan = FeedPlace::from(at(0)).next(Some(Cursor::new(at(10), ID)), true, at(100));
        let scan = scan.next(Some(Cursor::new(at(130), ID)), true, at(140));
        assert_eq!(scan.after.at, at(130));
        assert_eq!(scan.next(Some(Cursor::new(at(131), ID)), true, at(141)), FeedPlace::from(at(70)));
    }
}
