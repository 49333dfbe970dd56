//! Stored files are encrypted in segments, so that a file is never whole in memory and any change is
//! noticed: the STREAM construction over XChaCha20-Poly1305 numbers the segments and marks the last,
//! which makes a lost, moved, repeated or added segment fail like a changed byte.
//!
//! On disk: `FDF1`, a 19-byte random nonce, then segments of 64 KiB of plaintext plus a 16-byte tag (the
//! last one may be shorter). Every file has a key of its own, kept sealed by the [`Keyring`] in its row.

use std::fmt;
use std::io::{self, Read, Write};

use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::{ExposeSecret, SecretBox};

use crate::ids::Random;
use crate::keys::{Keyring, OpenError, Purpose};

const MAGIC: &[u8; 4] = b"FDF1";
const NONCE_LEN: usize = 19;
const SEGMENT_LEN: usize = 64 * 1024;
const TAG_LEN: usize = 16;

/// The key of one file.
pub struct FileKey(SecretBox<[u8; 32]>);

impl FileKey {
    #[must_use]
    pub fn new(random: &Random) -> Self {
        let mut key = Box::new([0; 32]);
        random.fill(key.as_mut_slice());
        Self(SecretBox::new(key))
    }

    /// The key as it is kept beside the file's row; `context` names that row.
    #[must_use]
    pub fn seal(&self, keys: &Keyring, context: &[u8], random: &Random) -> String {
        keys.seal(Purpose::DocumentKey, self.0.expose_secret(), context, random)
    }

