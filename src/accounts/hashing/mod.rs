//! Password hashing (argon2id) on its own few threads, never on the async ones.
//!
//! They run at a lower priority: a hash takes a processor for tens of milliseconds, and whoever only wants a
//! page must not wait for that.
//!
//! Hashes that an import brought (bcrypt, argon2id of other parameters) are compared as they are and made
//! anew at the first correct sign-in ([`Hasher::upgrade`]). Until then such an account may answer in another
//! time than an unknown address, which costs what a hash of ours costs.

mod memory;
mod workers;

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, oneshot};

use self::memory::{Memory, hash, is_ours, is_password};
use self::workers::Workers;
use crate::config::HashingConfig;
use crate::error::AppError;
use crate::ids::Random;

/// Computes and compares password hashes.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    random: Random,
    workers: Arc<Workers>,
    /// How many run or wait; beyond it a request is answered 503 at once.
    admitted: Arc<Semaphore>,
    /// The hash of nobody's password: an unknown address costs the same work as a known one.
    nobody: Arc<str>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("params", self.argon2.params()).finish_non_exhaustive()
    }
}

impl Hasher {
    /// # Errors
    /// When the parameters do not fit each other (memory below 8 KiB per lane).
    pub fn new(config: &HashingConfig, random: Random) -> Result<Self, AppError> {
        let params = Params::new(config.memory_kib, config.iterations, config.lanes, None)
            .map_err(|error| AppError::internal(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = nobody(argon2.params(), &random);
        Ok(Self {
            argon2,
            random,
            workers: Arc::new(Workers::new(config.parallel, config.nice)),
            admitted: Arc::new(Semaphore::new(config.parallel + config.queue)),
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password, in PHC string form.
    pub async fn hash(&self, password: &SecretString) -> Result<String, AppError> {
        let (argon2, random, password) = (self.argon2.clone(), self.random.clone(), password.clone());
        self.run(move |memory| hash(&argon2, memory, &random, password.expose_secret())).await?
    }

    /// The same on the calling thread, for the command line and generated data.
    pub fn hash_here(&self, password: &SecretString) -> Result<String, AppError> {
        hash(&self.argon2, &mut Memory::default(), &self.random, password.expose_secret())
    }

    /// Is this the password of `kept`? With no hash it does the same work and says no.
    pub async fn verify(&self, password: &SecretString, kept: Option<String>) -> Result<bool, AppError> {
        let argon2 = self.argon2.clone();
        let password = password.clone();
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.to_string());
        let right = self.run(move |memory| is_password(&argon2, memory, password.expose_secret(), &kept));
        Ok(right.await? && known)
    }

    /// The hash that takes the place of `kept`, now that its password is at hand; nothing when `kept` is as
    /// one made today, or when there is no room for the work: the next sign-in brings another chance.
    pub async fn upgrade(
        &self,
        password: &SecretString,
        kept: Option<&str>,
    ) -> Result<Option<Upgrade>, AppError> {
        let Some(old) = kept.filter(|kept| self.is_outdated(kept)) else { return Ok(None) };
        match self.hash(password).await {
            Ok(new) => Ok(Some(Upgrade { old: old.to_owned(), new })),
            Err(AppError::Unavailable(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_outdated(&self, kept: &str) -> bool {
        PasswordHash::new(kept).map_or(true, |kept| !is_ours(&self.argon2, &kept))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(AppError::unavailable)?;
        let (done, outcome) = oneshot::channel();
        self.workers.take(Box::new(move |memory| {
            // Nobody waits any more: the connection was closed meanwhile.
            if done.is_closed() {
                return;
            }
            let computed = work(memory);
            drop(admitted);
            drop(done.send(computed));
        }))?;
        outcome.await.map_err(AppError::internal)
    }
}

/// A new hash of the same password. It is kept only in place of the old one, so that a password that was
/// changed meanwhile stays changed (`store::upgrade_password`).
#[derive(Clone)]
pub struct Upgrade {
    pub(super) old: String,
    pub(super) new: String,
}

impl Upgrade {
    /// The hash that is kept from now on.
    #[must_use]
    pub fn into_hash(self) -> String {
        self.new
    }
}

impl std::fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// A hash that no password has: drawn, not computed, which would be the longest part of a start.
fn nobody(params: &Params, random: &Random) -> String {
    let (salt, hash) = (random.bytes::<16>(), random.bytes::<32>());
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(hash)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(queue: usize) -> HashingConfig {
        HashingConfig { memory_kib: 8_192, iterations: 1, lanes: 1, parallel: 1, queue, nice: 19 }
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_no_hash_is_never() {
        let hasher = Hasher::new(&config(8), Random::seeded(1)).unwrap();
        let password = SecretString::from("Engine-1843!");
        let kept = hasher.hash(&password).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"), "{kept}");
        assert!(hasher.verify(&password, Some(kept.clone())).await.unwrap());
        assert!(!hasher.verify(&"other".into(), Some(kept)).await.unwrap());
        assert!(!hasher.verify(&password, None).await.unwrap());
    }

    #[test]
    fn the_hash_of_nobody_costs_what_every_other_costs() {
        let hasher = Hasher::new(&config(8), Random::seeded(1)).unwrap();
        let kept = hasher.hash_here(&"Engine-1843!".into()).unwrap();
        let cost = |hash: &str| hash.rsplitn(3, '$').nth(2).map(ToOwned::to_owned);
        assert_eq!(cost(&hasher.nobody), cost(&kept));
        assert_eq!(hasher.nobody.len(), kept.len());
        // Compared in the memory that is kept, as every other: it is of our parameters.
        assert!(is_ours(&hasher.argon2, &PasswordHash::new(&hasher.nobody).unwrap()));
    }

    /// From Openwall's `crypt_blowfish`.
    const BCRYPT: [(&str, &str); 4] = [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    ];

    #[tokio::test]
    async fn bcrypt_is_compared_and_made_anew() {
        let hasher = Hasher::new(&config(8), Random::seeded(1)).unwrap();
        for (password, kept) in BCRYPT {
            let password = SecretString::from(password);
            assert!(hasher.verify(&password, Some(kept.to_owned())).await.unwrap(), "{kept}");
            assert!(!hasher.verify(&"U*V".into(), Some(kept.to_owned())).await.unwrap());
            let upgrade = hasher.upgrade(&password, Some(kept)).await.unwrap().unwrap();
            assert!(upgrade.old == kept && upgrade.new.starts_with("$argon2id$"));
            assert!(hasher.verify(&password, Some(upgrade.new)).await.unwrap());
        }
        assert!(!hasher.verify(&"x".into(), Some("$2b$05$broken".to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn only_a_hash_of_other_parameters_is_made_anew() {
        let hasher = Hasher::new(&config(8), Random::seeded(1)).unwrap();
        let cheaper = HashingConfig { iterations: 2, ..config(8) };
        let password = SecretString::from("Engine-1843!");
        let (ours, other) = (
            hasher.hash_here(&password),
            Hasher::new(&cheaper, Random::seeded(2)).unwrap().hash_here(&password),
        );
        assert!(hasher.upgrade(&password, Some(&ours.unwrap())).await.unwrap().is_none());
        assert!(hasher.upgrade(&password, Some(&other.unwrap())).await.unwrap().is_some());
        assert!(hasher.upgrade(&password, None).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn beyond_the_queue_the_answer_is_503_at_once() {
        let hasher = Hasher::new(&config(1), Random::seeded(1)).unwrap();
        let password = SecretString::from("Engine-1843!");
        let all = futures_util::future::join_all((0..5).map(|_| hasher.hash(&password))).await;
        let refused = all.iter().filter(|one| matches!(one, Err(AppError::Unavailable(_)))).count();
        assert_eq!((refused, all.len()), (3, 5));
    }
}
