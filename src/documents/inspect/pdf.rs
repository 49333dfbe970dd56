//! The outside of a PDF: its header, its end, the table it points to, and whether it is encrypted.
//!
//! A lenient parser repairs what is missing, so cut and padded files are found here, before it runs.

use super::Reason;
use super::disguise::{find, find_last};

const END: &[u8] = b"%%EOF";
const POINTER: &[u8] = b"startxref";

/// One whole PDF from its first byte to its last, not encrypted.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    check_header(bytes)?;
    let end_at = find_last(bytes, END).ok_or(Reason::Truncated)?;
    check_behind(bytes.get(end_at + END.len()..).unwrap_or_default())?;
    let body = bytes.get(..end_at).unwrap_or_default();
    let pointer_at = find_last(body, POINTER).ok_or(Reason::Truncated)?;
    let table_at = number(body.get(pointer_at + POINTER.len()..).unwrap_or_default());
    let table_at = table_at.filter(|at| *at < pointer_at).ok_or(Reason::Damaged)?;
    let trailer = trailer(body.get(table_at..).unwrap_or_default()).ok_or(Reason::Damaged)?;
    if has_key(trailer, b"/Encrypt") { Err(Reason::EncryptedPdf) } else { Ok(()) }
}

fn check_header(bytes: &[u8]) -> Result<(), Reason> {
    let version = bytes.strip_prefix(b"%PDF-").ok_or(Reason::ExtraData)?;
    match version {
        [major, b'.', minor, ..] if major.is_ascii_digit() && minor.is_ascii_digit() => Ok(()),
        [_, _, _, ..] => Err(Reason::Damaged),
        _ => Err(Reason::Truncated),
    }
}

/// A later revision starts with an object, so a number behind the end is a revision that was cut.
fn check_behind(rest: &[u8]) -> Result<(), Reason> {
    match trim(rest).first() {
        None => Ok(()),
        Some(byte) if byte.is_ascii_digit() => Err(Reason::Truncated),
        Some(_) => Err(Reason::ExtraData),
    }
}

/// The dictionary with the document's roots: behind the word `trailer` after a table, or at the start of
/// a cross-reference stream.
fn trailer(table: &[u8]) -> Option<&[u8]> {
    let table = trim(table);
    if table.starts_with(b"xref") {
        let dictionary = table.get(find(table, b"trailer")?..)?;
        let end = find(dictionary, POINTER).unwrap_or(dictionary.len());
        return dictionary.get(..end);
    }
    number(table)?;
    table.get(..find(table, b"stream")?)
}

/// Whether a dictionary has a key of exactly this name.
fn has_key(dictionary: &[u8], key: &[u8]) -> bool {
    let mut rest = dictionary;
    while let Some(at) = find(rest, key) {
        rest = rest.get(at + key.len()..).unwrap_or_default();
        if rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()) {
            return true;
        }
    }
    false
}

/// The number that starts here after white space.
fn number(bytes: &[u8]) -> Option<usize> {
    let bytes = trim(bytes);
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(bytes.get(..digits)?).ok()?.parse().ok()
}

/// Without the white space of PDF at the start.
fn trim(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|byte| matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)).count();
    bytes.get(blank..).unwrap_or_default()
}
