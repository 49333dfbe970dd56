//! How fast people get in, as a ratio to hashing and nothing else, and whether the time an answer takes tells if an address
//! has an account. Prints tables in Markdown; `docs/benchmarks.md` tells how to read them.

#[expect(dead_code, reason = "shared with the benchmark of pages")]
mod load;
#[expect(dead_code, reason = "shared with the benchmark of pages")]
mod process;
#[path = "sign_in/report.rs"]
mod report;
#[path = "sign_in/requests.rs"]
mod requests;
mod spread;
#[path = "sign_in/telling.rs"]
mod telling;
#[path = "sign_in/throughput.rs"]
mod throughput;
#[path = "sign_in/town.rs"]
mod town;

use std::time::Duration;

use clap::Parser;

use report::Report;
use town::Town;

/// Measures sign-in of Frontdesk.
#[derive(Clone, Debug, Parser)]
#[command(name = "sign_in")]
struct Options {
    /// A short look: fewer samples, rounds and seconds.
    #[arg(long)]
    quick: bool,
    /// Answers of each kind that are compared.
    #[arg(long)]
    samples: Option<u32>,
    /// Rounds of the throughput.
    #[arg(long)]
    rounds: Option<u32>,
    /// Seconds that each side of a round is driven.
    #[arg(long)]
    seconds: Option<f64>,
    /// Connections that sign in at the same time.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Only this part: throughput, or the name of a case such as login.
    #[arg(long)]
    only: Option<String>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn samples(&self) -> u32 {
        self.samples.unwrap_or(if self.quick { 100 } else { 2_000 })
    }

    fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 2 } else { 5 })
    }

    fn span(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(if self.quick { 1.0 } else { 6.0 }).clamp(0.1, 600.0))
    }

    fn wants(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let town = actix_web::rt::System::new().block_on(Town::new(folder.path()))?;
    let server = town.serve()?;
    let mut report = Report { samples: options.samples(), throughput: None, cases: Vec::new() };
    if options.wants("throughput") {
        eprintln!("throughput …");
        let effort = throughput::Effort {
            rounds: options.rounds(),
            span: options.span(),
            connections: options.connections,
        };
        report.throughput = Some(throughput::measure(&town, server.address, effort)?);
    }
    for case in requests::cases() {
        if options.wants(case.name) {
            eprintln!("{} …", case.name);
            report.cases.push(telling::measure(server.address, &case, options.samples())?);
        }
    }
    println!("{report}");
    Ok(())
}
