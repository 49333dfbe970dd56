//! `frontdesk sessions revoke`: lists, filters, exit codes, the report, and `kill -9` in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::app::App;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, Sources};
use frontdesk::db::{Connection, DatabaseUrl, Manager};
use frontdesk::ids::Random;
use frontdesk::revocations::{Reason, Scope, Selection, terminal};
use frontdesk::sessions::filter::Filter;
use frontdesk::{organizations, server};
use serde_json::Value;
use tempfile::TempDir;

use super::support::{fill, refuse};
use crate::harness::{Engine, TestDatabase, both_engines};

both_engines!(
    a_file_is_worked_through_line_by_line_and_reported,
    a_filter_or_users_say_which_sessions_are_meant,
    every_filter_says_which_sessions_are_meant,
    a_list_is_read_from_a_pipe_and_a_bad_line_stops_nothing,
    a_family_is_ended_and_what_is_none_is_refused,
    what_was_begun_before_is_gone_on_with_by_its_id,
    a_run_that_fails_leaves_its_report,
    somebody_at_a_terminal_is_asked_for_the_number,
    a_killed_run_goes_on_where_it_was_and_counts_exactly,
);

/// The data of an installation, with sessions that were opened just now.
struct Place {
    folder: TempDir,
    database: TestDatabase,
    app: Option<App>,
}

