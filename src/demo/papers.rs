//! What stands on a made-up document, and what is wrong with some of them.

use chrono::NaiveDate;

use super::people::Person;
use super::{cards, letters};
use crate::documents::{ContentType, Country, DocumentKind};

/// Something a reviewer should notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its last day has passed.
    Expired,
    /// Its number is not the declared one.
    OtherNumber,
    /// The lower part is missing.
    CutOff,
    /// Taken in the dark.
    Dark,
}

/// A document before it is drawn.
#[derive(Clone, Debug)]
pub struct Paper {
    pub kind: DocumentKind,
    pub format: ContentType,
    pub person: &'static Person,
    pub number: String,
    pub country: Option<Country>,
    pub born: NaiveDate,
    pub issued: NaiveDate,
    pub expires: NaiveDate,
    pub flaw: Option<Flaw>,
    /// Counts the documents, so that no two look quite the same.
    pub serial: usize,
}

/// Why a document could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error("a drawn picture could not be encoded: {0}")]
    Encoding(#[from] image::ImageError),
    #[error("a drawn picture has not as many pixels as it says")]
    Size,
}

impl Paper {
    /// The number as it is printed.
    #[must_use]
    pub fn printed_number(&self) -> String {
        if self.flaw != Some(Flaw::OtherNumber) {
            return self.number.clone();
        }
        // The way such mistakes are made: two characters change places.
        let mut letters: Vec<char> = self.number.chars().collect();
        let last = letters.len().saturating_sub(1);
        if last > 0 {
            letters.swap(last, last - 1);
        }
        let swapped: String = letters.into_iter().collect();
        if swapped == self.number { format!("{}0", self.number) } else { swapped }
    }

    /// The name its owner gave the file.
    #[must_use]
    pub fn file_name(&self) -> String {
        let stem = match self.kind {
            DocumentKind::Passport => "passport",
            DocumentKind::NationalId => "id card front",
            DocumentKind::DrivingLicence => "driving-licence",
            DocumentKind::ResidencePermit => "permit_scan",
            DocumentKind::StudentCard => "student card",
            DocumentKind::ProofOfAddress => "water bill",
            DocumentKind::Other => "document",
        };
        let camera = self.format == ContentType::Jpeg && self.serial.is_multiple_of(3);
        let stem = if camera { format!("IMG_{}", 2_041 + 7 * self.serial) } else { stem.to_owned() };
        format!("{stem}.{}", self.format.extensions().first().copied().unwrap_or_default())
    }

    /// The file, as its owner uploads it.
    pub fn draw(&self) -> Result<Vec<u8>, DrawError> {
        match self.format {
            ContentType::Pdf => Ok(letters::proof_of_address(self)),
            format => cards::picture(self, format),
        }
    }
}
