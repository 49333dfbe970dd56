//! The keys of the instance, all derived from its one secret (HKDF-SHA256), one for each purpose.
//!
//! A [`Keyring`] holds a current key version and the older ones. What it seals carries the number of
//! its version, so values sealed before a rotation still open, and sealing always uses the newest.
//!
//! Sealed text: `v1.` + base64url(version byte, 24-byte nonce, XChaCha20-Poly1305 ciphertext and tag).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::ids::Random;

/// The shortest instance secret that is accepted, in characters.
pub const MIN_SECRET_CHARS: usize = 32;

const PREFIX: &str = "v1.";
const NONCE_LEN: usize = 24;
/// The longest key that is asked for; a shorter one is the beginning of it, as HKDF has it.
const KEY_LEN: usize = 64;
const SALT: &[u8] = b"frontdesk instance secret";

/// What a key is for. Keys of two purposes have nothing in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Secrets (links, codes, passwords) in mails that wait in the outbox.
    OutboxSecret,
    /// The key of one stored file.
    DocumentKey,
    /// The token of forms against forged requests.
    CsrfToken,
    /// Signing and sealing of cookies.
    CookieSigning,
    /// The keyed hash of a document's number, for finding duplicates.
    DocumentNumber,
    /// Mails kept instead of sent.
    CapturedMail,
    /// The secret that an authenticator app shares.
    TotpSecret,
    /// The keyed hash of a recovery code.
    RecoveryCode,
    /// What the answer of a passkey is checked against.
    MfaChallenge,
    /// The keyed hash of an address that somebody tried to sign in with.
    SignInBucket,
    /// The private keys that sign access tokens.
    SigningKey,
    /// Each refresh token is made of the one before it.
    RefreshToken,
    /// Answers kept for callers that ask again.
    KeptAnswer,
    /// The keyed hash of the calls they answer.
    KeptCall,
    /// The keyed hash of a code that verifies an address.
    EmailCode,
}

impl Purpose {
    /// Every purpose, in the order of declaration.
    const ALL: [Self; 15] = [
        Self::OutboxSecret,
        Self::DocumentKey,
        Self::CsrfToken,
        Self::CookieSigning,
        Self::DocumentNumber,
        Self::CapturedMail,
        Self::TotpSecret,
        Self::RecoveryCode,
        Self::MfaChallenge,
        Self::SignInBucket,
        Self::SigningKey,
        Self::RefreshToken,
        Self::KeptAnswer,
        Self::KeptCall,
        Self::EmailCode,
    ];

    /// The text the key is derived from: changing one makes everything sealed with it unreadable.
    fn label(self) -> &'static [u8] {
        match self {
            Self::OutboxSecret => b"outbox secret",
            Self::DocumentKey => b"document key",
            Self::CsrfToken => b"csrf token",
            Self::CookieSigning => b"cookie signing",
            Self::DocumentNumber => b"document number",
            Self::CapturedMail => b"captured mail",
            Self::TotpSecret => b"totp secret",
            Self::RecoveryCode => b"recovery code",
            Self::MfaChallenge => b"mfa challenge",
            Self::SignInBucket => b"sign-in bucket",
            Self::SigningKey => b"signing key",
            Self::RefreshToken => b"refresh token",
            Self::KeptAnswer => b"kept answer",
            Self::KeptCall => b"kept call",
            Self::EmailCode => b"email code",
        }
    }
}

/// Why keys could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the instance secret has {0} characters; give it at least {MIN_SECRET_CHARS}")]
    SecretTooShort(usize),
    #[error("two key versions have the number {0}; give each its own")]
    SameVersionTwice(u8),
}

/// Why a sealed value did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("not a sealed value")]
    Malformed,
    #[error("sealed with key version {0}, which this instance does not have")]
    UnknownVersion(u8),
    #[error("sealed with another key, for another place, or changed since")]
    Refused,
}

/// One generation of keys, all derived when it is made: pages need one with every request.
pub struct KeyVersion {
    number: u8,
    /// In the order of [`Purpose::ALL`].
    keys: SecretBox<[[u8; KEY_LEN]; Purpose::ALL.len()]>,
}

impl KeyVersion {
    /// Derives the generation `number` from a secret of at least [`MIN_SECRET_CHARS`] characters.
    pub fn derive(number: u8, secret: &SecretString) -> Result<Self, KeyError> {
        let text = secret.expose_secret();
        let length = text.chars().count();
        if length < MIN_SECRET_CHARS {
            return Err(KeyError::SecretTooShort(length));
        }
        let (_, hkdf) = Hkdf::<Sha256>::extract(Some(SALT), text.as_bytes());
        let mut keys = Box::new([[0; KEY_LEN]; Purpose::ALL.len()]);
        for (key, purpose) in keys.iter_mut().zip(Purpose::ALL) {
            expand(&hkdf, purpose, key);
        }
        Ok(Self { number, keys: SecretBox::new(keys) })
    }

