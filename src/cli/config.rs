//! `frontdesk config`: what is in force, and from where.

use std::process::ExitCode;

use super::{ConfigCommand, Failure, Global};
use crate::config::Config;

pub(super) fn run(global: &Global, command: &ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Example => print!("{}", Config::example()),
        ConfigCommand::Check { json } => {
            let config = global.config(&[])?;
            if *json {
                let text = serde_json::to_string_pretty(&config.settings)
                    .map_err(|error| Failure::Failed(error.to_string()))?;
                println!("{text}");
            } else {
                for setting in &config.settings {
                    println!("{}={}  # {}", setting.name, setting.value, setting.origin.words());
                }
                eprintln!("The configuration is in order.");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
