//! The JPEG container: marker segments and entropy-coded scans up to the end-of-image marker.
//!
//! Phones append data of their own behind that marker, so "nothing behind the end" would refuse most
//! photographs. What they append is accepted where its structure is known from its first byte to its
//! last: further pictures that the first one declares (depth and brightness maps), the video of a motion
//! photo, Samsung's trailer, zero padding. Anything else is a second file in disguise.

use super::Reason;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const APP2: u8 = 0xE2;

/// One picture, whole, with nothing behind it but what cameras append.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    let picture = walk(bytes).ok_or(Reason::Truncated)?;
    if is_from_camera(picture.rest, picture.declares_more) { Ok(()) } else { Err(Reason::ExtraData) }
}

struct Picture<'a> {
    /// What follows the end-of-image marker.
    rest: &'a [u8],
    /// Whether a Multi-Picture Format segment announces further pictures.
    declares_more: bool,
}

/// Goes from marker to marker; `None` when the end is missing.
fn walk(bytes: &[u8]) -> Option<Picture<'_>> {
    let mut rest = bytes.strip_prefix(&[0xFF, SOI])?;
    let mut declares_more = false;
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == EOI {
            return Some(Picture { rest: after, declares_more });
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?)).max(2);
        let segment = after.get(2..length)?;
        declares_more |= marker == APP2 && segment.starts_with(b"MPF\0");
        rest = after.get(length..)?;
    }
}

/// Skips scan data, where a marker's first byte is followed by zero, and the markers without a segment.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xFF)?;
        rest = rest.get(at + 1..)?;
        match rest.first()? {
            // Stuffing, TEM, restarts, and fill bytes before a marker.
            0x00 | 0x01 | 0xD0..=0xD7 | 0xFF => {}
            marker => return Some((*marker, rest.get(1..)?)),
        }
    }
}

fn is_from_camera(behind: &[u8], declares_more: bool) -> bool {
    let mut rest = behind;
    loop {
        let padding = rest.iter().take_while(|byte| **byte == 0).count();
        let unpadded = rest.get(padding..).unwrap_or_default();
        if unpadded.is_empty() || is_samsung_trailer(rest) || is_video(rest) {
            return true;
        }
        match walk(unpadded) {
            Some(picture) if declares_more => rest = picture.rest,
            _ => return false,
        }
    }
}

/// Boxes of the ISO base media format, `ftyp` first, that end where the file ends.
fn is_video(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    if rest.get(4..8) != Some(b"ftyp") {
        return false;
    }
    while !rest.is_empty() {
        let Some(after) = after_box(rest) else { return false };
        rest = after;
    }
    true
}

fn after_box(bytes: &[u8]) -> Option<&[u8]> {
    let (short, _) = bytes.split_first_chunk()?;
    let length = match u32::from_be_bytes(*short) {
        1 => usize::try_from(u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?)).ok()?,
        short => usize::try_from(short).ok()?,
    };
    let name = bytes.get(4..8)?;
    let named = name.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if length < 8 || !named { None } else { bytes.get(length..) }
}

/// Data blocks, then their directory (`SEFH`), then its length and `SEFT`. The first block must start
/// where the trailer starts.
fn is_samsung_trailer(bytes: &[u8]) -> bool {
    let directory_at = || {
        let body = bytes.strip_suffix(b"SEFT")?;
        let (rest, length) = body.split_last_chunk::<4>()?;
        rest.len().checked_sub(usize::try_from(u32::from_le_bytes(*length)).ok()?)
    };
    let first_block_at = |directory_at: usize| {
        let directory = bytes.get(directory_at..)?.strip_prefix(b"SEFH")?;
        let count = usize::try_from(u32::from_le_bytes(*directory.get(4..)?.first_chunk()?)).ok()?;
        let entries = directory.get(8..8 + count.checked_mul(12)?)?.as_chunks::<12>().0;
        let back = |entry: &[u8; 12]| entry.get(4..)?.first_chunk().map(|field| u32::from_le_bytes(*field));
        directory_at.checked_sub(usize::try_from(entries.iter().filter_map(back).max()?).ok()?)
    };
    directory_at().and_then(first_block_at) == Some(0)
}
