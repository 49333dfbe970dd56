//! The program: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;
use frontdesk::cli::{self, Cli};

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli::run(cli),
        Err(problem) => cli::refuse(&problem),
    }
}
