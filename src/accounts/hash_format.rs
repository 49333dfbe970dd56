//! Forms of password hashes: what we make, and what an import may bring along.

use argon2::Params;
use argon2::password_hash::phc::PasswordHash;

/// A bcrypt hash that costs more is refused: one sign-in would hold a place of the pool for seconds.
const MAX_BCRYPT_COST: u32 = 14;
/// The same for argon2id, in KiB, passes and lanes.
const MAX_MEMORY_KIB: u32 = 262_144;
const MAX_ITERATIONS: u32 = 20;
const MAX_LANES: u32 = 16;
/// The version of argon2 that every library has made since 2016.
const ARGON2_VERSION: u32 = 0x13;

/// How a hash was made, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Argon2id { memory_kib: u32, iterations: u32, lanes: u32 },
    Bcrypt { cost: u32 },
}

/// Why a text is no hash that could be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("The password hash is neither argon2id ($argon2id$…) nor bcrypt ($2a$, $2b$, $2y$).")]
    Unknown,
    #[error("The bcrypt hash is not complete: it has 60 characters.")]
    Bcrypt,
    #[error("The bcrypt hash has a cost above {MAX_BCRYPT_COST}, which would hold up every sign-in.")]
    BcryptCost,
    #[error("The argon2id hash is not complete: it needs its version 19, parameters, salt and hash.")]
    Argon2id,
    #[error("The argon2id hash asks for more than 256 MiB, 20 passes or 16 lanes.")]
    Argon2idCost,
}

/// Is this of bcrypt's family? `$2x$` marks hashes of a broken implementation and is none of them.
#[must_use]
pub fn is_bcrypt(hash: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| hash.starts_with(prefix))
}

/// Reads a hash whole.
///
/// # Errors
/// The sentence for who imports it.
pub fn parse(hash: &str) -> Result<Scheme, FormatError> {
    if is_bcrypt(hash) {
        return bcrypt(hash);
    }
    if !hash.starts_with("$argon2id$") {
        return Err(FormatError::Unknown);
    }
    argon2id(hash)
}

fn bcrypt(hash: &str) -> Result<Scheme, FormatError> {
    let parts: bcrypt::HashParts = hash.parse().ok().ok_or(FormatError::Bcrypt)?;
    match parts.get_cost() {
        cost @ 4..=MAX_BCRYPT_COST => Ok(Scheme::Bcrypt { cost }),
        0..4 => Err(FormatError::Bcrypt),
        _ => Err(FormatError::BcryptCost),
    }
}

fn argon2id(text: &str) -> Result<Scheme, FormatError> {
    let hash = PasswordHash::new(text).ok().ok_or(FormatError::Argon2id)?;
    let params = Params::try_from(&hash).ok().ok_or(FormatError::Argon2id)?;
    if hash.version != Some(ARGON2_VERSION) || hash.salt.is_none() || hash.hash.is_none() {
        return Err(FormatError::Argon2id);
    }
    let (memory_kib, iterations, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    if memory_kib > MAX_MEMORY_KIB || iterations > MAX_ITERATIONS || lanes > MAX_LANES {
        return Err(FormatError::Argon2idCost);
    }
    Ok(Scheme::Argon2id { memory_kib, iterations, lanes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the bcrypt test vectors of Openwall's `crypt_blowfish`: the password is "U*U".
    const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    const ARGON2ID: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn hashes_are_told_apart_with_their_cost() {
        assert_eq!(parse(BCRYPT), Ok(Scheme::Bcrypt { cost: 5 }));
        for prefix in ["$2b$", "$2y$"] {
            assert_eq!(parse(&BCRYPT.replace("$2a$", prefix)), Ok(Scheme::Bcrypt { cost: 5 }));
        }
        assert_eq!(parse(ARGON2ID), Ok(Scheme::Argon2id { memory_kib: 19_456, iterations: 2, lanes: 1 }));
    }

    #[test]
    fn what_is_no_hash_or_costs_too_much_is_refused_with_its_reason() {
        use FormatError as E;
        let cases = [
            ("hunter2", E::Unknown),
            ("", E::Unknown),
            ("$1$salt$hash", E::Unknown),
            ("$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA", E::Unknown),
            ("$2a$05$short", E::Bcrypt),
            ("$argon2id$", E::Argon2id),
            ("$argon2id$v=19$m=19456,t=2,p=1", E::Argon2id),
            ("$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAA", E::Argon2id),
        ];
        for (text, reason) in cases {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
        assert_eq!(parse(&BCRYPT.replace("$2a$", "$2x$")), Err(E::Unknown));
        assert_eq!(parse(&BCRYPT.replace("$05$", "$15$")), Err(E::BcryptCost));
        assert_eq!(parse(&BCRYPT.replace("$05$", "$31$")), Err(E::BcryptCost));
        assert_eq!(parse(&BCRYPT.replace("$05$", "$03$")), Err(E::Bcrypt));
        assert_eq!(parse(&ARGON2ID.replace("m=19456", "m=1048576")), Err(E::Argon2idCost));
        assert_eq!(parse(&ARGON2ID.replace("t=2", "t=200")), Err(E::Argon2idCost));
        assert_eq!(parse(&ARGON2ID.replace("v=19", "v=16")), Err(E::Argon2id));
    }
}
