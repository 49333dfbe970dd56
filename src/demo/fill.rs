//! Fills an empty database with all of the demo, in one transaction: it is there as a whole or not at all.

use secrecy::SecretString;

use super::crew::Crew;
use super::mails::{self, Past, Sent};
use super::people::{APPLICANTS, STAFF, Staff, member_address};
use super::resident::Resident;
use super::{FILLED, ORGANIZATION, archive, history, kept, live, marker, plan, store};
use crate::access::{Act, OrganizationId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::{self, Document};
use crate::error::AppError;
use crate::ids::Random;
use crate::organizations;

/// What is told is the same in every demo; keys, tokens and ids never are.
const SEED: u64 = 1_843;

/// Fills the database. `password_hash` becomes that of every sign-in.
///
/// # Errors
/// When the database or the document store cannot take it.
pub async fn fill(app: &App, password: &SecretString) -> Result<(), AppError> {
    let random = Random::seeded(SEED);
    let plans = plan::all(&random, app.clock.now());
    let hash = app.hasher.hash(password).await?;
    let organization = app.db.read(|c| organizations::by_slug(c, organizations::DEFAULT)).await?;
    let organization = organization.ok_or_else(|| AppError::internal("there is no organization"))?.id;
    let stored = archive::store(app, &plans).await?;
    let residents = plans.into_iter().zip(stored).map(|(plan, kept)| Resident::new(app, plan, kept));
    let residents: Vec<Resident> = residents.collect::<Result<_, _>>()?;
    let town = Town { app: app.clone(), organization, crew: Crew::new(app), residents };
    let town = tokio::task::spawn_blocking(move || -> Result<_, AppError> {
        let past = mails::past(&town.app, &random, (&town.organization, ORGANIZATION), town.sent())?;
        Ok((town, past))
    });
    let (town, past) = town.await.map_err(AppError::internal)??;
    app.db.write(move |c| town.write(c, &hash, &past)).await
}

/// Gives every sign-in this password: one that a demo of before has may have been another.
pub async fn set_password(app: &App, password: &SecretString) -> Result<(), AppError> {
    let hash = app.hasher.hash(password).await?;
    let staff = STAFF.iter().map(Staff::address);
    let keys: Vec<String> = staff.chain((0..APPLICANTS.len()).map(member_address)).collect();
    let now = app.clock.now();
    app.db.write(move |c| store::set_passwords(c, &keys, &hash, now)).await
}

/// All who live in the demo.
struct Town {
    app: App,
    organization: OrganizationId,
    crew: Crew,
    residents: Vec<Resident>,
}

impl Town {
    /// The mails the residents were sent before the demo kept them.
    fn sent(&self) -> Vec<Sent> {
        let now = self.app.clock.now();
        let mut sent = Vec::new();
        for resident in &self.residents {
            let every = kept::all_kinds(resident).into_iter();
            sent.extend(every.filter(|mail| !kept::is_kept(resident, *mail, now)).map(|(kind, at)| Sent {
                user: resident.id.clone(),
                recipient: resident.party(),
                kind,
                at,
            }));
        }
        sent
    }

    fn write(&self, c: &mut Connection, hash: &str, past: &Past) -> Result<(), AppError> {
        let Self { app, organization, crew, residents } = self;
        let now = app.clock.now();
        store::name_organization(c, organization, ORGANIZATION)?;
        let staff = crew.iter().map(|member| member.user_row(organization, hash, now));
        let users: Vec<_> =
            staff.chain(residents.iter().map(|resident| resident.user_row(organization, hash, now))).collect();
        store::insert_users(c, &users)?;
        let cases: Vec<_> =
            residents.iter().map(|resident| resident.case_row(app, organization, crew)).collect();
        store::insert_cases(c, &cases)?;
        let mut papers: Vec<Vec<Document>> = Vec::new();
        for resident in residents {
            let rows = resident.documents(organization, crew);
            for row in &rows {
                documents::store::insert(c, row)?;
            }
            papers.push(rows);
        }
        store::insert_emails(c, &past.emails)?;
        store::insert_attempts(c, &past.attempts)?;
        for resident in residents {
            kept::write(c, app, organization, resident)?;
        }
        live::write(c, app, organization, crew, residents)?;
        let pairs: Vec<(&Resident, &[Document])> =
            residents.iter().zip(papers.iter().map(Vec::as_slice)).collect();
        history::write(c, app, organization, crew, &pairs)?;
        let marker = marker(app);
        let event = Event::new(organization, FILLED, Target("demo", &marker));
        audit::record(c, &app.random, &Act::by_command(now), event)?;
        Ok(())
    }
}
