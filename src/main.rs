//! The program: reads the command line and hands over to the library.

use std::process::ExitCode;

use frontdesk::cli;

/// Pages are many small texts that live for one request; glibc's allocator spends a tenth of their time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => cli::run(cli),
        Err(code) => code,
    }
}