    #[expect(clippy::indexing_slicing, reason = "a purpose is its place among all")]
    fn key(&self, purpose: Purpose) -> &[u8; KEY_LEN] {
        &self.keys.expose_secret()[purpose as usize]
    }

    #[expect(clippy::expect_used, reason = "32 is less than 64")]
    fn cipher(&self, purpose: Purpose) -> XChaCha20Poly1305 {
        let key: &[u8; 32] = self.key(purpose).first_chunk().expect("a key has 64 bytes");
        XChaCha20Poly1305::new(key.into())
    }

    fn mac(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(self.key(purpose).into());
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

#[expect(clippy::expect_used, reason = "a fixed length that HKDF-SHA256 always allows")]
fn expand(hkdf: &Hkdf<Sha256>, purpose: Purpose, key: &mut [u8; KEY_LEN]) {
    hkdf.expand(purpose.label(), key).expect("at most 64 bytes are asked for");
}

impl fmt::Debug for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyVersion({}, [REDACTED])", self.number)
    }
}

/// All keys of the instance.
pub struct Keyring {
    current: KeyVersion,
    older: Vec<KeyVersion>,
}

impl Keyring {
    /// Seals with `current`, opens what any of them sealed.
    pub fn new(current: KeyVersion, older: Vec<KeyVersion>) -> Result<Self, KeyError> {
        let mut seen = vec![current.number];
        for version in &older {
            if seen.contains(&version.number) {
                return Err(KeyError::SameVersionTwice(version.number));
            }
            seen.push(version.number);
        }
        Ok(Self { current, older })
    }

    /// The keys of an instance whose secret was never rotated.
    pub fn from_secret(secret: &SecretString) -> Result<Self, KeyError> {
        Self::new(KeyVersion::derive(1, secret)?, Vec::new())
    }

