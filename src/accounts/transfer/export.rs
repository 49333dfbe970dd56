//! Taking users out.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::Format;
use super::record::COLUMNS;
use super::store;
use crate::access::{Act, OrganizationId};
use crate::accounts::User;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::error::AppError;
use crate::web::csv::guard;

/// Users held at once.
const PAGE: i64 = 500;

/// What to take out, and how.
#[derive(Debug)]
pub struct Export<'a> {
    pub app: &'a App,
    pub act: &'a Act,
    pub organization: &'a OrganizationId,
    pub format: Format,
    /// Password hashes too.
    pub with_hashes: bool,
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Output(#[from] std::io::Error),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Output(error.into())
    }
}

impl Export<'_> {
    /// Writes every user of the organization, and an audit entry before the first; answers how many.
    ///
    /// # Errors
    /// An outage, or an output that takes no more.
    pub fn run(&self, output: impl Write) -> Result<u64, ExportError> {
        self.record()?;
        let mut writer = Writer::new(output, self.format, self.columns())?;
        let (mut count, mut last) = (0, None);
        loop {
            let page = self.app.db.read_here(|c| store::page(c, self.organization, last.as_ref(), PAGE))?;
            for user in &page {
                writer.write(&self.values(user))?;
                count += 1;
            }
            match page.last() {
                Some(user) => last = Some(user.id.clone()),
                None => break,
            }
        }
        writer.finish()?;
        Ok(count)
    }

    fn record(&self) -> Result<(), AppError> {
        self.app.db.write_here(|c| {
            let target = Target("organization", self.organization.as_str());
            let event = Event::new(self.organization, "user.exported", target)
                .change(None, json!({ "format": self.format, "password_hashes": self.with_hashes }));
            audit::record(c, &self.app.random, self.act, event)
        })
    }

    fn columns(&self) -> &'static [&'static str] {
        let [others @ .., _hash] = &COLUMNS;
        if self.with_hashes { &COLUMNS } else { others }
    }

    /// The fields of a user, in the order of the columns. A temporary password dies at a moment that no
    /// file keeps, so it stays behind.
    fn values(&self, user: &User) -> Vec<Value> {
        let hash = user.password_hash.clone().filter(|_| !user.must_change_password);
        let mut values = vec![
            json!(user.email),
            json!(user.name),
            json!(user.role),
            json!(user.status),
            json!(user.phone),
            json!(user.email_verified_at.is_some()),
        ];
        if self.with_hashes {
            values.push(json!(hash));
        }
        values
    }
}

enum Writer<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(std::io::BufWriter<W>, &'static [&'static str]),
}

impl<W: Write> Writer<W> {
    fn new(output: W, format: Format, columns: &'static [&'static str]) -> Result<Self, ExportError> {
        Ok(match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(output);
                writer.write_record(columns)?;
                Self::Csv(Box::new(writer))
            }
            Format::Jsonl => Self::Jsonl(std::io::BufWriter::new(output), columns),
        })
    }

    fn write(&mut self, values: &[Value]) -> Result<(), ExportError> {
        match self {
            Self::Csv(writer) => {
                let cell = |value: &Value| match value {
                    Value::Null => String::new(),
                    Value::String(text) => guard(text).into_owned(),
                    other => other.to_string(),
                };
                writer.write_record(values.iter().map(cell))?;
            }
            Self::Jsonl(writer, columns) => {
                let named = columns.iter().map(|name| (*name).to_owned()).zip(values.iter().cloned());
                let object: Map<String, Value> = named.filter(|(_, value)| !value.is_null()).collect();
                serde_json::to_writer(&mut *writer, &object).map_err(std::io::Error::from)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ExportError> {
        match self {
            Self::Csv(mut writer) => writer.flush()?,
            Self::Jsonl(mut writer, _) => writer.flush()?,
        }
        Ok(())
    }
}
