//! Where encrypted files lie: a store of immutable blobs under random names.
//!
//! A store knows nothing of documents, keys or rows; it blocks, so call it off the async threads. A
//! file is put before its row is written and deleted after its row is gone: what a crash in between
//! leaves behind is found by comparing [`FileStore::list`] with the rows.

mod directory;

use std::fmt;
use std::io::{self, Read};

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;

use crate::clock::Timestamp;
use crate::ids::Random;

pub use directory::DirectoryStore;

/// The name of a stored file: 32 hexadecimal digits, so it is a safe path on every system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct StoredName(String);

impl StoredName {
    const LENGTH: usize = 32;

    /// A new one that nobody can guess.
    #[must_use]
    pub fn new(random: &Random) -> Self {
        Self(hex::encode(random.bytes::<{ Self::LENGTH / 2 }>()))
    }

    /// `None` for anything that [`StoredName::new`] could not have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == Self::LENGTH && is_hex).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first two digits: the folder it lies in, so that no folder grows too long.
    fn shard(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

impl fmt::Display for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text_column!(StoredName, as_str, |text| Self::parse(&text));

/// One file in the store, as [`FileStore::list`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub name: StoredName,
    pub modified: Timestamp,
    pub bytes: u64,
}

/// How much room a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    pub free_bytes: u64,
    pub total_bytes: u64,
}

impl Space {
    /// The free part, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people and thresholds")]
    pub fn free_ratio(&self) -> f64 {
        if self.total_bytes == 0 { 0.0 } else { self.free_bytes as f64 / self.total_bytes as f64 }
    }
}

/// A store of encrypted files.
pub trait FileStore: fmt::Debug + Send + Sync {
    /// Keeps all that `content` gives under a new `name`; returns how many bytes. After a crash or an
    /// error there is either the whole file or none of that name. A name in use is an error.
    fn put(&self, name: &StoredName, content: &mut dyn Read) -> io::Result<u64>;

    /// Opens a file; `None` when there is none of that name.
    fn get(&self, name: &StoredName) -> io::Result<Option<Box<dyn Read + Send>>>;

    /// Removes a file; `false` when there was none.
    fn delete(&self, name: &StoredName) -> io::Result<bool>;

    /// All files, in no particular order.
    fn list(&self) -> io::Result<Vec<StoredFile>>;

    /// Removes what interrupted [`FileStore::put`]s left behind before `before`; returns how many.
    fn remove_unfinished(&self, before: Timestamp) -> io::Result<usize>;

    /// Proves that files can be written; tells the room there is, where the store knows it.
    fn probe(&self) -> io::Result<Option<Space>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_random_hexadecimal_and_nothing_else_parses() {
        let random = Random::seeded(1);
        let name = StoredName::new(&random);
        assert_eq!(StoredName::parse(name.as_str()), Some(name.clone()));
        assert_ne!(StoredName::new(&random), name);
        let long = "a".repeat(33);
        for text in ["", "..", "../../../../../../../etc/passwd..", "ABCDEF0123456789ABCDEF0123456789", &long]
        {
            assert_eq!(StoredName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_free_ratio_of_an_unknown_size_is_zero() {
        assert!((Space { free_bytes: 1, total_bytes: 4 }.free_ratio() - 0.25).abs() < f64::EPSILON);
        assert!(Space { free_bytes: 0, total_bytes: 0 }.free_ratio().abs() < f64::EPSILON);
    }
}
