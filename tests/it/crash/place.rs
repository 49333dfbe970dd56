//! The data of one installation: the program starts on it, dies, and starts on it again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::app::App;
use frontdesk::clock::Clock;
use frontdesk::config::{Config, Sources};
use frontdesk::db::schema::emails;
use frontdesk::db::{DatabaseUrl, Manager};
use frontdesk::ids::Random;
use frontdesk::mail::model::EmailStatus;
use frontdesk::{organizations, paths};
use tempfile::TempDir;
use url::Url;

use super::killer::Killer;
use crate::harness::{Browser, Engine, TestDatabase};

/// How long a mail may take to leave, and how often is looked whether it has.
const PATIENCE: Duration = Duration::from_secs(20);
const PERIOD: Duration = Duration::from_millis(20);

const REVIEWER: &str = "grace@demo.test";
const PASSWORD: &str = "Difference-Engine-1822";

/// An installation; its data are gone when this is dropped.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    database: TestDatabase,
}

/// The program while it runs; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    pub url: Url,
}

impl Place {
    pub fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(engine, folder.path());
        Self { folder, database }
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let database = match &self.database.url {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        };
        let settings = [
            ("DATABASE_URL", database.as_str()),
            ("DATA_DIR", self.data().to_str().unwrap()),
            ("APP_SECRET", "a secret for tests, long enough to be one"),
            ("PORT", "0"),
            ("WORKERS", "1"),
            ("ARGON2_MEMORY_KIB", "8192"),
            ("ARGON2_ITERATIONS", "1"),
            ("ANSWER_FLOOR", "1ms"),
        ];
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
        command.env_clear().envs(self.environment()).current_dir(self.data());
        command
    }

    /// Starts the program and waits until it is ready.
    pub fn start(&self) -> Program {
        let mut child = self.command().arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("ready url=").and_then(|rest| rest.split_whitespace().next());
        let url = Url::parse(url.unwrap_or_else(|| panic!("the program did not start: {line}"))).unwrap();
        Program { child, url }
    }

    /// Watches the program, which dies right before its `step`-th durable step from now.
    pub fn kill_at(&self, program: &Program, step: usize) -> Killer {
        Killer::attach(program.child.id(), step, self.data())
    }

    /// A further process over the same data, some hours later; it serves nothing.
    pub fn hours_later(&self) -> App {
        let config = Config::read(Sources { environment: self.environment(), ..Sources::default() }).unwrap();
        let later = Clock::system().now().plus(TimeDelta::hours(3));
        App::new(config, Clock::manual(later), Random::system()).unwrap()
    }

    /// Makes a reviewer, at the terminal, and signs them in.
    pub async fn reviewer(&self, program: &Program) -> Browser {
        let mut command = self.command();
        command.args(["admin", "create", "--email", REVIEWER, "--role", "reviewer"]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(child.wait().unwrap().success());
        let mut database = Manager::new(self.database.url.clone()).open().unwrap();
        let organization = organizations::by_slug(&mut database, organizations::DEFAULT).unwrap().unwrap();
        organizations::relax_staff_mfa(&mut database, &organization.id).unwrap();
        let mut browser = Browser::new(program.url.clone());
        browser.get(paths::LOGIN).await;
        let page = browser.submit("#login-form", &[("email", REVIEWER), ("password", PASSWORD)]).await;
        assert_eq!(page.path, paths::VERIFICATIONS, "{page:?}");
        browser
    }

    /// Waits until `number` mails to this address have left, or the program is dead.
    pub async fn until_mails_left(&self, address: &str, number: i64, killer: Option<&Killer>) {
        let mut database = Manager::new(self.database.url.clone()).open().unwrap();
        let mails = emails::table.filter(emails::recipient.eq(address));
        let look = async {
            while !killer.is_some_and(Killer::is_done) {
                let left = mails.filter(emails::status.eq(EmailStatus::Sent));
                if left.count().get_result::<i64>(&mut database).unwrap() == number {
                    break;
                }
                tokio::time::sleep(PERIOD).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("the mails did not leave");
    }

    /// The folder of stored files that are still being written.
    pub fn unfinished(&self) -> PathBuf {
        self.data().join("documents/unfinished")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be dead, and its end seen by the killer.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
