//! `frontdesk openapi`: the description of the JSON API on standard output.

use std::process::ExitCode;

use super::Failure;
use crate::openapi;

pub(super) fn run() -> Result<ExitCode, Failure> {
    let text = openapi::document().to_pretty_json().map_err(|error| Failure::Failed(error.to_string()))?;
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}
