//! The application under test and the server in front of it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::atomic::AtomicU32;

use actix_web::dev::ServerHandle;
use diesel::prelude::*;
use frontdesk::app::App;
use frontdesk::clock::{Clock, Timestamp};
use frontdesk::config::{Config, Sources};
use frontdesk::db::{Connection, DatabaseUrl};
use frontdesk::ids::Random;
use frontdesk::{health, jobs, organizations, server};
use tempfile::TempDir;
use url::Url;

use super::database::TestDatabase;
use super::{Browser, Engine};

/// When every test begins: a Monday morning.
const START: &str = "2026-03-02T09:00:00Z";

/// A running application; it and its data are gone when this is dropped.
#[derive(Debug)]
pub struct TestApp {
    app: App,
    /// Where it listens.
    pub url: Url,
    server: ServerHandle,
    /// How many people were added, for names that differ.
    pub(super) people: AtomicU32,
    _database: TestDatabase,
    _data_dir: TempDir,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// Starts one with these settings over the usual ones: `&[("CLAIM_LIFE", "5m")]`.
    pub async fn start(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(engine, data_dir.path());
        let address = match &database.url {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        };
        let usual = [
            ("DATABASE_URL", address.as_str()),
            ("DATA_DIR", data_dir.path().to_str().unwrap()),
            ("APP_SECRET", "a secret for tests, long enough to be one"),
            ("ORGANIZATION_NAME", "Analytical Society"),
            ("PORT", "0"),
            ("WORKERS", "1"),
            ("ARGON2_MEMORY_KIB", "8192"),
            ("ARGON2_ITERATIONS", "1"),
            ("ANSWER_FLOOR", "1ms"),
        ];
        let environment: BTreeMap<String, String> = usual
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = Config::read(Sources { environment, ..Sources::default() }).unwrap();
        let clock = Clock::manual(Timestamp::parse(START).unwrap());
        let app = App::new(config, clock, Random::seeded(1)).unwrap();
        server::prepare(&app).await.unwrap();
        relax(&app).await;
        health::run_all(&app).await;
        let running = server::start(&app).unwrap();
        let (url, server) = (running.url.clone(), running.handle.clone());
        tokio::spawn(running.wait());
        let people = AtomicU32::new(0);
        Self { app, url, server, people, _database: database, _data_dir: data_dir }
    }

    /// Starts one that is opened by a name, such as `localhost`, as passkeys need it.
    pub async fn start_named(engine: Engine, name: &str) -> Self {
        // The port has to be known beforehand, since the address has it in it.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (address, port) = (format!("http://{name}:{port}"), port.to_string());
        Self::start(engine, &[("APP_URL", &address), ("PORT", &port)]).await
    }

    /// Asks staff of the first organization for a second factor, as it is outside of tests.
    pub async fn require_staff_mfa(&self) {
        let query = "UPDATE organizations SET staff_mfa_required = TRUE";
        self.db.write(move |c| diesel::sql_query(query).execute(c)).await.unwrap();
    }

    /// Another process over the same data, with the same clock; it serves nothing.
    pub fn another_process(&self, seed: u64) -> App {
        App::new(self.config.clone(), self.clock.clone(), Random::seeded(seed)).unwrap()
    }

    /// Runs the periodic jobs that are due at this moment.
    pub async fn run_jobs(&self) {
        jobs::run_due(self).await.unwrap();
    }

    /// A browser in which nobody is signed in.
    pub fn anonymous(&self) -> Browser {
        Browser::new(self.url.clone())
    }

    /// Reads what no page shows.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.db.read(query).await.unwrap()
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Rows {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }

        let query = format!("SELECT count(*) AS rows FROM {table}");
        self.read(move |c| diesel::sql_query(query).get_result::<Rows>(c)).await.rows
    }
}

/// Staff work without a second factor, but for the tests that are about it.
async fn relax(app: &App) {
    app.db
        .write(|c| {
            let default = organizations::by_slug(c, organizations::DEFAULT)?;
            default.map_or(Ok(()), |found| organizations::relax_staff_mfa(c, &found.id))
        })
        .await
        .unwrap();
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The stop is asked for here; nobody has to wait for it.
        drop(self.server.stop(false));
    }
}
