//! Bringing users in.

use std::collections::{HashMap, HashSet};

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::json;

use super::read::Line;
use super::record::Record;
use super::store;
use crate::access::{Act, OrganizationId, UserId};
use crate::accounts::address;
use crate::accounts::{NewUser, store as users};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;

/// Lines written in one transaction.
pub const BATCH: usize = 500;

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Imported,
    /// The address has an account: it is left as it is.
    Skipped,
    Refused,
}

/// A line and what came of it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Told {
    pub line: u64,
    /// As far as it could be read.
    pub email: Option<String>,
    pub result: Outcome,
    pub message: String,
}

/// How many lines came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub imported: u64,
    pub skipped: u64,
    pub refused: u64,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Imported => self.imported += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Refused => self.refused += 1,
        }
    }
}

/// Whom and how to import.
#[derive(Debug)]
pub struct Import<'a> {
    pub app: &'a App,
    pub act: &'a Act,
    pub organization: &'a OrganizationId,
    /// Only says what would happen.
    pub dry_run: bool,
}

impl Import<'_> {
    /// Imports line by line and hands each result to `tell`, in the order of the file.
    ///
    /// # Errors
    /// An outage, or what `tell` says; lines that were told are written.
    pub fn run<E: From<AppError>>(
        &self,
        lines: impl Iterator<Item = Line>,
        mut tell: impl FnMut(&Told) -> Result<(), E>,
    ) -> Result<Counts, E> {
        let mut counts = Counts::default();
        // The first line of each address. A million of them take some 100 MB.
        let mut first_lines: HashMap<String, u64> = HashMap::new();
        let mut lines = lines.peekable();
        while lines.peek().is_some() {
            let read: Vec<(u64, Result<Record, String>)> = lines
                .by_ref()
                .take(BATCH)
                .map(|(number, raw)| (number, raw.and_then(|raw| Record::parse(&raw))))
                .collect();
            for told in self.batch(&read, &mut first_lines)? {
                counts.add(told.result);
                tell(&told)?;
            }
        }
        Ok(counts)
    }

    fn batch(
        &self,
        read: &[(u64, Result<Record, String>)],
        first_lines: &mut HashMap<String, u64>,
    ) -> Result<Vec<Told>, AppError> {
        let write = |c: &mut Connection| -> Result<Vec<Told>, AppError> {
            let keys: Vec<String> =
                read.iter().filter_map(|(_, record)| Some(record.as_ref().ok()?.email.key())).collect();
            let mut known: HashSet<String> = store::known(c, &keys)?.into_iter().collect();
            known.extend(address::reserved_among(c, &keys, self.app.clock.now())?);
            read.iter().map(|(line, record)| self.line(c, *line, record, (&known, first_lines))).collect()
        };
        if self.dry_run { self.app.db.read_here(write) } else { self.app.db.write_here(write) }
    }

    fn line(
        &self,
        c: &mut Connection,
        line: u64,
        record: &Result<Record, String>,
        (known, first_lines): (&HashSet<String>, &mut HashMap<String, u64>),
    ) -> Result<Told, AppError> {
        let record = match record {
            Ok(record) => record,
            Err(sentence) => {
                let message = sentence.clone();
                return Ok(Told { line, email: None, result: Outcome::Refused, message });
            }
        };
        let key = record.email.key();
        let (result, message) = if let Some(first) = first_lines.get(&key) {
            (Outcome::Skipped, format!("The same address stands in line {first}."))
        } else if known.contains(&key) || !self.add(c, record)? {
            (Outcome::Skipped, "The address has an account already; it was left as it is.".to_owned())
        } else if self.dry_run {
            (Outcome::Imported, "It would be imported.".to_owned())
        } else {
            (Outcome::Imported, "Imported.".to_owned())
        };
        first_lines.entry(key).or_insert(line);
        Ok(Told { line, email: Some(record.email.to_string()), result, message })
    }

    /// Adds a user; `false` when somebody with the address came in meanwhile.
    fn add(&self, c: &mut Connection, record: &Record) -> Result<bool, AppError> {
        if self.dry_run {
            return Ok(true);
        }
        let (app, act) = (self.app, self.act);
        let user = NewUser {
            id: UserId::new(&app.random, act.at),
            organization: self.organization.clone(),
            email: record.email.clone(),
            name: record.name.clone(),
            phone: record.phone.clone(),
            role: record.role,
            status: record.status,
            password_hash: record.password_hash.clone(),
            email_verified_at: record.email_verified.then_some(act.at),
        };
        // A savepoint: on PostgreSQL the failure would otherwise take the whole batch with it.
        let added = c.write_transaction(|c| users::insert(c, &user, act.at));
        match added {
            Ok(()) => {}
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => return Ok(false),
            Err(other) => return Err(other.into()),
        }
        let event = Event::new(self.organization, "user.imported", Target("user", user.id.as_str())).change(
            None,
            json!({
                "role": user.role, "status": user.status, "password": user.password_hash.is_some(),
                "email_verified": record.email_verified,
            }),
        );
        audit::record(c, &app.random, act, event)?;
        Ok(true)
    }
}