    /// Encrypts `plaintext`. It opens only with the same `purpose` and the same `context`: name there
    /// the place where the value is kept (the id of its row), so that it cannot be moved to another.
    ///
    /// # Panics
    /// When `plaintext` is longer than the cipher allows (256 GiB).
    #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB")]
    pub fn seal(&self, purpose: Purpose, plaintext: &[u8], context: &[u8], random: &Random) -> String {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let payload = Payload { msg: plaintext, aad: context };
        let ciphertext = self.current.cipher(purpose).encrypt(&XNonce::from(nonce), payload);
        let mut sealed = vec![self.current.number];
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext.expect("shorter than 256 GiB"));
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Decrypts what [`Keyring::seal`] made for the same purpose and context.
    pub fn open(&self, purpose: Purpose, sealed: &str, context: &[u8]) -> Result<Vec<u8>, OpenError> {
        let encoded = sealed.strip_prefix(PREFIX).ok_or(OpenError::Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok().ok_or(OpenError::Malformed)?;
        let (number, rest) = bytes.split_first().ok_or(OpenError::Malformed)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(OpenError::Malformed)?;
        let version = self.versions().find(|version| version.number == *number);
        version
            .ok_or(OpenError::UnknownVersion(*number))?
            .cipher(purpose)
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: context })
            .ok()
            .ok_or(OpenError::Refused)
    }

    /// HMAC-SHA256 of `message` with the current key.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        self.current.mac(purpose, message)
    }

    /// Whether `mac` was made by [`Keyring::mac`] with the current or an older key; takes the same time
    /// however much of it is right.
    #[must_use]
    pub fn verify_mac(&self, purpose: Purpose, message: &[u8], mac: &[u8]) -> bool {
        self.versions().any(|version| version.mac(purpose, message).ct_eq(mac).into())
    }

    /// Key bytes for a library that brings its own cryptography, such as the cookie key.
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> [u8; KEY_LEN] {
        *self.current.key(purpose)
    }

    fn versions(&self) -> impl Iterator<Item = &KeyVersion> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring(current {}, {} older, [REDACTED])", self.current.number, self.older.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "an instance secret of forty characters..";
    const TWO: &str = "another instance secret, after a rotation";

    fn version(number: u8, secret: &str) -> KeyVersion {
        KeyVersion::derive(number, &secret.into()).unwrap()
    }

    fn keyring() -> Keyring {
        Keyring::from_secret(&ONE.into()).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_with_the_same_purpose_and_context_only() {
        let (keys, random) = (keyring(), Random::seeded(1));
        let sealed = keys.seal(Purpose::OutboxSecret, b"one-time code", b"email 7", &random);
        assert_eq!(keys.open(Purpose::OutboxSecret, &sealed, b"email 7").unwrap(), b"one-time code");
        assert_eq!(keys.open(Purpose::OutboxSecret, &sealed, b"email 8"), Err(OpenError::Refused));
        assert_eq!(keys.open(Purpose::DocumentKey, &sealed, b"email 7"), Err(OpenError::Refused));
    }

    #[test]
    fn the_same_value_sealed_twice_looks_different() {
        let (keys, random) = (keyring(), Random::seeded(1));
        let seal = || keys.seal(Purpose::CapturedMail, b"hello", b"", &random);
        assert_ne!(seal(), seal());
    }

    #[test]
    fn any_changed_byte_of_a_sealed_value_is_noticed() {
        let keys = keyring();
        let sealed = keys.seal(Purpose::DocumentKey, b"secret", b"", &Random::seeded(1));
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(PREFIX).unwrap()).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(changed));
            let expected = if index == 0 { OpenError::UnknownVersion(0) } else { OpenError::Refused };
            assert_eq!(keys.open(Purpose::DocumentKey, &text, b""), Err(expected), "byte {index}");
        }
    }

    #[test]
    fn what_is_not_a_sealed_value_is_told_as_malformed() {
        let sealed = keyring().seal(Purpose::DocumentKey, b"secret", b"", &Random::seeded(1));
        for text in ["", "v1.", "v1.AAAA", "v2.AAAA", "v1.***", &sealed[1..], &sealed[..20]] {
            assert_eq!(keyring().open(Purpose::DocumentKey, text, b""), Err(OpenError::Malformed), "{text}");
        }
    }

    #[test]
    fn after_a_rotation_old_values_open_and_new_ones_need_the_new_key() {
        let random = Random::seeded(1);
        let before = keyring();
        let after = Keyring::new(version(2, TWO), vec![version(1, ONE)]).unwrap();
        let old = before.seal(Purpose::DocumentKey, b"old", b"", &random);
        let new = after.seal(Purpose::DocumentKey, b"new", b"", &random);
        assert_eq!(after.open(Purpose::DocumentKey, &old, b"").unwrap(), b"old");
        assert_eq!(after.open(Purpose::DocumentKey, &new, b"").unwrap(), b"new");
        assert_eq!(before.open(Purpose::DocumentKey, &new, b""), Err(OpenError::UnknownVersion(2)));
        assert!(after.verify_mac(Purpose::CsrfToken, b"form", &before.mac(Purpose::CsrfToken, b"form")));
        assert!(!before.verify_mac(Purpose::CsrfToken, b"form", &after.mac(Purpose::CsrfToken, b"form")));
    }

    #[test]
    fn a_mac_is_of_one_purpose_one_message_and_its_full_length() {
        let keys = keyring();
        let mac = keys.mac(Purpose::CsrfToken, b"session 1");
        assert!(keys.verify_mac(Purpose::CsrfToken, b"session 1", &mac));
        assert!(!keys.verify_mac(Purpose::CsrfToken, b"session 2", &mac));
        assert!(!keys.verify_mac(Purpose::DocumentNumber, b"session 1", &mac));
        assert!(!keys.verify_mac(Purpose::CsrfToken, b"session 1", &mac[..31]));
        assert!(!keys.verify_mac(Purpose::CsrfToken, b"session 1", b""));
    }

    #[test]
    fn the_keys_are_the_same_after_a_restart_and_differ_by_purpose_and_secret() {
        let other = Keyring::from_secret(&TWO.into()).unwrap();
        let key = keyring().derive(Purpose::CookieSigning);
        assert_eq!(key, keyring().derive(Purpose::CookieSigning));
        assert_ne!(key, keyring().derive(Purpose::CsrfToken));
        assert_ne!(key, other.derive(Purpose::CookieSigning));
    }

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for (place, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, place, "{purpose:?}");
            assert!(seen.insert(keyring().derive(purpose)), "{purpose:?}");
        }
    }

    #[test]
    fn a_short_secret_or_a_version_given_twice_is_refused() {
        let short = "x".repeat(MIN_SECRET_CHARS - 1);
        assert_eq!(Keyring::from_secret(&short.into()).unwrap_err(), KeyError::SecretTooShort(31));
        let twice = Keyring::new(version(1, TWO), vec![version(1, ONE)]);
        assert_eq!(twice.unwrap_err(), KeyError::SameVersionTwice(1));
    }

    #[test]
    fn debug_output_shows_no_key() {
        let shown = format!("{:?} {:?}", keyring(), version(1, ONE));
        assert_eq!(shown, "Keyring(current 1, 0 older, [REDACTED]) KeyVersion(1, [REDACTED])");
    }
}
