//! Migrations: portable ones and those of one engine, merged by version, built into the program.

use std::collections::BTreeMap;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, MultiBackend};

const PORTABLE: EmbeddedMigrations = embed_migrations!("migrations/portable");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

#[derive(Debug, thiserror::Error)]
#[error("the database schema could not be changed: {0}")]
pub struct MigrationError(String);

impl MigrationError {
    fn new(cause: impl std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

type Sorted = BTreeMap<String, Box<dyn Migration<MultiBackend>>>;

/// One migration and whether it has run.
#[derive(Clone, Debug, serde::Serialize, PartialEq, Eq)]
pub struct State {
    pub name: String,
    pub applied: bool,
}

fn migrations(connection: &Connection) -> Result<Sorted, MigrationError> {
    let engine = if connection.is_postgres() { POSTGRES } else { SQLITE };
    let mut sorted = Sorted::new();
    for source in [PORTABLE, engine] {
        let found: Vec<Box<dyn Migration<MultiBackend>>> =
            source.migrations().map_err(MigrationError::new)?;
        for migration in found {
            sorted.insert(migration.name().version().to_string(), migration);
        }
    }
    Ok(sorted)
}

fn applied(connection: &mut Connection) -> Result<Vec<String>, MigrationError> {
    let versions = connection.applied_migrations().map_err(MigrationError::new)?;
    Ok(versions.iter().map(MigrationVersion::to_string).collect())
}

/// Every migration of this engine, oldest first.
pub fn status(connection: &mut Connection) -> Result<Vec<State>, MigrationError> {
    let done = applied(connection)?;
    let all = migrations(connection)?;
    Ok(all
        .iter()
        .map(|(version, migration)| State {
            name: migration.name().to_string(),
            applied: done.contains(version),
        })
        .collect())
}

/// Runs what has not run yet, oldest first, each in its own transaction; answers the names of what ran.
pub fn up(connection: &mut Connection) -> Result<Vec<String>, MigrationError> {
    with_lock(connection, |connection| {
        let done = applied(connection)?;
        let mut ran = Vec::new();
        for (version, migration) in migrations(connection)? {
            if !done.contains(&version) {
                connection.run_migration(migration.as_ref()).map_err(MigrationError::new)?;
                ran.push(migration.name().to_string());
            }
        }
        Ok(ran)
    })
}

/// Takes back the newest migration that has run; `None` when none has.
pub fn down(connection: &mut Connection) -> Result<Option<String>, MigrationError> {
    with_lock(connection, |connection| {
        let done = applied(connection)?;
        let newest = migrations(connection)?.into_iter().rfind(|(version, _)| done.contains(version));
        let Some((_, migration)) = newest else { return Ok(None) };
        connection.revert_migration(migration.as_ref()).map_err(MigrationError::new)?;
        Ok(Some(migration.name().to_string()))
    })
}

/// Two instances that start together on PostgreSQL must not migrate together; on SQLite each
/// migration's own write transaction is enough, since only one process serves a file.
fn with_lock<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    use diesel::RunQueryDsl;
    const LOCK: i64 = 0x6672_6f6e_7464;
    if !connection.is_postgres() {
        return work(connection);
    }
    diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})"))
        .execute(connection)
        .map_err(MigrationError::new)?;
    let outcome = work(connection);
    diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})"))
        .execute(connection)
        .map_err(MigrationError::new)?;
    outcome
}
