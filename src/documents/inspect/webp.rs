//! The WebP container: a RIFF header that tells the length of all, then chunks.

use super::Reason;

/// `RIFF`, the length, `WEBP`.
const HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 8;
const ANIMATION_FLAG: u8 = 0x02;

/// One still picture, whole, with nothing behind it.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    let length = bytes.get(4..).and_then(le_u32).ok_or(Reason::Truncated)?;
    let end = length.checked_add(8).ok_or(Reason::Damaged)?;
    let padded = end + end % 2;
    if end < HEADER_LEN {
        return Err(Reason::Damaged);
    }
    if bytes.len() < end {
        return Err(Reason::Truncated);
    }
    if bytes.len() > padded {
        return Err(Reason::ExtraData);
    }
    let mut rest = bytes.get(HEADER_LEN..end).unwrap_or_default();
    while !rest.is_empty() {
        let (name, after) = next_chunk(rest).ok_or(Reason::Damaged)?;
        let flags = rest.get(CHUNK_HEADER_LEN).copied().unwrap_or_default();
        let animated = name == b"VP8X" && flags & ANIMATION_FLAG != 0;
        if animated || name == b"ANIM" || name == b"ANMF" {
            return Err(Reason::Animated);
        }
        rest = after;
    }
    Ok(())
}

/// The name of the chunk that starts here and what follows it; `None` when it does not fit.
fn next_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8])> {
    let name = bytes.first_chunk()?;
    let length = le_u32(bytes.get(4..)?)?;
    let after = bytes.get(CHUNK_HEADER_LEN.checked_add(length)?..)?;
    let padding = length % 2;
    // The last chunk may leave its padding out.
    Some((name, after.get(padding..).unwrap_or_default()))
}

fn le_u32(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.first_chunk()?)).ok()
}
