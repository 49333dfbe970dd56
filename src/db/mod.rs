//! The database: one code for SQLite and PostgreSQL.
//!
//! [`Database::read`] and [`Database::write`] run a closure on a blocking thread with a pooled
//! connection. SQLite has one writer and several readers; PostgreSQL one pool for both. A write is
//! always one transaction. Stores take `&mut Connection` and never open one themselves. What is logged on
//! the blocking thread stands in the span of the request, under its id.

mod connection;
pub mod functions;
pub mod migrations;
mod pool;
pub mod schema;
pub mod text;
pub mod types;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use connection::{AnyConnection as Connection, MultiBackend};
pub use pool::{DatabaseUrl, Manager, OpenError};

use crate::error::AppError;

type Pool = r2d2::Pool<Manager>;

/// Pools of connections; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    url: DatabaseUrl,
    readers: Pool,
    writers: Pool,
    /// Bounds the threads that wait for a connection, so that a slow database cannot use up the
    /// blocking pool that file and password work share.
    places: Arc<tokio::sync::Semaphore>,
}

/// How the pools are made.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Connections for reading (SQLite) or for everything (PostgreSQL).
    pub connections: u32,
    /// How long a request waits for a connection before it is answered 503.
    pub wait: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { connections: 8, wait: Duration::from_secs(5) }
    }
}

impl Database {
    /// Prepares the pools without connecting, so that a database that is away never blocks the start.
    pub fn new(url: DatabaseUrl, settings: PoolSettings) -> Self {
        let pool = |size: u32| {
            r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
                .connection_timeout(settings.wait)
                .error_handler(Box::new(LogErrors))
                .build_unchecked(Manager::new(url.clone()))
        };
        let readers = pool(settings.connections);
        let writers = match url {
            DatabaseUrl::Postgres(_) => readers.clone(),
            DatabaseUrl::Sqlite(_) => pool(1),
        };
        let places = Arc::new(tokio::sync::Semaphore::new(settings.connections as usize * 4));
        Self { url, readers, writers, places }
    }

    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs queries that only read, off the async threads.
    ///
    /// # Errors
    /// `Unavailable` when no connection could be had; otherwise what `work` says.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, AppError>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        AppError: From<E>,
    {
        self.run(self.readers.clone(), move |connection| work(connection).map_err(AppError::from)).await
    }

    /// Runs `work` as one write transaction, off the async threads: all or nothing.
    ///
    /// # Errors
    /// `Unavailable` when no connection could be had; otherwise what `work` says, after a rollback.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, AppError>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        AppError: From<E>,
    {
        self.run(self.writers.clone(), move |connection| {
            connection.write_transaction(|connection| work(connection).map_err(AppError::from))
        })
        .await
    }

    async fn run<T, F>(&self, pool: Pool, work: F) -> Result<T, AppError>
    where
        F: FnOnce(&mut Connection) -> Result<T, AppError> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.places.clone().acquire_owned().await.map_err(AppError::internal)?;
        let span = tracing::Span::current();
        let job = tokio::task::spawn_blocking(move || {
            let _inside = span.entered();
            let _place = place;
            let mut connection = pool.get().map_err(AppError::unavailable)?;
            work(&mut connection)
        });
        job.await.map_err(AppError::internal)?
    }

    /// The same for a caller that is already on a blocking thread (the command line, a job's body).
    pub fn write_here<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, AppError>
    where
        AppError: From<E>,
    {
        let mut connection = self.writers.get().map_err(AppError::unavailable)?;
        connection.write_transaction(|connection| work(connection).map_err(AppError::from))
    }

    /// As [`Database::read`], on the calling thread.
    pub fn read_here<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, AppError>
    where
        AppError: From<E>,
    {
        let mut connection = self.readers.get().map_err(AppError::unavailable)?;
        work(&mut connection).map_err(AppError::from)
    }

    /// A connection outside the pools, for migrations: it may wait for a lock longer than a request.
    pub fn unpooled(&self) -> Result<Connection, AppError> {
        Manager::new(self.url.clone()).open().map_err(AppError::unavailable)
    }

    /// One round trip to the database, for the health check.
    pub async fn ping(&self) -> Result<Duration, AppError> {
        let begun = Instant::now();
        self.read(|connection| diesel::RunQueryDsl::execute(diesel::sql_query("SELECT 1"), connection))
            .await?;
        Ok(begun.elapsed())
    }
}

/// r2d2 reports a connection that could not be opened here; the request itself answers 503.
#[derive(Debug)]
struct LogErrors;

impl<E: std::error::Error> r2d2::HandleError<E> for LogErrors {
    fn handle_error(&self, error: E) {
        tracing::warn!(error = %error, "no database connection could be opened");
    }
}
