//! One hash, computed in memory that is kept from one to the next.
//!
//! Asking the system for 19 MiB and having them cleared costs about a fifth of what the hash itself costs.

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Argon2, Block, Params, Version};

use crate::accounts::hash_format;
use crate::error::AppError;
use crate::ids::Random;

/// Bytes of a hash of ours.
const LENGTH: usize = Params::DEFAULT_OUTPUT_LEN;

/// What a thread computes its hashes in. It grows with the first one and is as large as our own hashes need. What is
/// left in it would make guessing that password cheap, so it is cleared when the thread has nothing more to do.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("kib", &self.blocks.len()).finish()
    }
}

impl Memory {
    /// Forgets the hash before, at the price of a tenth of one.
    pub(super) fn clear(&mut self) {
        self.blocks.fill(Block::default());
    }

    /// Room for one hash. Argon2 writes each block before it reads it, so what the one before left does no harm.
    fn for_one(&mut self, params: &Params) -> &mut [Block] {
        self.blocks.resize(params.block_count(), Block::default());
        &mut self.blocks
    }
}

/// The hash of a new password, with a salt of its own, in PHC string form.
pub(super) fn hash(
    argon2: &Argon2<'_>,
    memory: &mut Memory,
    random: &Random,
    password: &str,
) -> Result<String, AppError> {
    let salt = Salt::new(&random.bytes::<16>()).map_err(AppError::internal)?;
    let hash = output(argon2, memory, password, &salt)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(AppError::internal)?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(hash.to_string())
}

/// Was `kept` made as we make hashes today?
pub(super) fn is_ours(argon2: &Argon2<'_>, kept: &PasswordHash) -> bool {
    kept.algorithm == ARGON2ID_IDENT
        && kept.version == Some(Version::V0x13.into())
        && ParamsString::try_from(argon2.params()).is_ok_and(|ours| kept.params == ours)
        && kept.salt.is_some()
        && kept.hash.is_some_and(|hash| hash.len() == LENGTH)
}

/// Is this the password of `kept`? One that an import brought is computed in memory of its own, which may be
/// much more. Bcrypt looks at the first 72 bytes only, as where the hash was made.
pub(super) fn is_password(argon2: &Argon2<'_>, memory: &mut Memory, password: &str, kept: &str) -> bool {
    if hash_format::is_bcrypt(kept) {
        return bcrypt::verify(password, kept).unwrap_or(false);
    }
    let Ok(parsed) = PasswordHash::new(kept) else { return false };
    match (parsed.salt, parsed.hash) {
        // `Output` compares in constant time.
        (Some(salt), Some(expected)) if is_ours(argon2, &parsed) => {
            output(argon2, memory, password, &salt).is_ok_and(|computed| computed == expected)
        }
        _ => argon2.verify_password(password.as_bytes(), &parsed).is_ok(),
    }
}

fn output(argon2: &Argon2<'_>, memory: &mut Memory, password: &str, salt: &Salt) -> Result<Output, AppError> {
    let mut computed = [0; LENGTH];
    argon2
        .hash_password_into_with_memory(
            password.as_bytes(),
            salt,
            &mut computed,
            memory.for_one(argon2.params()),
        )
        .map_err(|error| AppError::internal(error.to_string()))?;
    Output::new(&computed).map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use argon2::Algorithm;

    use super::*;

    fn argon2_of(memory_kib: u32, iterations: u32, lanes: u32) -> Argon2<'static> {
        let params = Params::new(memory_kib, iterations, lanes, None).unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    /// What other hashes left in the memory changes nothing: the library, with memory of its own, agrees.
    #[test]
    fn kept_memory_computes_what_fresh_memory_does() {
        let (random, mut memory) = (Random::seeded(1), Memory::default());
        for of in [argon2_of(64, 1, 1), argon2_of(256, 3, 2), argon2_of(32, 2, 1), argon2_of(64, 1, 1)] {
            for password in ["Engine-1843!", "", "p\u{e4}ssword"] {
                let kept = hash(&of, &mut memory, &random, password).unwrap();
                of.verify_password(password.as_bytes(), kept.as_str()).unwrap();
                assert!(is_password(&of, &mut memory, password, &kept), "{kept}");
                assert!(!is_password(&of, &mut memory, "Engine-1844!", &kept), "{kept}");
            }
        }
    }

    #[test]
    fn a_hash_of_other_parameters_is_compared_and_leaves_the_memory_as_it_is() {
        let (random, mut memory) = (Random::seeded(1), Memory::default());
        let ours = argon2_of(64, 1, 1);
        hash(&ours, &mut memory, &random, "Engine-1843!").unwrap();
        let theirs = hash(&argon2_of(512, 2, 1), &mut Memory::default(), &random, "Engine-1843!").unwrap();
        assert!(is_password(&ours, &mut memory, "Engine-1843!", &theirs));
        assert!(!is_password(&ours, &mut memory, "Engine-1844!", &theirs));
        assert_eq!(memory.blocks.len(), 64);
    }

    #[test]
    fn what_is_left_in_the_memory_can_be_cleared() {
        let mut memory = Memory::default();
        hash(&argon2_of(64, 1, 1), &mut memory, &Random::seeded(1), "Engine-1843!").unwrap();
        let is_clear =
            |memory: &Memory| memory.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0));
        assert!(!is_clear(&memory));
        memory.clear();
        assert!(is_clear(&memory));
    }

    /// Associated data goes into a hash, so one with data is not computed as one of ours.
    #[test]
    fn a_hash_with_associated_data_is_not_one_of_ours() {
        let mut params = argon2::ParamsBuilder::new();
        params.m_cost(64).t_cost(2).p_cost(1).data(argon2::AssociatedData::new(b"theirs").unwrap());
        let theirs = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.build().unwrap());
        let kept =
            argon2::PasswordHasher::hash_password_with_salt(&theirs, b"password", b"some salt").unwrap();
        let ours = argon2_of(64, 2, 1);
        assert!(!is_ours(&ours, &kept));
        assert!(is_password(&ours, &mut Memory::default(), "password", &kept.to_string()), "{kept}");
    }

    #[test]
    fn settings_beyond_what_an_import_may_bring_are_ours_too() {
        let of = argon2_of(32, 25, 1);
        let kept = hash(&of, &mut Memory::default(), &Random::seeded(1), "Engine-1843!").unwrap();
        assert!(is_ours(&of, &PasswordHash::new(&kept).unwrap()), "{kept}");
    }

    #[test]
    fn a_shorter_output_and_nonsense_are_read_by_the_library() {
        let (ours, mut memory) = (argon2_of(64, 2, 1), Memory::default());
        let mut short = [0; 24];
        let params = Params::new(64, 2, 1, Some(24)).unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"password", b"somesalt", &mut short)
            .unwrap();
        let salt = Salt::new(b"somesalt").unwrap();
        let kept = format!("$argon2id$v=19$m=64,t=2,p=1${salt}${}", Output::new(&short).unwrap());
        assert!(is_password(&ours, &mut memory, "password", &kept), "{kept}");
        for broken in ["", "$argon2id$", "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ", "$2b$05$x", "plain"] {
            assert!(!is_password(&ours, &mut memory, "password", broken), "{broken}");
        }
    }
}
