//! A desk with an outbox: an application over a fresh database of either engine, two organizations, a clock that
//! stands still.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::OrganizationId;
use frontdesk::app::App;
use frontdesk::clock::{Clock, Timestamp};
use frontdesk::config::{Config, Sources};
use frontdesk::db::schema::organizations;
use frontdesk::error::AppError;
use frontdesk::ids::Random;
use frontdesk::mail::letters::Credentials;
use frontdesk::mail::model::Outcome;
use frontdesk::mail::store::log;
use frontdesk::mail::store::{Attempt, Email};
use frontdesk::mail::{self, DisplayName, EmailAddress, EmailId, Letter, NewEmail, Party, worker};
use frontdesk::web::pager::Place;

/// Runs each test once with SQLite and once with PostgreSQL.
macro_rules! on_both_engines {
    ($(async fn $name:ident($desk:ident: Desk) $body:block)+) => {
        $(async fn $name($desk: Desk) $body)+

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::support::Desk::on_sqlite(&[]).await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::super::support::Desk::on_postgres(&[]).await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;

pub struct Desk {
    pub app: App,
    pub organization: OrganizationId,
    pub other_organization: OrganizationId,
    settings: BTreeMap<String, String>,
    _files: tempfile::TempDir,
}

impl Desk {
    pub async fn on_sqlite(settings: &[(&str, &str)]) -> Self {
        Self::new(settings, None).await
    }

    pub async fn on_postgres(settings: &[(&str, &str)]) -> Self {
        let server = std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL names a server");
        let name = format!("mail_{}", hex::encode(Random::system().bytes::<8>()));
        let mut connection = PgConnection::establish(&server).unwrap();
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut connection).unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        Self::new(settings, Some(format!("{base}/{name}"))).await
    }

    async fn new(settings: &[(&str, &str)], url: Option<String>) -> Self {
        let files = tempfile::tempdir().unwrap();
        let mut environment = BTreeMap::from([
            ("DATA_DIR".to_owned(), files.path().display().to_string()),
            ("APP_SECRET".to_owned(), "a secret for tests that is long enough".to_owned()),
            ("EMAIL_FROM".to_owned(), "desk@demo.test".to_owned()),
            ("ORGANIZATION_NAME".to_owned(), "Demo Society".to_owned()),
        ]);
        environment.extend(url.map(|url| ("DATABASE_URL".to_owned(), url)));
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let clock = Clock::manual(Timestamp::parse("2026-03-01T10:00:00Z").unwrap());
        let app = open(&environment, clock, 1);
        frontdesk::server::prepare(&app).await.unwrap();
        let random = app.random.clone();
        let now = app.clock.now();
        let (organization, other_organization) = app
            .db
            .write(move |c| {
                let own = organizations::table.select(organizations::id).first::<OrganizationId>(c)?;
                let other = frontdesk::organizations::insert(c, &random, "other", "Other Society", now)?;
                Ok::<_, AppError>((own, other))
            })
            .await
            .unwrap();
        Self { app, organization, other_organization, settings: environment, _files: files }
    }

    /// Another process over the same database, with the same clock.
    pub fn another_process(&self, seed: u64) -> App {
        open(&self.settings, self.app.clock.clone(), seed)
    }

    pub fn approved(&self, password: &str) -> Letter {
        Letter::Approved {
            sign_in_url: "https://desk.demo.test/login".to_owned(),
            credentials: Credentials::TemporaryPassword {
                password: password.to_owned(),
                expires_at: self.app.clock.now().plus(TimeDelta::hours(72)),
            },
        }
    }

    pub fn letter(&self, recipient: &str, letter: &Letter) -> NewEmail {
        let recipient = Party {
            name: DisplayName::parse("Ada Lovelace").ok(),
            address: EmailAddress::parse(recipient).unwrap(),
        };
        NewEmail::new(&self.organization, recipient, letter)
    }

    pub async fn enqueue(&self, mail: NewEmail) -> Result<EmailId, AppError> {
        let (app, at) = (self.app.clone(), self.app.clock.now());
        self.app.db.write(move |c| mail::enqueue(c, &app, at, mail)).await
    }

    /// The log of the own organization, newest first.
    pub async fn log(&self) -> Vec<Email> {
        let organization = self.organization.clone();
        let page = self
            .app
            .db
            .read(move |c| log::page(c, &organization, &log::Filter::default(), &Place::default(), 200));
        page.await.unwrap().items
    }

    pub async fn email(&self, id: &EmailId) -> Email {
        let (organization, id) = (self.organization.clone(), id.clone());
        self.app.db.read(move |c| log::by_id(c, &organization, &id)).await.unwrap().unwrap()
    }

    pub async fn attempts(&self, id: &EmailId) -> Vec<Attempt> {
        let id = id.clone();
        self.app.db.read(move |c| log::attempts(c, &id)).await.unwrap()
    }

    pub async fn outcomes(&self, id: &EmailId) -> Vec<Option<Outcome>> {
        self.attempts(id).await.into_iter().map(|attempt| attempt.outcome).collect()
    }

    /// Sends until nothing is due at this moment.
    pub async fn send_all(&self) {
        while worker::run_once(&self.app).await.unwrap() > 0 {}
    }

    /// Rows of `table` that hold `text` anywhere.
    pub async fn count(&self, table: &str, text: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let columns = match table {
            "captured_messages" => "sealed_content",
            _ => "data || subject || coalesce(sealed_secret, '') || coalesce(last_reply, '')",
        };
        let query = format!("SELECT count(*) AS n FROM {table} WHERE {columns} LIKE '%{text}%'");
        let counted = self.app.db.read(move |c| diesel::sql_query(query).get_result::<Counted>(c));
        counted.await.unwrap().n
    }

    pub async fn rename_organization(&self, name: &str) {
        let (id, name) = (self.organization.clone(), name.to_owned());
        let renamed = self.app.db.write(move |c| {
            diesel::update(organizations::table.find(id)).set(organizations::name.eq(name)).execute(c)
        });
        renamed.await.unwrap();
    }
}

fn open(environment: &BTreeMap<String, String>, clock: Clock, seed: u64) -> App {
    let sources = Sources { environment: environment.clone(), ..Sources::default() };
    App::new(Config::read(sources).unwrap(), clock, Random::seeded(seed)).unwrap()
}
