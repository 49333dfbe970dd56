//! `frontdesk sessions revoke`: lists, filters, exit codes, the report, and `kill -9` in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use diesel::prelude::*;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, Sources};
use frontdesk::db::{Connection, DatabaseUrl, Manager};
use frontdesk::ids::Random;
use frontdesk::{organizations, server};
use serde_json::Value;
use tempfile::TempDir;

use super::support::fill;
use crate::harness::{Engine, TestDatabase, both_engines};

both_engines!(
    a_file_is_worked_through_line_by_line_and_reported,
    a_filter_or_users_say_which_sessions_are_meant,
    a_killed_run_goes_on_where_it_was_and_counts_exactly,
);

/// The data of an installation, with sessions that were opened just now.
struct Place {
    folder: TempDir,
    database: TestDatabase,
}

impl Place {
    async fn new(engine: Engine, people: u32, each: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(engine, folder.path());
        let place = Self { folder, database };
        let environment: BTreeMap<String, String> = place.environment().into_iter().collect();
        let config = Config::read(Sources { environment, ..Sources::default() }).unwrap();
        let app = frontdesk::app::App::new(config, Clock::system(), Random::system()).unwrap();
        server::prepare(&app).await.unwrap();
        let mut c = place.open();
        let organization = organizations::by_slug(&mut c, organizations::DEFAULT).unwrap().unwrap();
        // One to be like, whose own session is over.
        let model = format!(
            "INSERT INTO users (id, organization_id, email, email_key, name, role, status, must_change_password,
                 created_at, updated_at)
             VALUES ('00000000-0000-7000-8000-000000000001', '{0}', 'ada@demo.test', 'ada@demo.test', 'Ada', 'member',
                 'active', FALSE, '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
            organization.id
        );
        let now = app.clock.now();
        let session = format!(
            "INSERT INTO sessions (id, organization_id, user_id, kind, hash, state, created_at, seen_at, expires_at,
                 idle_seconds, ip, user_agent, device, ended_at)
             VALUES ('00000000-0000-7000-9000-000000000001', '{0}', '00000000-0000-7000-8000-000000000001',
                 'browser', 'x', '{{}}', '{1}', '{1}', '{2}', 604800, '', '', '', '{1}')",
            organization.id,
            now.naive(),
            now.plus(chrono::TimeDelta::days(5)).naive(),
        );
        for statement in [model, session] {
            diesel::sql_query(statement).execute(&mut c).unwrap();
        }
        fill(&mut c, "00000000-0000-7000-8000-000000000001", people, each);
        place
    }

    fn open(&self) -> Connection {
        Manager::new(self.database.url.clone()).open().unwrap()
    }

    fn environment(&self) -> Vec<(String, String)> {
        let database = match &self.database.url {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        };
        let settings = [
            ("DATABASE_URL", database.as_str()),
            ("DATA_DIR", self.folder.path().to_str().unwrap()),
            ("APP_SECRET", "a secret for tests, long enough to be one"),
        ];
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command.env_clear().envs(self.environment()).current_dir(self.folder.path());
        command.args(["sessions", "revoke"]).args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    fn count(&self, what: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Rows {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        let query = format!("SELECT count(*) AS rows FROM {what}");
        diesel::sql_query(query).get_result::<Rows>(&mut self.open()).unwrap().rows
    }
}

fn report(out: &str) -> Value {
    let path = out.trim();
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("mass-revoke-") && path.contains("/logs/"), "{path}");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

async fn a_file_is_worked_through_line_by_line_and_reported(engine: Engine) {
    let place = Place::new(engine, 5, 2).await;
    let file = place.folder.path().join("list.txt");
    let list = "# who shared the password\nm1@many.test\n\n00000000-0000-7000-8000-100000000002 # the second\n\
                babbage\nm1@many.test\nm3@many.test\n";
    fs::write(&file, list).unwrap();
    let file = file.to_str().unwrap();
    let (code, out, err) = place.run(&["--file", file, "--dry-run"]);
    assert_eq!((code, out.as_str()), (2, "6 sessions would be ended.\n"), "{err}");
    assert!(err.contains("line 5: no such user: babbage"), "{err}");
    assert_eq!(place.count("revocations"), 0);

    let (code, _, err) = place.run(&["--file", file, "--reason", "Shared passwords."]);
    assert_eq!(code, 64, "nobody can be asked: {err}");
    assert!(err.contains("--yes"));
    let (code, out, err) = place.run(&["--file", file, "--reason", "Shared passwords.", "--yes"]);
    assert_eq!(code, 2, "partly: {err}");
    assert!(err.contains("line 5: no such user: babbage"), "{err}");
    assert!(err.contains("Done: 6 sessions of 3 people ended."), "{err}");
    let report = report(&out);
    assert_eq!(
        (&report["revoked"], &report["matched"], &report["people"]),
        (&6.into(), &6.into(), &3.into())
    );
    assert_eq!(report["unknown"], serde_json::json!([{ "line": 5, "text": "babbage" }]));
    assert_eq!((&report["lines"]["found"], &report["lines"]["repeated"]), (&3.into(), &1.into()));
    assert_eq!((&report["reason"], &report["state"]), (&"Shared passwords.".into(), &"done".into()));
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 4);
    assert_eq!(place.count("notifications"), 3);
    assert_eq!(place.count("emails"), 3);
    assert_eq!(place.count("audit_entries WHERE action = 'session.revoked' AND actor_kind = 'command'"), 1);
}

