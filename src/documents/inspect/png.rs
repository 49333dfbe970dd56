//! The PNG container: chunks from a fixed signature to the one named IEND.

use super::Reason;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Length, name and checksum around the data of a chunk.
const FRAME_LEN: usize = 12;

/// One still picture, whole, with nothing behind it.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    if bytes.len() < SIGNATURE.len() {
        return Err(Reason::Truncated);
    }
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or(Reason::Damaged)?;
    let mut expected_first: Option<&[u8]> = Some(b"IHDR");
    loop {
        let (name, after) = next_chunk(rest).ok_or(Reason::Truncated)?;
        if expected_first.take().is_some_and(|first| first != name) {
            return Err(Reason::Damaged);
        }
        match name {
            b"acTL" => return Err(Reason::Animated),
            b"IEND" if after.is_empty() => return Ok(()),
            b"IEND" => return Err(Reason::ExtraData),
            _ => rest = after,
        }
    }
}

/// The name of the chunk that starts here and what follows it; `None` when the chunk is cut.
fn next_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let after = bytes.get(length.checked_add(FRAME_LEN)?..)?;
    Some((rest.first_chunk()?, after))
}
