//! The Redis that all instances share, where one is configured. Everything it is used for has another way
//! when it is away: no page fails because of it.
//!
//! After a failure it is left alone for a moment (`PAUSE`), so that an outage costs one request the wait,
//! not every one; the health check goes on asking and ends the pause when it answers again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, RedisError};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use crate::config::RedisConfig;
use crate::error::AppError;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it is left alone after a failure.
const PAUSE: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("it does not answer in time")]
    Slow,
    #[error("it is left alone after a failure")]
    Paused,
    #[error(transparent)]
    Failed(#[from] RedisError),
}

/// One connection for all requests of this process, made at the first of them.
pub struct Redis {
    client: Client,
    prefix: String,
    manager: OnceCell<ConnectionManager>,
    /// Since when it is left alone.
    failed_at: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Redis {
    /// Prepares without connecting.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(config: &RedisConfig) -> Result<Self, AppError> {
        let client = Client::open(config.url.expose_secret()).map_err(AppError::internal)?;
        let prefix = config.prefix.clone();
        Ok(Self { client, prefix, manager: OnceCell::new(), failed_at: Mutex::new(None) })
    }

    /// A name of ours as a key.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Asks it something, unless it failed a moment ago.
    ///
    /// # Errors
    /// [`Away`]: do it another way.
    pub async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut ConnectionManager) -> Result<T, RedisError>,
    ) -> Result<T, Away> {
        if self.is_paused() { Err(Away::Paused) } else { self.ask_now(question).await }
    }

    /// Does it answer? Also asks while it is left alone.
    ///
    /// # Errors
    /// [`Away`].
    pub async fn ping(&self) -> Result<(), Away> {
        self.ask_now(async |connection| ::redis::cmd("PING").query_async::<()>(connection).await).await
    }

    async fn ask_now<T>(
        &self,
        question: impl AsyncFnOnce(&mut ConnectionManager) -> Result<T, RedisError>,
    ) -> Result<T, Away> {
        let whole = async {
            let mut connection = self.manager.get_or_try_init(async || self.prepare()).await?.clone();
            question(&mut connection).await
        };
        let answer = match tokio::time::timeout(PATIENCE, whole).await {
            Ok(answer) => answer.map_err(Away::Failed),
            Err(_) => Err(Away::Slow),
        };
        self.remember(answer.as_ref().err());
        answer
    }

    fn prepare(&self) -> Result<ConnectionManager, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        ConnectionManager::new_lazy_with_config(self.client.clone(), config)
    }

    fn is_paused(&self) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| at.elapsed() < PAUSE)
    }

    /// Tells the log when it goes away and when it is back, once each.
    fn remember(&self, failure: Option<&Away>) {
        let mut failed_at = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(error) => {
                if failed_at.is_none() {
                    tracing::warn!(%error, "Redis is away: limits are counted in the database meanwhile");
                }
                *failed_at = Some(Instant::now());
            }
            None if failed_at.take().is_some() => tracing::info!("Redis answers again"),
            None => {}
        }
    }
}