    /// Reads back what [`FileKey::seal`] made for the same row.
    pub fn open(keys: &Keyring, sealed: &str, context: &[u8]) -> Result<Self, OpenError> {
        let bytes = keys.open(Purpose::DocumentKey, sealed, context)?;
        let key: Box<[u8; 32]> = bytes.into_boxed_slice().try_into().ok().ok_or(OpenError::Malformed)?;
        Ok(Self(SecretBox::new(key)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey([REDACTED])")
    }
}

/// Why a file could not be decrypted.
#[derive(Debug, thiserror::Error)]
pub enum DecryptError {
    #[error("the encrypted file could not be read or its content written")]
    Io(#[from] io::Error),
    /// What was written until then is genuine, but must not be used as the whole file.
    #[error("the encrypted file was changed, cut or made with another key")]
    Tampered,
}

/// Encrypts all that `from` gives; returns how many bytes that were.
pub fn encrypt(key: &FileKey, random: &Random, from: &mut dyn Read, to: &mut dyn Write) -> io::Result<u64> {
    let nonce: [u8; NONCE_LEN] = random.bytes();
    to.write_all(MAGIC)?;
    to.write_all(&nonce)?;
    let mut stream = EncryptorBE32::from_aead(key.cipher(), &nonce.into());
    let mut segment = read_up_to(from, SEGMENT_LEN)?;
    let mut total = 0;
    loop {
        total += segment.len() as u64;
        let next = read_up_to(from, SEGMENT_LEN)?;
        if next.is_empty() {
            stream.encrypt_last_in_place(MAGIC, &mut segment).map_err(io::Error::other)?;
            to.write_all(&segment)?;
            return Ok(total);
        }
        stream.encrypt_next_in_place(MAGIC, &mut segment).map_err(io::Error::other)?;
        to.write_all(&segment)?;
        segment = next;
    }
}

/// Decrypts what [`encrypt`] wrote; returns how many bytes the content has.
///
/// Each segment is checked before it is written, but only the end tells that none is missing: on an
/// error, throw away what was written.
pub fn decrypt(key: &FileKey, from: &mut dyn Read, to: &mut dyn Write) -> Result<u64, DecryptError> {
    let header = read_up_to(from, MAGIC.len() + NONCE_LEN)?;
    let nonce = header.strip_prefix(MAGIC).ok_or(DecryptError::Tampered)?;
    let nonce: [u8; NONCE_LEN] = nonce.try_into().ok().ok_or(DecryptError::Tampered)?;
    let mut stream = DecryptorBE32::from_aead(key.cipher(), &nonce.into());
    let mut segment = read_up_to(from, SEGMENT_LEN + TAG_LEN)?;
    let mut total = 0;
    loop {
        let next = read_up_to(from, SEGMENT_LEN + TAG_LEN)?;
        if next.is_empty() {
            stream.decrypt_last_in_place(MAGIC, &mut segment).or(Err(DecryptError::Tampered))?;
            to.write_all(&segment)?;
            return Ok(total + segment.len() as u64);
        }
        stream.decrypt_next_in_place(MAGIC, &mut segment).or(Err(DecryptError::Tampered))?;
        to.write_all(&segment)?;
        total += segment.len() as u64;
        segment = next;
    }
}

/// [`decrypt`] into memory, for files whose size is bounded.
pub fn decrypt_to_vec(key: &FileKey, from: &mut dyn Read) -> Result<Vec<u8>, DecryptError> {
    let mut content = Vec::new();
    decrypt(key, from, &mut content)?;
    Ok(content)
}

/// [`encrypt`] of what is in memory already.
///
/// # Panics
/// Never: memory does not fail to be read or written.
#[must_use]
#[expect(clippy::expect_used, reason = "only a real reader or writer fails")]
pub fn encrypt_to_vec(key: &FileKey, random: &Random, mut content: &[u8]) -> Vec<u8> {
    let segments = content.len() / SEGMENT_LEN + 1;
    let mut encrypted = Vec::with_capacity(MAGIC.len() + NONCE_LEN + content.len() + segments * TAG_LEN);
    encrypt(key, random, &mut content, &mut encrypted).expect("memory does not fail");
    encrypted
}

/// The next `limit` bytes, or fewer at the end.
fn read_up_to(from: &mut dyn Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(limit + TAG_LEN);
    from.take(limit as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER_LEN: usize = MAGIC.len() + NONCE_LEN;

    fn key(seed: u64) -> FileKey {
        FileKey::new(&Random::seeded(seed))
    }

    fn content(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        Random::seeded(length as u64).fill(&mut bytes);
        bytes
    }

    fn encrypted(length: usize) -> Vec<u8> {
        encrypt_to_vec(&key(1), &Random::seeded(2), &content(length))
    }

    fn is_refused(bytes: &[u8]) -> bool {
        matches!(decrypt_to_vec(&key(1), &mut &*bytes), Err(DecryptError::Tampered))
    }

    #[test]
    fn content_of_every_size_around_a_segment_comes_back() {
        for length in [0, 1, SEGMENT_LEN - 1, SEGMENT_LEN, SEGMENT_LEN + 1, 3 * SEGMENT_LEN, 200_000] {
            let bytes = encrypted(length);
            assert_eq!(decrypt_to_vec(&key(1), &mut bytes.as_slice()).unwrap(), content(length));
        }
    }

    #[test]
    fn a_file_does_not_show_its_content_and_looks_different_each_time() {
        let random = Random::seeded(5);
        let plain = b"passport passport passport passport";
        let first = encrypt_to_vec(&key(1), &random, plain);
        let second = encrypt_to_vec(&key(1), &random, plain);
        assert!(!first.windows(8).any(|window| window == b"passport"));
        assert_ne!(first, second);
    }

    #[test]
    fn another_key_does_not_open_a_file() {
        let bytes = encrypted(100);
        assert!(matches!(decrypt_to_vec(&key(9), &mut bytes.as_slice()), Err(DecryptError::Tampered)));
    }

    #[test]
    fn a_file_cut_at_any_interesting_place_is_refused() {
        let bytes = encrypted(2 * SEGMENT_LEN + 10);
        let segment = SEGMENT_LEN + TAG_LEN;
        for length in [0, 3, HEADER_LEN - 1, HEADER_LEN, HEADER_LEN + segment, HEADER_LEN + 2 * segment] {
            assert!(is_refused(&bytes[..length]), "cut at {length}");
        }
        assert!(is_refused(&bytes[..bytes.len() - 1]));
    }

    #[test]
    fn segments_that_are_swapped_repeated_or_left_out_are_refused() {
        let bytes = encrypted(3 * SEGMENT_LEN);
        let (header, body) = bytes.split_at(HEADER_LEN);
        let segments: Vec<&[u8]> = body.chunks(SEGMENT_LEN + TAG_LEN).collect();
        assert_eq!(segments.len(), 3);
        for order in [&[1, 0, 2][..], &[0, 0, 1, 2], &[0, 2], &[0, 1], &[0, 1, 2, 2], &[2]] {
            let mut changed = header.to_vec();
            for index in order {
                changed.extend_from_slice(segments[*index]);
            }
            assert!(is_refused(&changed), "{order:?}");
        }
    }

    #[test]
    fn bytes_added_at_the_end_are_refused() {
        for added in [1, TAG_LEN, SEGMENT_LEN] {
            let mut bytes = encrypted(100);
            bytes.extend(vec![0; added]);
            assert!(is_refused(&bytes), "{added} bytes");
        }
    }

    #[test]
    fn a_sealed_key_opens_for_its_own_row_only() {
        let keys = Keyring::from_secret(&"a secret of the instance, long enough".into()).unwrap();
        let sealed = key(1).seal(&keys, b"file 1", &Random::seeded(3));
        let opened = FileKey::open(&keys, &sealed, b"file 1").unwrap();
        assert_eq!(opened.0.expose_secret(), key(1).0.expose_secret());
        assert_eq!(FileKey::open(&keys, &sealed, b"file 2").unwrap_err(), OpenError::Refused);
        assert_eq!(format!("{opened:?}"), "FileKey([REDACTED])");
    }

    #[test]
    fn a_disk_that_fails_is_told_apart_from_a_changed_file() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        assert!(matches!(decrypt_to_vec(&key(1), &mut Broken), Err(DecryptError::Io(_))));
        assert!(encrypt(&key(1), &Random::seeded(1), &mut Broken, &mut io::sink()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_flipped_bit_or_cut_is_refused(
            length in prop_oneof![0..300_usize, SEGMENT_LEN - 2..SEGMENT_LEN + 300],
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let bytes = encrypted(length);
            let place = place.index(bytes.len());
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            prop_assert!(is_refused(&flipped));
            prop_assert!(is_refused(&bytes[..place]));
        }
    }
}
