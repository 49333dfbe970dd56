//! Time arrives as a value: every rule takes `now`, and only [`Clock`] reads the system's.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC with microsecond precision, the precision both databases keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Timestamp)]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// Takes a moment, cutting what is finer than a microsecond.
    #[must_use]
    pub fn new(moment: DateTime<Utc>) -> Self {
        Self::from_naive(moment.naive_utc())
    }

    /// The same from a UTC date and time without a zone, as the databases keep it.
    #[must_use]
    pub fn from_naive(moment: NaiveDateTime) -> Self {
        let micros = moment.nanosecond() / 1_000 * 1_000;
        Self(moment.with_nanosecond(micros).unwrap_or(moment))
    }

    /// Reads an RFC 3339 time in any zone, of a year that has four digits in UTC too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9999).contains(&moment.year()).then(|| Self::new(moment))
    }

    /// The moment `seconds` after the start of 1970.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(Self::new)
    }

    #[must_use]
    pub fn naive(&self) -> &NaiveDateTime {
        &self.0
    }

    #[must_use]
    pub fn utc(&self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// This moment moved by `delta`; stays where it is if the calendar ends there.
    #[must_use]
    pub fn plus(&self, delta: TimeDelta) -> Self {
        self.0.checked_add_signed(delta).map_or(*self, Self)
    }

    #[must_use]
    pub fn minus(&self, delta: TimeDelta) -> Self {
        self.plus(-delta)
    }

    /// How long after `earlier` this is (negative when before it).
    #[must_use]
    pub fn since(&self, earlier: Self) -> TimeDelta {
        self.0 - earlier.0
    }
}

/// RFC 3339 in UTC, with microseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("expected an RFC 3339 time, such as 2026-03-02T09:00:00Z")
        })
    }
}

/// Where the time comes from: the system's clock, or one that a test moves by hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(Mutex::new(start))))
    }

    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::new(Utc::now()),
            Source::Manual(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock forward; the system's clock is not ours to move.
    pub fn advance(&self, delta: TimeDelta) {
        if let Source::Manual(at) = &self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.plus(delta);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finer_than_a_microsecond_is_cut() {
        let moment = DateTime::parse_from_rfc3339("2026-01-02T03:04:05.123456789Z").unwrap().to_utc();
        assert_eq!(Timestamp::new(moment).to_string(), "2026-01-02T03:04:05.123456Z");
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.advance(TimeDelta::minutes(5));
        assert_eq!(clock.now().since(before), TimeDelta::minutes(5));
    }
}
