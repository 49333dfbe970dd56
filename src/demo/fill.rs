//! Fills an empty database with all of the demo, in one transaction: it is there as a whole or not at all.

use std::sync::Arc;

use secrecy::SecretString;

use super::crew::Crew;
use super::found::{FILLED, marker};
use super::mails::{self, Past, Sent};
use super::people::{APPLICANTS, STAFF, Staff, member_address};
use super::resident::Resident;
use super::{ORGANIZATION, archive, doors, history, kept, live, plan, store};
use crate::access::{Act, OrganizationId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::upload::Kept;
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
    let residents = plans.into_iter().map(|plan| Resident::new(app, plan)).collect::<Result<_, _>>()?;
    let organization = app.db.read(|c| organizations::by_slug(c, organizations::DEFAULT)).await?;
    let organization = organization.ok_or_else(|| AppError::internal("there is no organization"))?.id;
    let town = Arc::new(Town { app: app.clone(), organization, crew: Crew::new(app), residents });
    let writer = town.clone();
    let past = async {
        let past = tokio::task::spawn_blocking(move || writer.past(&random));
        past.await.map_err(AppError::internal)?
    };
    let hash = app.hasher.hash(password);
    let (files, past, hash) = tokio::try_join!(archive::store(app, &town.residents), past, hash)?;
    app.db.write(move |c| town.write(c, &hash, &past, &files)).await
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
    fn past(&self, random: &Random) -> Result<Past, AppError> {
        mails::past(&self.app, random, (&self.organization, ORGANIZATION), self.sent())
    }

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

    fn write(
        &self,
        c: &mut Connection,
        hash: &str,
        past: &Past,
        files: &[Vec<Kept>],
    ) -> Result<(), AppError> {
        let Self { app, organization, crew, residents } = self;
        let now = app.clock.now();
        store::name_organization(c, organization, ORGANIZATION)?;
        organizations::relax_staff_mfa(c, organization)?;
        self.write_people(c, hash)?;
        let papers = self.write_documents(c, files)?;
        store::insert_emails(c, &past.emails)?;
        store::insert_attempts(c, &past.attempts)?;
        for resident in residents {
            kept::write(c, app, organization, resident)?;
        }
        live::write(c, app, organization, crew, residents)?;
        doors::write(c, app, organization, crew, residents)?;
        let pairs: Vec<(&Resident, &[Document])> =
            residents.iter().zip(papers.iter().map(Vec::as_slice)).collect();
        history::write(c, app, organization, crew, &pairs)?;
        let marker = marker(app);
        let event = Event::new(organization, FILLED, Target("demo", &marker));
        audit::record(c, &app.random, &Act::by_command(now), event)?;
        Ok(())
    }

    /// Accounts and cases.
    fn write_people(&self, c: &mut Connection, hash: &str) -> Result<(), AppError> {
        let Self { app, organization, crew, residents } = self;
        let now = app.clock.now();
        let staff = crew.iter().map(|member| member.user_row(organization, hash, now));
        let applicants = residents.iter().map(|resident| resident.user_row(organization, hash, now));
        store::insert_users(c, &staff.chain(applicants).collect::<Vec<_>>())?;
        let cases = residents.iter().map(|resident| resident.case_row(app, organization, crew));
        Ok(store::insert_cases(c, &cases.collect::<Vec<_>>())?)
    }

    /// The documents of each resident.
    fn write_documents(
        &self,
        c: &mut Connection,
        files: &[Vec<Kept>],
    ) -> Result<Vec<Vec<Document>>, AppError> {
        let mut papers = Vec::new();
        for (resident, kept) in self.residents.iter().zip(files) {
            let rows = resident.documents(&self.organization, &self.crew, kept);
            for row in &rows {
                documents::store::insert(c, row)?;
            }
            papers.push(rows);
        }
        Ok(papers)
    }
}