async fn a_filter_or_users_say_which_sessions_are_meant(engine: Engine) {
    let place = Place::new(engine, 4, 2).await;
    for arguments in [
        vec!["--reason", "x", "--yes"],
        vec!["--filter", "colour=red", "--reason", "x"],
        vec!["--filter", "role", "--reason", "x"],
        vec!["--filter", "role=member", "--yes"],
        vec!["--family", "x", "--reason", "x"],
        vec!["--users", "m1@many.test", "--file", "x", "--reason", "x"],
        vec!["--file", "/nowhere", "--reason", "x"],
        vec!["--filter", "role=member", "--reason", "x", "--organization", "nowhere"],
        vec!["--resume", "x"],
        vec!["--no-such-flag"],
    ] {
        let (code, out, err) = place.run(&arguments);
        assert_eq!((code, out.as_str()), (64, ""), "{arguments:?}: {err}");
    }
    let (code, out, _) =
        place.run(&["--filter", "ip_range=10.0.0.0/31", "--filter", "role=member", "--dry-run"]);
    assert_eq!((code, out.as_str()), (0, "4 sessions would be ended.\n"));
    let (code, out, err) =
        place.run(&["--users", "m1@many.test,m2@many.test", "--reason", "Left the company.", "--yes"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(report(&out)["revoked"], 4);
    let (code, out, err) = place.run(&["--filter", "role=member", "--reason", "All anew.", "--yes"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(report(&out)["revoked"], 4);
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 0);
}

/// A smaller sister of `bench/revoke.rs`.
async fn a_killed_run_goes_on_where_it_was_and_counts_exactly(engine: Engine) {
    const PEOPLE: u32 = 4_000;
    const EACH: u32 = 5;
    let place = Place::new(engine, PEOPLE, EACH).await;
    let arguments = ["--filter", "role=member", "--reason", "Everybody signs in anew.", "--yes"];
    let total = i64::from(PEOPLE * EACH);
    let mut child = place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let look = async {
        while place.count("sessions WHERE ended_at IS NOT NULL") <= total / 4 {
            assert!(child.try_wait().unwrap().is_none(), "it came to its end before it was killed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), look).await.expect("no progress");
    child.kill().unwrap();
    child.wait().unwrap();
    let left = place.count("sessions WHERE ended_at IS NULL");
    assert!(left > 0 && left < total);
    let (code, out, err) = place.run(&arguments);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("Going on with the revocation"), "{err}");
    let report = report(&out);
    assert_eq!((&report["matched"], &report["revoked"]), (&total.into(), &total.into()));
    assert_eq!(report["people"], PEOPLE);
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 0);
    assert_eq!(place.count("revocations"), 1);
    assert_eq!(place.count("notifications"), i64::from(PEOPLE));
    assert_eq!(place.count("emails"), i64::from(PEOPLE));
    let twice = "(SELECT user_id FROM notifications GROUP BY user_id HAVING count(*) > 1) AS twice";
    assert_eq!(place.count(twice), 0, "nobody is told twice");
}
