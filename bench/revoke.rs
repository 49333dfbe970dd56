//! A million sessions revoked from the command line, killed in the middle and started again, while a probe writes
//! beside it and measures how long each of its writes takes. See docs/benchmarks.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use chrono::TimeDelta;
use clap::Parser;
use diesel::prelude::*;
use frontdesk::app::App;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, Sources};
use frontdesk::db::{Connection, DatabaseUrl, Manager};
use frontdesk::ids::Random;
use frontdesk::{organizations, server};
use serde_json::Value;

/// Revokes generated sessions and measures what it costs others.
#[derive(Clone, Debug, Parser)]
#[command(name = "revoke")]
struct Options {
    /// Sessions to revoke.
    #[arg(long, default_value_t = 1_000_000)]
    sessions: u32,
    /// Sessions of each person.
    #[arg(long, default_value_t = 5)]
    each: u32,
    /// An empty PostgreSQL database to use instead of a SQLite file.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Between two writes of the probe.
const PERIOD: Duration = Duration::from_millis(20);
/// How long the probe writes alone first.
const ALONE: Duration = Duration::from_secs(10);

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let place = Place::new(&options, folder.path())?;
    eprintln!("generating {} sessions", options.sessions);
    let begun = Instant::now();
    let people = place.fill(&options)?;
    eprintln!("generated in {:.0} s", begun.elapsed().as_secs_f64());

    let alone = Probe::start(&place.url);
    std::thread::sleep(ALONE);
    let alone = alone.stop()?;

    let probe = Probe::start(&place.url);
    let begun = Instant::now();
    let mut run = place.revoke()?;
    let killed_at = place.wait_for(&mut run, i64::from(options.sessions) * 2 / 5)?;
    run.kill();
    let second = Instant::now();
    let mut run = place.revoke()?;
    while run.0.try_wait()?.is_none() {
        place.note_memory(&run);
        std::thread::sleep(Duration::from_millis(250));
    }
    let (code, out) = run.wait()?;
    let (took, after) = (begun.elapsed(), second.elapsed());
    let beside = probe.stop()?;
    ensure!(code == 0, "the second run ended with {code}");
    let report: Value = serde_json::from_slice(&fs::read(out.trim())?)?;
    place.check(&options, people, &report)?;

    println!("| | alone | beside the run |\n|---|---|---|");
    println!("| writes of the probe | {} | {} |", alone.count(), beside.count());
    for (name, part) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
        println!("| {name}, ms | {:.1} | {:.1} |", alone.at(part), beside.at(part));
    }
    println!("| longest, ms | {:.1} | {:.1} |", alone.at(1.0), beside.at(1.0));
    println!("| longer than 100 ms | {} | {} |", alone.over_bar(), beside.over_bar());
    println!();
    println!(
        "{} sessions of {people} people; killed after {killed_at}; {:.0} s in all, {:.0} s of them after the kill; \
         at most {} MiB of memory; report: {} of {} sessions, {} people.",
        options.sessions,
        took.as_secs_f64(),
        after.as_secs_f64(),
        place.memory(),
        report.get("revoked").unwrap_or(&Value::Null),
        report.get("matched").unwrap_or(&Value::Null),
        report.get("people").unwrap_or(&Value::Null),
    );
    Ok(())
}

/// The data, and what runs over it.
struct Place {
    url: DatabaseUrl,
    settings: BTreeMap<String, String>,
    folder: PathBuf,
    most_memory: std::cell::Cell<u64>,
}

impl Place {
    fn new(options: &Options, folder: &Path) -> anyhow::Result<Self> {
        let mut settings = BTreeMap::from([("DATA_DIR".to_owned(), folder.display().to_string())]);
        if let Some(url) = &options.postgres {
            settings.insert("DATABASE_URL".to_owned(), url.clone());
        }
        settings.insert("APP_SECRET".to_owned(), "a secret of benchmarks, long enough to be one".to_owned());
        let config = Config::read(Sources { environment: settings.clone(), ..Sources::default() })?;
        let url = config.database.url();
        let app = App::new(config, Clock::system(), Random::system())?;
        tokio::runtime::Runtime::new()?.block_on(server::prepare(&app))?;
        Ok(Self { url, settings, folder: folder.to_owned(), most_memory: std::cell::Cell::default() })
    }

    fn open(&self) -> anyhow::Result<Connection> {
        Ok(Manager::new(self.url.clone()).open()?)
    }

