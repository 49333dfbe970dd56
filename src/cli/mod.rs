//! What the program does from a terminal: one file per command.
//!
//! Exit codes: 0 done, 1 failed, 2 partly done, 64 usage (a bad flag or configuration). Data goes to standard
//! output, everything said about it to standard error.

mod admin;
mod config;
mod health;
mod migrate;
mod openapi;
mod serve;
mod sessions;
mod users;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Problems, Sources};
use crate::documents::inspect::{ChildLimits, serve_pdf_child};
use crate::error::AppError;
use crate::ids::Random;
use crate::logging;

/// `EX_USAGE` of sysexits.h.
const USAGE: u8 = 64;
/// Some of what was asked for could be done.
const PARTLY: u8 = 2;

/// The operations desk for the accounts of an application.
#[derive(Debug, Parser)]
#[command(name = "frontdesk", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Directory for the SQLite file, documents and logs (`DATA_DIR`).
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the console, the pages and the API.
    Serve(Serve),
    /// Bring the database schema up to date, or show or take back migrations.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Create the first operator or another administrator.
    #[command(subcommand)]
    Admin(Admin),
    /// Bring users in from a file, or take them out into one.
    #[command(subcommand)]
    Users(Users),
    /// End sessions.
    #[command(subcommand)]
    Sessions(sessions::Sessions),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask a running instance how it is; for container probes.
    Health {
        /// Address of the instance.
        #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
        url: url::Url,
    },
    /// Print the description of the JSON API (OpenAPI 3.1).
    Openapi,
    /// Read one PDF from standard input under limits; started by the server itself.
    #[command(name = crate::app::READ_PDF, hide = true)]
    ReadPdf,
}

#[derive(Debug, Args)]
struct Serve {
    /// Show the product with a believable organization in a temporary directory; nothing leaves the machine.
    #[arg(long)]
    demo: bool,
    /// Port to listen on; 0 picks a free one (PORT).
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on (BIND).
    #[arg(long)]
    bind: Option<IpAddr>,
}

#[derive(Debug, Subcommand)]
enum Migrate {
    /// Run what has not run yet.
    Up,
    /// Take back the newest migration.
    Down,
    /// List all migrations and whether they have run.
    Status {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Create a staff account; the password is read from the terminal or standard input.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// reviewer, analyst, support, admin or operator
        #[arg(long, default_value = "operator")]
        role: String,
    },
    /// Remove the second factor of somebody who has lost it, and sign them out everywhere.
    ResetMfa {
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum Users {
    /// Create the users that a file lists; a bad line stops nothing else.
    Import(users::ImportOptions),
    /// Write the users of an organization to standard output, as import reads them.
    Export(users::ExportOptions),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check every setting and show its value and where it came from; secrets are masked.
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Print the text of .env.example.
    Example,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Usage(problems.to_string())
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Internal(cause) | AppError::Unavailable(cause) => Self::Failed(cause.to_string()),
            other => Self::Failed(other.advice()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Reads the command line.
///
/// # Errors
/// The exit code, when there is nothing to run: help was asked for, or it cannot be understood.
pub fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|problem| {
        // Nobody is there to be told that the terminal is gone.
        drop(problem.print());
        if problem.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
    })
}

/// Runs the command that was asked for.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("frontdesk: {failure}");
            match failure {
                Failure::Usage(_) => ExitCode::from(USAGE),
                Failure::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let global = cli.global;
    match cli.command {
        Command::Serve(options) => serve::run(&global, &options),
        Command::Migrate(command) => migrate::run(&global, &command),
        Command::Admin(Admin::Create { email, name, role }) => {
            admin::create(&global, &email, name.as_deref(), &role)
        }
        Command::Admin(Admin::ResetMfa { email }) => admin::reset_mfa(&global, &email),
        Command::Users(Users::Import(options)) => users::import(&global, &options),
        Command::Users(Users::Export(options)) => users::export(&global, &options),
        Command::Sessions(command) => sessions::run_command(&global, &command),
        Command::Config(command) => config::run(&global, &command),
        Command::Health { url } => health::run(&url),
        Command::Openapi => openapi::run(),
        Command::ReadPdf => {
            serve_pdf_child(ChildLimits::default())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Global {
    /// The configuration with what the command line says on top.
    fn config(&self, flags: &[(&str, Option<String>)]) -> Result<Config, Failure> {
        let mut command_line = BTreeMap::new();
        if let Some(dir) = &self.data_dir {
            command_line.insert("DATA_DIR".to_owned(), dir.display().to_string());
        }
        for (name, value) in flags {
            if let Some(value) = value {
                command_line.insert((*name).to_owned(), value.clone());
            }
        }
        let sources = Sources::from_process(command_line).map_err(Failure::Usage)?;
        Ok(Config::read(sources)?)
    }

    /// The application for a command that works on the data and stops.
    fn app(&self) -> Result<App, Failure> {
        let config = self.config(&[])?;
        logging::start(&config.logging).map_err(Failure::Usage)?;
        Ok(App::new(config, Clock::system(), Random::system())?)
    }
}
