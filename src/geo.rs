//! Which country an address is in: read from a file in MaxMind's format that the operator brings (`GeoLite2` and others).
//! Without one no session has a country, and no page a column for it.
//!
//! The format: <https://maxmind.github.io/MaxMind-DB/>.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{PathElement, Reader};

/// Countries by address; empty when there is no file.
#[derive(Default)]
pub struct Countries(Option<Reader<Vec<u8>>>);

impl std::fmt::Debug for Countries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Countries").field("configured", &self.0.is_some()).finish()
    }
}

impl Countries {
    /// Reads the file into memory.
    ///
    /// # Errors
    /// One sentence that names the file, when it cannot be read or is none of this format.
    pub fn open(file: Option<&Path>) -> Result<Self, String> {
        let Some(file) = file else { return Ok(Self::default()) };
        let reader = Reader::open_readfile(file).map_err(|error| {
            format!("GEOIP_DATABASE: {} cannot be read as a MaxMind database: {error}", file.display())
        })?;
        Ok(Self(Some(reader)))
    }

    /// The country of an address, as two letters (ISO 3166-1); nothing for one that is in no country or is none.
    #[must_use]
    pub fn of(&self, ip: &str) -> Option<String> {
        let reader = self.0.as_ref()?;
        let found = reader.lookup(ip.parse::<IpAddr>().ok()?).ok()?;
        let path = [PathElement::Key("country"), PathElement::Key("iso_code")];
        let code = found.decode_path::<String>(&path).ok()??;
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| code.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_no_address_has_a_country() {
        assert_eq!(Countries::open(None).unwrap().of("192.0.2.1"), None);
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countries.mmdb");
        for content in [None, Some("not a database")] {
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let error = Countries::open(Some(&file)).unwrap_err();
            assert!(error.starts_with("GEOIP_DATABASE: ") && error.contains("countries.mmdb"), "{error}");
        }
    }
}
