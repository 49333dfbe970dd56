//! How our own types are kept in columns that both engines share.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;
use diesel::sqlite::Sqlite;

use super::MultiBackend;
use crate::clock::Timestamp;

/// Lets a type be a TEXT column: `$as_str` gives the text, `$parse` reads it back (`String` to `Option`).
#[macro_export]
macro_rules! text_column {
    ($type:ty, $as_str:ident, $parse:expr) => {
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $type
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.$as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $type
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(
                bytes: <DB as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                let text =
                    <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                let parse: fn(String) -> Option<Self> = $parse;
                parse(text).ok_or_else(|| concat!("not a ", stringify!($type)).into())
            }
        }
    };
}

/// Declares an enum that is kept as text and named by that text everywhere: columns, URLs, JSON.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    serde::de::Error::custom(concat!("expected one of:", $(" ", $text),+))
                })
            }
        }

        $crate::text_column!($name, as_str, |text| Self::parse(&text));
    };
}

impl<DB: Backend> ToSql<sql_types::Timestamp, DB> for Timestamp
where
    NaiveDateTime: ToSql<sql_types::Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.naive().to_sql(out)
    }
}

impl FromSql<sql_types::Timestamp, MultiBackend> for Timestamp {
    fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        bytes.from_sql::<Self, sql_types::Timestamp>()
    }
}

impl FromSql<sql_types::Timestamp, Pg> for Timestamp {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <NaiveDateTime as FromSql<sql_types::Timestamp, Pg>>::from_sql(bytes).map(Self::from_naive)
    }
}

/// SQLite keeps moments as text. A list reads hundreds of them, and only in the one form we write.
impl FromSql<sql_types::Timestamp, Sqlite> for Timestamp {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(bytes)?;
        kept_moment(&text)
            .map(Self::from_naive)
            .or_else(|| Self::parse(&text))
            .ok_or_else(|| format!("not a moment: {text}").into())
    }
}

/// Reads `2026-03-31 09:00:00`, with or without a fraction.
fn kept_moment(text: &str) -> Option<NaiveDateTime> {
    let (whole, fraction) = text.split_at_checked(19)?;
    let bytes = whole.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if separators.iter().any(|(place, sign)| bytes.get(*place) != Some(sign)) {
        return None;
    }
    let part = |from: usize, to: usize| number(bytes.get(from..to)?);
    let nanos = match fraction.strip_prefix('.') {
        None if fraction.is_empty() => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => {
            number(digits.as_bytes())? * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(5, 7)?, part(8, 10)?)?;
    day.and_hms_nano_opt(part(11, 13)?, part(14, 16)?, part(17, 19)?, nanos)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_moment_is_not_guessed() {
        for text in [
            "",
            "2026-03-31",
            "2026-03-31T09:00:00",
            "2026-03-31 09:00:00.",
            "2026-03-31 09:00:00Z",
            "2026-02-30 09:00:00",
            "2026-03-31 24:00:00",
            "2026-03-31 09:00:0x",
            "2026-03-31 09:00:00.1234567890",
            "20é6-03-31 09:00:00",
        ] {
            assert_eq!(kept_moment(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_read_as_it_was_written(micros in 0_i64..253_402_300_799_000_000) {
            let moment = chrono::DateTime::from_timestamp_micros(micros).unwrap().naive_utc();
            prop_assert_eq!(kept_moment(&moment.format("%F %T%.f").to_string()), Some(moment));
        }
    }
}