impl Place {
    async fn new(engine: Engine, people: u32, each: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(engine, folder.path());
        let mut place = Self { folder, database, app: None };
        let environment: BTreeMap<String, String> = place.environment().into_iter().collect();
        let config = Config::read(Sources { environment, ..Sources::default() }).unwrap();
        let app = App::new(config, Clock::system(), Random::system()).unwrap();
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
        place.app = Some(app);
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

    fn execute(&self, statement: &str) {
        diesel::sql_query(statement).execute(&mut self.open()).unwrap();
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
        vec!["--resume", "00000000-0000-7000-8000-000000000001"],
        vec!["--resume", "00000000-0000-7000-8000-000000000001", "--dry-run"],
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

async fn every_filter_says_which_sessions_are_meant(engine: Engine) {
    let place = Place::new(engine, 3, 2).await;
    for (session, change) in [
        ("100000000001", "seen_at = '2026-01-01 00:00:00', idle_seconds = 2000000000"),
        ("100000000002", "created_at = '2026-01-01 00:00:00', country = 'NZ'"),
        ("100000000003", "kind = 'api'"),
    ] {
        place.execute(&format!("UPDATE sessions SET {change} WHERE id LIKE '%{session}'"));
    }
    place.execute("UPDATE users SET role = 'support' WHERE email = 'm3@many.test'");
    for (filter, count) in [
        ("last_seen_before=2026-01-02", 2),
        ("last_seen_before=2026-01-01T00:00:00Z", 0),
        ("signed_in_before=2026-01-01T00:00:01Z", 2),
        ("country=nz", 2),
        ("kind=api", 2),
        ("kind=browser", 4),
        ("role=support", 2),
        ("ip_range=10.0.0.1", 3),
        ("user=00000000-0000-7000-8000-100000000002", 2),
    ] {
        let (code, out, err) = place.run(&["--filter", filter, "--dry-run"]);
        assert_eq!((code, out), (0, format!("{count} sessions would be ended.\n")), "{filter}: {err}");
    }
    let two = ["--filter", "user=00000000-0000-7000-8000-100000000002", "--filter", "ip_range=10.0.0.2"];
    let (code, out, err) = place.run(&[&two[..], &["--reason", "x", "--yes"]].concat());
    assert_eq!((code, &report(&out)["revoked"]), (0, &1.into()), "{err}");
}

async fn a_list_is_read_from_a_pipe_and_a_bad_line_stops_nothing(engine: Engine) {
    let place = Place::new(engine, 3, 2).await;
    let list =
        b"\xef\xbb\xbfm1@many.test\n# nobody\nm\xff2@many.test\nm3#x@many.test\nm3@many.test\t# the last\n";
    let mut child = place
        .command(&["--file", "/dev/stdin", "--reason", "Shared passwords.", "--yes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let err = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{err}");
    for line in ["line 3: no such user: m\u{fffd}2@many.test", "line 4: no such user: m3#x@many.test"] {
        assert!(err.contains(line), "{err}");
    }
    let report = report(&String::from_utf8(stdout).unwrap());
    assert_eq!(
        (&report["revoked"], &report["lines"]["found"], &report["lines"]["unknown"]),
        (&4.into(), &2.into(), &2.into())
    );
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 2);
}

async fn a_family_is_ended_and_what_is_none_is_refused(engine: Engine) {
    let place = Place::new(engine, 1, 3).await;
    place.execute("UPDATE sessions SET kind = 'api' WHERE ip = '10.0.0.2'");
    let [browser, family] = [1, 2].map(|number| format!("00000000-0000-7{}-9000-100000000001", 100 + number));
    for id in [browser.as_str(), "00000000-0000-7000-9000-00000000ffff"] {
        for further in [&["--reason", "x", "--yes"][..], &["--dry-run"]] {
            let (code, out, err) = place.run(&[&["--family", id][..], further].concat());
            assert_eq!((code, out.as_str()), (64, ""), "{err}");
            assert!(err.contains(&format!("there is no token family {id}")), "{err}");
        }
    }
    let (code, out, err) = place.run(&["--family", &family, "--reason", "The key was published.", "--yes"]);
    assert_eq!(code, 0, "{err}");
    let report = report(&out);
    assert_eq!((&report["revoked"], &report["scope"]), (&1.into(), &"family".into()));
    assert_eq!(place.count(&format!("sessions WHERE ended_at IS NOT NULL AND id = '{family}'")), 1);
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 2);
}

async fn what_was_begun_before_is_gone_on_with_by_its_id(engine: Engine) {
    let place = Place::new(engine, 4, 2).await;
    let app = place.app.as_ref().unwrap();
    let organization = organizations::by_slug(&mut place.open(), organizations::DEFAULT).unwrap().unwrap();
    let filter = Filter { role: Some(Role::Member), ..Filter::default() };
    let (selection, reason) = (Selection::new(Scope::Filter, filter), Reason::parse("All anew.").unwrap());
    let begun = terminal::open(app, &organization.id, &selection, &reason).await.unwrap().run;
    // The process that began it is dead.
    place.execute("UPDATE revocations SET lease_until = NULL");
    let id = begun.id.to_string();
    let (code, out, _) = place.run(&["--resume", &id, "--dry-run"]);
    assert_eq!((code, out.as_str()), (64, ""), "going on is no dry run");
    let (code, out, err) = place.run(&["--resume", &id]);
    assert_eq!(code, 0, "{err}");
    let done = report(&out);
    assert_eq!((&done["revocation"], &done["revoked"]), (&id.as_str().into(), &8.into()));
    let (code, out, err) = place.run(&["--resume", &id]);
    assert_eq!((code, &report(&out)["revoked"]), (0, &8.into()), "it is over, and told again: {err}");
}

async fn a_run_that_fails_leaves_its_report(engine: Engine) {
    let place = Place::new(engine, 1, 90).await;
    refuse(&mut place.open(), "00000000-0000-7190-9000-100000000001", "the disk is broken");
    let (code, out, err) = place.run(&["--filter", "role=member", "--reason", "All anew.", "--yes"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("the disk is broken"), "{err}");
    let report = report(&out);
    assert_eq!((&report["state"], &report["matched"]), (&"failed".into(), &90.into()));
    let ended = place.count("sessions WHERE revocation_id IS NOT NULL");
    assert!((1..90).contains(&ended), "{ended}");
    assert_eq!(report["revoked"], ended);
    assert!(report["error"].as_str().unwrap().contains("the disk is broken"), "{report}");
}

async fn somebody_at_a_terminal_is_asked_for_the_number(engine: Engine) {
    let place = Place::new(engine, 2, 2).await;
    let arguments = ["--filter", "role=member", "--reason", "x"];
    let inner = place.command(&arguments);
    let words: Vec<&str> = std::iter::once(inner.get_program())
        .chain(inner.get_args())
        .map(|word| word.to_str().unwrap())
        .collect();
    // `script` gives the command a terminal of its own, and types what comes from here.
    let at_terminal = |typed: &str| {
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &words.join(" "), "/dev/null"]);
        command.env_clear().envs(place.environment()).env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh");
        command.current_dir(place.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = at_terminal("3\n");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("4 sessions will be ended. Type 4 to go on:"), "{said}");
    assert!(said.contains("Nothing was ended."), "{said}");
    assert_eq!(place.count("revocations"), 0);
    let (code, said) = at_terminal("4\n");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Done: 4 sessions of 2 people ended."), "{said}");
    assert_eq!(place.count("sessions WHERE ended_at IS NULL"), 0);
}

/// A smaller sister of `bench/revoke.rs`.
async fn a_killed_run_goes_on_where_it_was_and_counts_exactly(engine: Engine) {
    const PEOPLE: u32 = 4_000;
    const EACH: u32 = 5;
    let place = Place::new(engine, PEOPLE, EACH).await;
    let arguments = ["--filter", "role=member", "--reason", "Everybody signs in anew.", "--yes"];
    let total = i64::from(PEOPLE * EACH);
    let mut child = place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // It tells how far it is after its first batch.
    let told = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let begun = told.filter(|line| line.ends_with("sessions ended")).any(|line| !line.starts_with("0 of"));
    assert!(begun, "it came to its end before it was killed");
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
