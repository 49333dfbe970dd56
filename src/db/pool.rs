//! The pool manager: picks the engine by URL scheme and refuses any other scheme.
//!
//! The derived `establish` tries each engine in turn and would create a SQLite file out of a
//! mistyped PostgreSQL address; this one never guesses.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, PgConnection, SqliteConnection};

use super::text::teach_sqlite;
use super::{Connection, functions};

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://…` or `postgresql://…`, PostgreSQL 15 or newer.
    Postgres(String),
    /// `sqlite://PATH`: a file that is created when missing.
    Sqlite(PathBuf),
}

impl DatabaseUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence that names the schemes we know.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            if path.is_empty() {
                return Err("names no file: write sqlite:///path/to/frontdesk.db".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        Err("must start with postgres://, postgresql:// or sqlite://".to_owned())
    }
}

/// Never prints the address of a PostgreSQL database: it may hold a password.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Postgres(_) => f.write_str("postgres://…"),
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
        }
    }
}

/// Opens connections for r2d2.
#[derive(Clone, Debug)]
pub struct Manager(DatabaseUrl);

impl Manager {
    #[must_use]
    pub fn new(url: DatabaseUrl) -> Self {
        Self(url)
    }
}

/// `busy_timeout` covers another process (a backup, the command line) holding the write lock.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;";

/// Every session speaks UTC.
const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC';";
/// A query of a request that runs away is stopped. Migrations take as long as they take, and so does waiting
/// for another instance's.
const POSTGRES_LIMITS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s';";

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

impl Manager {
    /// A connection without limits of time, for migrations.
    pub fn open(&self) -> Result<Connection, OpenError> {
        match &self.0 {
            DatabaseUrl::Postgres(url) => {
                let mut inner = PgConnection::establish(url)?;
                inner.batch_execute(POSTGRES_SETTINGS)?;
                Ok(Connection::Postgres(inner))
            }
            DatabaseUrl::Sqlite(path) => {
                let mut inner = SqliteConnection::establish(&path.to_string_lossy())?;
                inner.batch_execute(SQLITE_PRAGMAS)?;
                teach_sqlite(&mut inner)?;
                functions::register(&mut inner)?;
                Ok(Connection::Sqlite(inner))
            }
        }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = OpenError;

    fn connect(&self) -> Result<Connection, OpenError> {
        let mut connection = self.open()?;
        if connection.is_postgres() {
            connection.batch_execute(POSTGRES_LIMITS)?;
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), OpenError> {
        // As a simple query: one round trip, where one that has to be prepared takes two.
        connection.batch_execute("SELECT 1")?;
        Ok(())
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        use diesel::connection::{TransactionManager, TransactionManagerStatus};
        let status = <Connection as diesel::Connection>::TransactionManager::transaction_manager_status_mut(
            connection,
        );
        // A connection that still has a transaction open would leak it into the next user's work.
        !matches!(status, TransactionManagerStatus::Valid(valid) if valid.transaction_depth().is_none())
    }
}

#[cfg(test)]
mod tests {
    use diesel::{QueryableByName, RunQueryDsl, sql_types};

    use super::*;

    #[derive(Debug, QueryableByName)]
    struct CompileOption {
        #[diesel(sql_type = sql_types::Text)]
        compile_options: String,
    }

    /// Without it nearly every statement is planned again at each use (docs/decisions/013).
    #[test]
    fn the_built_in_sqlite_keeps_the_plan_of_a_statement() {
        let mut connection = Manager::new(DatabaseUrl::Sqlite(":memory:".into())).open().unwrap();
        let options: Vec<CompileOption> =
            diesel::sql_query("PRAGMA compile_options").load(&mut connection).unwrap();
        assert!(options.iter().any(|one| one.compile_options == "ENABLE_QPSG"), "{options:?}");
    }

    #[test]
    fn an_unknown_scheme_is_refused_instead_of_becoming_a_file() {
        for text in ["mysql://x", "host=db dbname=x", "frontdesk.db", "", "sqlite://"] {
            assert!(DatabaseUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_printed_address_shows_no_password() {
        let url = DatabaseUrl::parse("postgres://desk:hunter2@db/desk").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
