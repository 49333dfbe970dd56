//! Why a file is not taken, in words for the person who sent it.

use std::fmt;

use super::MAX_FILE_BYTES;
use crate::documents::{ContentType, FileName};

/// A file that is not taken. Displays as one or two sentences that say what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub file: FileName,
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No bytes at all.
    Empty,
    /// Over [`MAX_FILE_BYTES`].
    TooLarge,
    /// None of the kinds that are accepted.
    UnknownType,
    /// The name ends in the extension of something else.
    NameMismatch { extension: String, kind: ContentType },
    /// The end is missing.
    Truncated,
    /// A PDF that asks for a password, or is encrypted with an empty one.
    EncryptedPdf,
    /// A PDF without a page.
    NoPages,
    /// A picture whose pixels would take too much memory.
    TooManyPixels,
    /// More than one picture in one file.
    Animated,
    /// Something else before, behind or inside the document: two files in one.
    ExtraData,
    /// The parser or decoder does not understand it.
    Damaged,
    /// The check itself could not run: our fault, not the file's.
    NotChecked,
}

impl Reason {
    /// The stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::UnknownType => "unknown_type",
            Self::NameMismatch { .. } => "name_mismatch",
            Self::Truncated => "truncated",
            Self::EncryptedPdf => "encrypted_pdf",
            Self::NoPages => "no_pages",
            Self::TooManyPixels => "too_many_pixels",
            Self::Animated => "animated",
            Self::ExtraData => "extra_data",
            Self::Damaged => "damaged",
            Self::NotChecked => "not_checked",
        }
    }

    /// The sentence after the name of the file.
    fn advice(&self) -> String {
        let advice = match self {
            Self::Empty => "is empty. Open it on your device to see its content, then choose it again.",
            Self::TooLarge => return too_large(),
            Self::UnknownType => {
                "is not a PDF, JPEG, PNG or WebP file. Save it as one of these and upload that copy."
            }
            Self::NameMismatch { extension, kind } => return name_mismatch(extension, *kind),
            Self::Truncated => {
                "is incomplete: its end is missing. Copy or download it again and upload that copy."
            }
            Self::EncryptedPdf => {
                "is protected with a password. Save a copy without a password and upload that copy."
            }
            Self::NoPages => "has no pages. Export the document again and upload the new PDF.",
            Self::TooManyPixels => {
                "is too large a picture. Save a copy of at most 50 megapixels and upload that copy."
            }
            Self::Animated => "is an animation. Upload a still picture of the document.",
            Self::ExtraData => {
                "contains more than the document. Open it, save it as a new file and upload that one."
            }
            Self::Damaged => {
                "is damaged and cannot be opened. Scan, photograph or export the document again."
            }
            Self::NotChecked => "could not be checked just now. Try again in a moment.",
        };
        advice.to_owned()
    }
}

fn too_large() -> String {
    let megabytes = MAX_FILE_BYTES / (1024 * 1024);
    format!("is larger than {megabytes} MB. Save a smaller copy and upload that copy.")
}

fn name_mismatch(extension: &str, kind: ContentType) -> String {
    let proposed = kind.extensions().first().copied().unwrap_or_default();
    let label = kind.label();
    format!("ends in .{extension} but is a {label}. Rename it to end in .{proposed}, or choose another file.")
}

impl Refusal {
    /// The stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” {}", self.file, self.reason.advice())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(file: &str, reason: Reason) -> String {
        Refusal { file: FileName::parse(file), reason }.to_string()
    }

    #[test]
    fn a_refusal_names_the_file_and_says_what_to_do() {
        assert_eq!(
            sentence("passport.pdf", Reason::EncryptedPdf),
            "“passport.pdf” is protected with a password. Save a copy without a password and upload that copy."
        );
        assert_eq!(
            sentence("id.png", Reason::NameMismatch { extension: "png".to_owned(), kind: ContentType::Jpeg }),
            "“id.png” ends in .png but is a JPEG picture. Rename it to end in .jpg, or choose another file."
        );
        assert_eq!(
            sentence("scan.pdf", Reason::TooLarge),
            "“scan.pdf” is larger than 10 MB. Save a smaller copy and upload that copy."
        );
    }
}
