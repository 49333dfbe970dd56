//! Files that are two things at once: a document here, an archive or a web page to another program.

use super::Reason;

/// How far browsers and PDF readers look for the start of what they know.
const SNIFFED: usize = 1024;

/// Signatures that make a file of another kind although they do not stand at its start.
const FIXED: [(usize, &[u8]); 3] = [(128, b"DICM"), (257, b"ustar"), (32_769, b"CD001")];

const PAGE_MARKS: [&[u8]; 8] =
    [b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<svg", b"<?php"];

/// Refuses a document that would also open as something else.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    if has_fixed_signature(bytes) || reads_as_page(bytes) || reads_as_late_pdf(bytes) || is_zip(bytes) {
        return Err(Reason::ExtraData);
    }
    Ok(())
}

fn has_fixed_signature(bytes: &[u8]) -> bool {
    FIXED.iter().any(|(at, signature)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(signature)))
}

fn reads_as_page(bytes: &[u8]) -> bool {
    let start = start(bytes).to_ascii_lowercase();
    PAGE_MARKS.iter().any(|mark| find(&start, mark).is_some())
}

fn reads_as_late_pdf(bytes: &[u8]) -> bool {
    find(start(bytes), b"%PDF-").is_some_and(|at| at > 0)
}

fn start(bytes: &[u8]) -> &[u8] {
    bytes.get(..SNIFFED).unwrap_or(bytes)
}

/// An archive is read from its end: a record near it points back to a directory of its files.
fn is_zip(bytes: &[u8]) -> bool {
    const RECORD: &[u8] = b"PK\x05\x06";
    const LONGEST_TAIL: usize = 22 + 65_535;
    let tail_at = bytes.len().saturating_sub(LONGEST_TAIL);
    let tail = bytes.get(tail_at..).unwrap_or_default();
    (0..tail.len())
        .filter(|at| tail.get(*at..).is_some_and(|rest| rest.starts_with(RECORD)))
        .any(|at| points_to_directory(bytes, tail_at + at))
}

fn points_to_directory(bytes: &[u8], record_at: usize) -> bool {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let length = bytes.get(record_at + 12..record_at + 16).and_then(|field| field.try_into().ok());
    let directory = length
        .map(u32::from_le_bytes)
        .and_then(|length| record_at.checked_sub(usize::try_from(length).ok()?))
        .and_then(|at| bytes.get(at..record_at));
    directory.is_some_and(|directory| directory.starts_with(ENTRY))
}

/// Where `needle` first stands.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// Where `needle` last stands.
pub(super) fn find_last(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}
