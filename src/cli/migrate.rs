//! `frontdesk migrate`: the schema by hand.

use std::process::ExitCode;

use super::{Failure, Global, Migrate};
use crate::db::migrations;

pub(super) fn run(global: &Global, command: &Migrate) -> Result<ExitCode, Failure> {
    let app = global.app()?;
    let mut connection = app.db.unpooled()?;
    let failed = |error: migrations::MigrationError| Failure::Failed(error.to_string());
    match command {
        Migrate::Up => {
            let ran = migrations::up(&mut connection).map_err(failed)?;
            for name in &ran {
                println!("applied {name}");
            }
            if ran.is_empty() {
                eprintln!("The schema is up to date.");
            }
        }
        Migrate::Down => match migrations::down(&mut connection).map_err(failed)? {
            Some(name) => println!("took back {name}"),
            None => eprintln!("No migration has run."),
        },
        Migrate::Status { json } => {
            let states = migrations::status(&mut connection).map_err(failed)?;
            if *json {
                let text = serde_json::to_string_pretty(&states)
                    .map_err(|error| Failure::Failed(error.to_string()))?;
                println!("{text}");
            } else {
                for state in states {
                    println!("{} {}", if state.applied { "applied" } else { "pending" }, state.name);
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
