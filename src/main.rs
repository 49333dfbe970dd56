//! The program: reads the command line and hands over to the library.

use std::process::ExitCode;

use frontdesk::cli;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => cli::run(cli),
        Err(code) => code,
    }
}
