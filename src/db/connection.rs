//! One connection type over both engines.

use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};
use diesel::{MultiConnection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

/// A connection to either engine, `db::Connection` elsewhere (the derive takes that name for itself); every store takes `&mut Connection`.
#[derive(MultiConnection)]
pub enum AnyConnection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl std::fmt::Debug for AnyConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "Connection::Postgres",
            Self::Sqlite(_) => "Connection::Sqlite",
        })
    }
}

/// Runs the same query on the inner connection, for what the derive does not compile
/// (`on_conflict`, multi-row insert).
#[macro_export]
macro_rules! each {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::db::Connection::Postgres($inner) => $query,
            $crate::db::Connection::Sqlite($inner) => $query,
        }
    };
}

impl AnyConnection {
    /// Runs `work` in a transaction that may write: `BEGIN IMMEDIATE` on SQLite, since a deferred
    /// transaction that reads and then writes fails at once with BUSY; a plain one on PostgreSQL.
    /// Commits when `work` succeeds, rolls back when it fails; inside another one it is a savepoint.
    pub fn write_transaction<T, E, F>(&mut self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Self) -> Result<T, E>,
        E: From<diesel::result::Error>,
    {
        self.begin_write()?;
        match work(self) {
            Ok(value) => {
                <Self as diesel::Connection>::TransactionManager::commit_transaction(self)?;
                Ok(value)
            }
            Err(error) => {
                // The first failure is the one to tell; a broken connection is dropped by the pool.
                if let Err(rollback) =
                    <Self as diesel::Connection>::TransactionManager::rollback_transaction(self)
                {
                    tracing::warn!(error = %rollback, "a rollback failed");
                }
                Err(error)
            }
        }
    }

    fn begin_write(&mut self) -> QueryResult<()> {
        if let Self::Sqlite(inner) = self {
            let depth = match AnsiTransactionManager::transaction_manager_status_mut(inner) {
                TransactionManagerStatus::Valid(status) => status.transaction_depth(),
                TransactionManagerStatus::InError => {
                    return Err(diesel::result::Error::BrokenTransactionManager);
                }
            };
            if depth.is_none() {
                return AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE");
            }
        }
        <Self as diesel::Connection>::TransactionManager::begin_transaction(self)
    }

    /// Makes others who ask for the same name wait until the end of this transaction: for what no row stands
    /// for yet. SQLite has one writer anyway.
    pub fn lock(&mut self, name: &str) -> QueryResult<()> {
        if let Self::Postgres(inner) = self {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(name)
                .execute(inner)?;
        }
        Ok(())
    }

    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}
