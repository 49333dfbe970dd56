//! What can be chosen at the command line.

use std::time::Duration;

use clap::{Parser, Subcommand};

/// Measures pages of Frontdesk against a hello-world of the same web framework.
#[derive(Clone, Debug, Parser)]
#[command(name = "pages")]
pub struct Options {
    /// A short look: fewer cases, rounds and seconds.
    #[arg(long)]
    pub quick: bool,
    /// Cases in the database.
    #[arg(long)]
    cases: Option<u32>,
    /// Rounds of each comparison.
    #[arg(long)]
    rounds: Option<u32>,
    /// Seconds that each side of a round is driven.
    #[arg(long)]
    seconds: Option<f64>,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 4)]
    pub connections: usize,
    /// Threads that serve, in either server.
    #[arg(long, default_value_t = 2)]
    pub workers: usize,
    /// An empty PostgreSQL database to use instead of a SQLite file.
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    pub child: Option<Child>,
}

/// What this program does for itself in a process of its own.
#[derive(Clone, Debug, Subcommand)]
pub enum Child {
    /// Serve the hello-world.
    #[command(hide = true)]
    Hello { workers: usize },
}

impl Options {
    pub fn cases(&self) -> u32 {
        self.cases.unwrap_or(if self.quick { 10_000 } else { 100_000 })
    }

    pub fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 7 }).max(1)
    }

    pub fn span(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(if self.quick { 0.5 } else { 2.0 }).clamp(0.1, 600.0))
    }
}
