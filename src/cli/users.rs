//! `frontdesk users`: many users in from a file, and out into one.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use super::{Failure, Global, PARTLY};
use crate::access::{Act, OrganizationId};
use crate::accounts::transfer::Format;
use crate::accounts::transfer::export::{Export, ExportError};
use crate::accounts::transfer::import::{Counts, Import, Outcome, Told};
use crate::accounts::transfer::read::Lines;
use crate::app::App;
use crate::{organizations, server};

/// What `users import` is told.
#[derive(Debug, clap::Args)]
pub(super) struct ImportOptions {
    /// The file, or - for standard input. Fields: email and name; role, status, phone, `email_verified`,
    /// `password_hash` (argon2id or bcrypt) where there are any.
    #[arg(value_name = "FILE")]
    file: String,
    /// csv or jsonl (one JSON object a line); by the ending of the file's name when absent.
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The short name of the organization.
    #[arg(long, default_value = organizations::DEFAULT, value_name = "NAME")]
    organization: String,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Every line's result as a JSON object, and one with the counts at the end.
    #[arg(long)]
    json: bool,
}

/// What `users export` is told.
#[derive(Debug, clap::Args)]
pub(super) struct ExportOptions {
    /// csv or jsonl (one JSON object a line).
    #[arg(long, default_value = "csv", value_parser = format)]
    format: Format,
    /// The short name of the organization.
    #[arg(long, default_value = organizations::DEFAULT, value_name = "NAME")]
    organization: String,
    /// Password hashes too; the audit log keeps that they were taken out.
    #[arg(long)]
    with_hashes: bool,
}

fn format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "must be csv or jsonl".to_owned())
}

pub(super) fn import(global: &Global, options: &ImportOptions) -> Result<ExitCode, Failure> {
    let format = options.format.or_else(|| Format::of_name(&options.file)).ok_or_else(|| {
        Failure::Usage("The name of the file does not tell its format: add --format csv or jsonl.".to_owned())
    })?;
    let input = input(&options.file)?;
    let app = global.app()?;
    let organization = prepare(&app, &options.organization)?;
    let lines = Lines::open(input, format).map_err(Failure::Failed)?;
    let act = Act::by_command(app.clock.now());
    let import = Import { app: &app, act: &act, organization: &organization, dry_run: options.dry_run };
    let mut output = std::io::stdout().lock();
    let counts = import.run::<Failure>(lines, |told| tell(&mut output, told, options.json))?;
    sum_up(&mut output, counts, options)?;
    Ok(match counts {
        Counts { skipped: 0, refused: 0, .. } => ExitCode::SUCCESS,
        Counts { imported: 0, .. } => ExitCode::FAILURE,
        _ => ExitCode::from(PARTLY),
    })
}

fn input(file: &str) -> Result<Box<dyn Read>, Failure> {
    if file == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let told = |error| Failure::Failed(format!("{} cannot be read: {error}.", Path::new(file).display()));
    Ok(Box::new(File::open(file).map_err(told)?))
}

fn prepare(app: &App, slug: &str) -> Result<OrganizationId, Failure> {
    actix_web::rt::System::new().block_on(server::prepare(app))?;
    let found = app.db.read_here(|c| organizations::by_slug(c, slug))?;
    found
        .map(|organization| organization.id)
        .ok_or_else(|| Failure::Failed(format!("There is no organization named {slug}.")))
}

/// For people only what needs their attention; for programs every line.
fn tell(output: &mut impl Write, told: &Told, json: bool) -> Result<(), Failure> {
    if json {
        serde_json::to_writer(&mut *output, told).map_err(std::io::Error::from)?;
        writeln!(output)?;
    } else if told.result != Outcome::Imported {
        let word = if told.result == Outcome::Skipped { "skipped" } else { "refused" };
        match &told.email {
            Some(email) => writeln!(output, "line {}: {word} {email}: {}", told.line, told.message)?,
            None => writeln!(output, "line {}: {word}: {}", told.line, told.message)?,
        }
    }
    Ok(())
}

fn sum_up(output: &mut impl Write, counts: Counts, options: &ImportOptions) -> Result<(), Failure> {
    if options.json {
        let Counts { imported, skipped, refused } = counts;
        let sum = serde_json::json!({
            "imported": imported, "skipped": skipped, "refused": refused, "dry_run": options.dry_run,
        });
        writeln!(output, "{sum}")?;
    }
    let verb = if options.dry_run { "would be imported" } else { "imported" };
    eprintln!("{} {verb}, {} skipped, {} refused.", counts.imported, counts.skipped, counts.refused);
    Ok(())
}

pub(super) fn export(global: &Global, options: &ExportOptions) -> Result<ExitCode, Failure> {
    let app = global.app()?;
    let organization = prepare(&app, &options.organization)?;
    let act = Act::by_command(app.clock.now());
    let export = Export {
        app: &app,
        act: &act,
        organization: &organization,
        format: options.format,
        with_hashes: options.with_hashes,
    };
    let count = export.run(std::io::stdout().lock())?;
    eprintln!("{count} exported.");
    Ok(ExitCode::SUCCESS)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::App(error) => error.into(),
            ExportError::Output(error) => error.into(),
        }
    }
}