    /// Adds the people with their sessions; answers how many people.
    fn fill(&self, options: &Options) -> anyhow::Result<u32> {
        let mut c = self.open()?;
        if c.is_postgres() {
            diesel::sql_query("SET statement_timeout = 0").execute(&mut c)?;
        }
        let organization = organizations::by_slug(&mut c, organizations::DEFAULT)?;
        let organization = organization.context("a prepared database has an organization")?.id;
        let now = Clock::system().now();
        let until = now.plus(TimeDelta::days(7));
        let people = options.sessions / options.each;
        let users = format!(
            "INSERT INTO users (id, organization_id, email, email_key, name, role, status, must_change_password,
                 created_at, updated_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
             SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), '{organization}',
                 'm' || CAST(i AS TEXT) || '@many.test', 'm' || CAST(i AS TEXT) || '@many.test', 'Ada Lovelace',
                 'member', 'active', FALSE, '{0}', '{0}' FROM n",
            now.naive()
        );
        diesel::sql_query(users).execute(&mut c)?;
        for number in 1..=options.each {
            let sessions = format!(
                "INSERT INTO sessions (id, organization_id, user_id, kind, hash, state, created_at, seen_at, expires_at,
                     idle_seconds, ip, user_agent, device)
                 SELECT '00000000-0000-7{:03}-9000-' || substr(id, 25), organization_id, id, 'browser',
                     id || '-{number}', '{{}}', created_at, created_at, '{}', 604800, '10.0.0.{number}', '', 'Firefox on Linux'
                 FROM users",
                100 + number,
                until.naive(),
            );
            diesel::sql_query(sessions).execute(&mut c)?;
        }
        diesel::sql_query("ANALYZE").execute(&mut c)?;
        Ok(people)
    }

    /// Starts the command.
    fn revoke(&self) -> anyhow::Result<Run> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command.env_clear().envs(&self.settings).current_dir(&self.folder).stdin(Stdio::null());
        command.args(["sessions", "revoke", "--filter", "role=member", "--reason", "A benchmark.", "--yes"]);
        Ok(Run(command.stdout(Stdio::piped()).spawn()?))
    }

    /// Waits until so many sessions have ended; answers how many.
    fn wait_for(&self, run: &mut Run, wanted: i64) -> anyhow::Result<i64> {
        let mut c = self.open()?;
        loop {
            if run.0.try_wait()?.is_some() {
                bail!("it came to its end before it was killed");
            }
            self.note_memory(run);
            let ended = ended(&mut c)?;
            if ended >= wanted {
                return Ok(ended);
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    fn note_memory(&self, run: &Run) {
        self.most_memory.set(self.most_memory.get().max(run.memory()));
    }

    /// In MiB.
    fn memory(&self) -> u64 {
        self.most_memory.get() / 1024
    }

    fn check(&self, options: &Options, people: u32, report: &Value) -> anyhow::Result<()> {
        let mut c = self.open()?;
        let total = i64::from(options.sessions / options.each * options.each);
        ensure!(ended(&mut c)? == total, "sessions were left");
        ensure!(
            report.get("revoked").unwrap_or(&Value::Null) == total
                && report.get("matched").unwrap_or(&Value::Null) == total,
            "the report is wrong: {report}"
        );
        ensure!(report.get("people").unwrap_or(&Value::Null) == people, "the report is wrong: {report}");
        for table in ["notifications", "emails"] {
            ensure!(count(&mut c, table)? == i64::from(people), "{table}: not one for each person");
            let twice =
                format!("(SELECT user_id FROM {table} GROUP BY user_id HAVING count(*) > 1) AS twice");
            ensure!(count(&mut c, &twice)? == 0, "{table}: somebody was told twice");
        }
        Ok(())
    }
}

/// From the row of the revocation, which is read at no cost.
fn ended(c: &mut Connection) -> anyhow::Result<i64> {
    use frontdesk::db::schema::revocations::dsl;
    let revoked: Vec<i64> = dsl::revocations.select(dsl::revoked).load(c)?;
    Ok(revoked.into_iter().sum())
}

fn count(c: &mut Connection, what: &str) -> anyhow::Result<i64> {
    #[derive(QueryableByName)]
    struct Rows {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        rows: i64,
    }
    Ok(diesel::sql_query(format!("SELECT count(*) AS rows FROM {what}")).get_result::<Rows>(c)?.rows)
}

/// The command while it runs.
struct Run(Child);

impl Run {
    /// The most memory it had by now, in KiB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }

    /// Waits for the end; answers the exit code and what it wrote.
    fn wait(self) -> anyhow::Result<(i32, String)> {
        let output = self.0.wait_with_output()?;
        Ok((output.status.code().unwrap_or(-1), String::from_utf8(output.stdout)?))
    }
}

/// Somebody else who writes.
struct Probe {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Vec<Duration>>>,
}

impl Probe {
    fn start(url: &DatabaseUrl) -> Self {
        let (url, stop) = (url.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut c = Manager::new(url).open()?;
            let mut times = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let id = format!("probe-{}", times.len());
                let begun = Instant::now();
                c.write_transaction(|c| {
                    diesel::sql_query(format!(
                        "INSERT INTO rate_limit_hits (id, bucket, at) VALUES ('{id}', 'probe', '2026-01-01 00:00:00')"
                    ))
                    .execute(c)?;
                    diesel::sql_query(format!("DELETE FROM rate_limit_hits WHERE id = '{id}'")).execute(c)
                })?;
                times.push(begun.elapsed());
                std::thread::sleep(PERIOD);
            }
            Ok(times)
        });
        Self { stop, thread }
    }

    fn stop(self) -> anyhow::Result<Times> {
        self.stop.store(true, Ordering::Relaxed);
        let Ok(times) = self.thread.join() else { bail!("the probe panicked") };
        let mut times = times?;
        times.sort();
        Ok(Times(times))
    }
}

/// How long the writes took, the shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn count(&self) -> usize {
        self.0.len()
    }

    /// In milliseconds; `part` of the writes took as long or less.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place among some thousands of measurements"
    )]
    fn at(&self, part: f64) -> f64 {
        let index = ((self.0.len() as f64 * part).ceil() as usize).saturating_sub(1);
        self.0.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }

    fn over_bar(&self) -> usize {
        self.0.iter().filter(|time| **time > Duration::from_millis(100)).count()
    }
}
