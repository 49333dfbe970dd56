//! A desk with an outbox, and what its tests say often.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::OrganizationId;
use frontdesk::app::App;
use frontdesk::db::schema::organizations;
use frontdesk::error::AppError;
use frontdesk::ids::Random;
use frontdesk::mail::letters::Credentials;
use frontdesk::mail::model::Outcome;
use frontdesk::mail::store::{self, Attempt, Email, log};
use frontdesk::mail::{self, DisplayName, EmailAddress, EmailId, Letter, NewEmail, Party, worker};
use frontdesk::web::pager::Place;

use crate::harness::{Engine, FromEngine, TestApp};

/// The application and its two organizations.
pub struct Desk {
    pub app: TestApp,
    pub organization: OrganizationId,
    pub other_organization: OrganizationId,
}

impl FromEngine for Desk {
    async fn from_engine(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }
}

impl Desk {
    /// One with further settings.
    pub async fn with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let app = TestApp::start(engine, settings).await;
        let organization = app.organization().await;
        let other_organization = app.add_organization("other").await;
        Self { app, organization, other_organization }
    }

    /// Another process over the same database, with the same clock.
    pub fn another_process(&self, seed: u64) -> App {
        App::new(self.app.config.clone(), self.app.clock.clone(), Random::seeded(seed)).unwrap()
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

    /// Whether what was kept for a mail can be read in the database.
    pub async fn kept_in_the_clear(&self, id: &EmailId, text: &str) -> bool {
        let id = id.clone();
        let kept = self.app.read(move |c| store::captured(c, &id)).await.unwrap();
        kept.sealed_content.contains(text)
    }

    pub async fn rename_organization(&self, name: &str) {
        let (id, name) = (self.organization.clone(), name.to_owned());
        let renamed = self.app.db.write(move |c| {
            diesel::update(organizations::table.find(id)).set(organizations::name.eq(name)).execute(c)
        });
        renamed.await.unwrap();
    }
}
