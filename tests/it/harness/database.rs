//! A database of its own for each test, copied from one that was migrated once.
//!
//! The template is named after the content of the migrations, so that processes share it and a changed
//! migration makes a new one.

use std::fs;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use frontdesk::db::{Connection, DatabaseUrl, Manager, migrations};
use frontdesk::ids::Random;
use sha2::{Digest, Sha256};

use super::{Engine, variable};

/// Goes away, with all that is in it, when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    pub url: DatabaseUrl,
    /// The name of a database on the PostgreSQL of the run; a SQLite file goes with its folder.
    name: Option<String>,
}

impl TestDatabase {
    /// A migrated database; the SQLite file is put into `folder`.
    pub fn new(engine: Engine, folder: &Path) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(&folder.join("frontdesk.db")),
            Engine::Postgres => Self::postgres(),
        }
    }

    fn sqlite(path: &Path) -> Self {
        fs::copy(sqlite_template(), path).unwrap();
        Self { url: DatabaseUrl::Sqlite(path.to_owned()), name: None }
    }

    fn postgres() -> Self {
        let mut server = open(&server_url());
        let template = postgres_template(&mut server);
        let name = format!("test_{}", hex::encode(Random::system().bytes::<8>()));
        execute(&mut server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { url: database_url(&name), name: Some(name) }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let mut server = open(&server_url());
            // Not `execute`: a second panic while a failed test unwinds would hide the first.
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            if let Err(error) = diesel::sql_query(drop).execute(&mut server) {
                eprintln!("the test database {name} stays: {error}");
            }
        }
    }
}

fn open(url: &DatabaseUrl) -> Connection {
    Manager::new(url.clone()).open().unwrap()
}

fn execute(connection: &mut Connection, statement: &str) {
    diesel::sql_query(statement).execute(connection).unwrap();
}

/// The migrated file, made by whoever comes first. Two that come together make the same.
fn sqlite_template() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = folder.join(format!("template-{}.db", version()));
    if !template.exists() {
        let own = tempfile::tempdir_in(folder).unwrap();
        let draft = own.path().join("draft.db");
        migrations::up(&mut open(&DatabaseUrl::Sqlite(draft.clone()))).unwrap();
        fs::rename(draft, &template).unwrap();
    }
    template
}

/// The name of the migrated database, made by whoever comes first while the others wait.
fn postgres_template(server: &mut Connection) -> String {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = BigInt)]
        databases: i64,
    }

    let name = format!("template_{}", version());
    let lock = "pg_advisory_lock(7463)";
    execute(server, &format!("SELECT {lock}"));
    let known: Known =
        diesel::sql_query(format!("SELECT count(*) AS databases FROM pg_database WHERE datname = '{name}'"))
            .get_result(server)
            .unwrap();
    if known.databases == 0 {
        let draft = format!("draft_{}", version());
        execute(server, &format!("DROP DATABASE IF EXISTS {draft}"));
        execute(server, &format!("CREATE DATABASE {draft}"));
        migrations::up(&mut open(&database_url(&draft))).unwrap();
        execute(server, &format!("ALTER DATABASE {draft} RENAME TO {name}"));
    }
    execute(server, "SELECT pg_advisory_unlock(7463)");
    name
}

fn server_url() -> DatabaseUrl {
    DatabaseUrl::parse(&variable("TEST_POSTGRES_URL")).unwrap()
}

fn database_url(name: &str) -> DatabaseUrl {
    let mut url = url::Url::parse(&variable("TEST_POSTGRES_URL")).unwrap();
    url.set_path(name);
    DatabaseUrl::parse(url.as_str()).unwrap()
}

/// A short name for the content of all migrations.
fn version() -> String {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"), &mut files);
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.to_string_lossy().as_bytes());
        digest.update(fs::read(&file).unwrap());
    }
    hex::encode(&digest.finalize()[..8])
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
