//! Where the data lives.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::Reader;
use crate::db::{DatabaseUrl, PoolSettings};

#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Files of this instance: the SQLite database, documents, the generated secret, logs.
    pub data_dir: PathBuf,
    /// Where the database is; `None` means a SQLite file in the data directory.
    url: Option<DatabaseUrl>,
    pub connections: u32,
    /// How long a request waits for a connection before it is answered 503.
    pub wait: Duration,
    /// Are migrations run at the start?
    pub migrate_on_start: bool,
    /// What every key is derived from, 32 characters or more.
    pub app_secret: Option<SecretString>,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let data_dir = PathBuf::from(reader.text(
            "DATA_DIR",
            "data",
            "Directory for the SQLite file, documents and logs.",
        ));
        let url = reader
            .secret(
                "DATABASE_URL",
                "postgres://user:password@host/name or sqlite:///path; a SQLite file in DATA_DIR when empty.",
            )
            .and_then(|text| match DatabaseUrl::parse(text.expose_secret()) {
                Ok(url) => Some(url),
                Err(problem) => {
                    reader.problem(format!("DATABASE_URL {problem}."));
                    None
                }
            });
        let connections = reader.number(
            "DATABASE_POOL_SIZE",
            8,
            1..=200,
            "Connections to the database (readers, with SQLite).",
        );
        let wait = reader.duration(
            "DATABASE_WAIT",
            Duration::from_secs(5),
            "A request waits this long for a connection, then it is answered 503.",
        );
        let migrate_on_start =
            reader.flag("RUN_MIGRATIONS", true, "Bring the schema up to date at the start.");
        let app_secret = reader.secret(
            "APP_SECRET",
            "32 or more random characters that all keys come from; made and kept in DATA_DIR with SQLite, required with PostgreSQL.",
        );
        if app_secret.as_ref().is_some_and(|secret| secret.expose_secret().chars().count() < 32) {
            reader
                .problem("APP_SECRET must have 32 characters or more: make one with `openssl rand -hex 32`.");
        }
        if matches!(url, Some(DatabaseUrl::Postgres(_))) && app_secret.is_none() {
            reader.problem(
                "APP_SECRET is required with PostgreSQL, since every instance must have the same: make one with `openssl rand -hex 32`.",
            );
        }
        Self { data_dir, url, connections, wait, migrate_on_start, app_secret }
    }

    #[must_use]
    pub fn url(&self) -> DatabaseUrl {
        self.url.clone().unwrap_or_else(|| DatabaseUrl::Sqlite(self.data_dir.join("frontdesk.db")))
    }

    #[must_use]
    pub fn pool(&self) -> PoolSettings {
        PoolSettings { connections: self.connections, wait: self.wait }
    }

    /// The same configuration over another database and data directory, for tests and the demo.
    #[must_use]
    pub fn relocated(mut self, data_dir: PathBuf, url: Option<DatabaseUrl>, secret: SecretString) -> Self {
        self.data_dir = data_dir;
        self.url = url;
        self.app_secret = Some(secret);
        self
    }
}
