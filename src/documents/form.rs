//! The field for documents, the same on every form.

use super::inspect::MAX_FILE_BYTES;
use crate::ui::{Upload, bytes};

/// A field for at most `files` documents.
#[must_use]
pub fn upload_field<'a>(name: &'a str, label: &'a str, files: usize) -> Upload<'a> {
    Upload::new(name, label)
        .accept(".pdf,.jpg,.jpeg,.png,.webp")
        .at_most(u32::try_from(files).unwrap_or(1))
        .largest(MAX_FILE_BYTES as u64)
}

/// What may be sent, for the hint of the field.
#[must_use]
pub fn documents_hint(files: usize) -> String {
    let largest = bytes(MAX_FILE_BYTES as u64);
    match files {
        1 => format!("A PDF, JPEG, PNG or WebP file of at most {largest}."),
        many => format!("1 to {many} files, each a PDF, JPEG, PNG or WebP of at most {largest}."),
    }
}
