//! Identifiers and randomness: both arrive as values, from [`Random`], which a test seeds.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A source of random bytes: the operating system's, or a seeded one in tests.
#[derive(Clone, Debug)]
pub struct Random {
    source: Source,
    /// The millisecond of the last id, and how many were made in it before.
    last_id: Arc<Mutex<(u64, u16)>>,
}

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    #[must_use]
    pub fn system() -> Self {
        Self::from(Source::System)
    }

    /// The same bytes for the same seed. For tests and generated demo data, never for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    fn from(source: Source) -> Self {
        Self { source, last_id: Arc::default() }
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done without it.
    #[expect(clippy::expect_used, reason = "no secret may be made without the system's randomness")]
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.source {
            Source::System => SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes"),
            Source::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes),
        }
    }

    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A number from 0 to `bound` - 1, each as likely (rejection sampling); 0 when `bound` is 0.
    #[must_use]
    pub fn below(&self, bound: u32) -> u32 {
        if bound < 2 {
            return 0;
        }
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = u32::from_le_bytes(self.bytes());
            if drawn < limit {
                return drawn % bound;
            }
        }
    }

    /// One element of a non-empty slice.
    #[must_use]
    pub fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        let bound = u32::try_from(from.len()).unwrap_or(u32::MAX);
        from.get(self.below(bound) as usize)
    }

    /// Fisher-Yates, unbiased.
    pub fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(bound) as usize);
        }
    }

    /// A version 7 UUID (RFC 9562): sorts by the time it was made, and those of one moment in the order
    /// they were made here (a counter in place of the first random bits, 6.2 method 1), so that what one
    /// transaction writes reads in order. Never a secret.
    #[must_use]
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.utc().timestamp_millis()).unwrap_or_default();
        let [high, low] = self.count_in(millis).to_be_bytes();
        let [_, _, rest @ ..] = self.bytes::<10>();
        let mut bits = [high, low, 0, 0, 0, 0, 0, 0, 0, 0];
        for (bit, random) in bits.iter_mut().skip(2).zip(rest) {
            *bit = random;
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }

    /// How many ids were made in this millisecond before, of the 12 bits there are for it.
    fn count_in(&self, millis: u64) -> u16 {
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if last.0 == millis { (last.1 + 1).min(0x0FFF) } else { 0 };
        *last = (millis, count);
        count
    }
}

/// Declares a newtype for the id of one kind of row: UUID text, so that ids of two kinds cannot be mixed up.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name(String);

        impl $name {
            /// A new one, made at `now`.
            #[must_use]
            pub fn new(random: &$crate::ids::Random, now: $crate::clock::Timestamp) -> Self {
                Self(random.uuid(now).to_string())
            }

            /// Reads the canonical form; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::parse_str(text).ok().map(|id| Self(id.to_string()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected an id"))
            }
        }

        $crate::text_column!($name, as_str, |text| $crate::ids::canonical(text).map(Self));
    };
}

/// The canonical text of a UUID; the text itself when it already is, as every id we keep.
#[must_use]
pub fn canonical(text: String) -> Option<String> {
    let id = Uuid::try_parse(&text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    let canonical = id.hyphenated().encode_lower(&mut buffer);
    Some(if *canonical == *text { text } else { canonical.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let random = Random::seeded(1);
        let early = random.uuid(Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
        let late = random.uuid(Timestamp::parse("2026-01-01T00:00:01Z").unwrap());
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn an_id_is_read_in_any_form_and_kept_in_one() {
        let id = "0190a1b2-0000-7000-8000-00000000abcd";
        for form in [id, &id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}")] {
            assert_eq!(canonical(form.to_owned()).as_deref(), Some(id), "{form}");
        }
        assert_eq!(canonical("0190a1b2".to_owned()), None);
    }

    #[test]
    fn ids_of_one_moment_sort_in_the_order_they_were_made() {
        let (random, now) = (Random::seeded(3), Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
        let made: Vec<String> = (0..1_000).map(|_| random.uuid(now).to_string()).collect();
        assert!(made.is_sorted());
        assert_eq!(made.iter().collect::<std::collections::HashSet<_>>().len(), 1_000);
    }

    #[test]
    fn a_bounded_number_stays_below_its_bound_and_reaches_every_value() {
        let random = Random::seeded(2);
        let mut seen = [0_u32; 10];
        for _ in 0..10_000 {
            seen[random.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (800..1_200).contains(count)), "{seen:?}");
    }
}
