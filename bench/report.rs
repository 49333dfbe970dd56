//! The figures as tables in Markdown.

use std::fmt;
use std::time::Duration;

use crate::compare::Comparison;
use crate::inside::Step;
use crate::options::Options;
use crate::spread::{Spread, short};

/// Resident memory in MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// After the start.
    pub before: f64,
    /// After the first password was compared.
    pub signed_in: f64,
    /// After all the load.
    pub after: f64,
    /// Of the hello-world, after all the load.
    pub hello: f64,
}

/// All that was measured.
#[derive(Debug)]
pub struct Report {
    pub options: Options,
    pub filled: Duration,
    /// Of the database, in MiB.
    pub size: Option<f64>,
    pub comparisons: Vec<Comparison>,
    /// The latency of each page when only one asks, in microseconds.
    pub alone: Vec<(&'static str, f64)>,
    pub steps: Vec<Step>,
    /// Milliseconds.
    pub hash: Spread,
    /// Milliseconds.
    pub start: Spread,
    pub memory: Memory,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.conditions(f)?;
        self.throughput(f)?;
        self.cost(f)?;
        self.inside(f)?;
        self.process(f)
    }
}

impl Report {
    fn conditions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        let engine = if options.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
        let build = if cfg!(debug_assertions) { "UNOPTIMISED: these figures say little" } else { "release" };
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        write!(f, "{} cases on {engine}", options.cases())?;
        if let Some(size) = self.size {
            write!(f, " ({} MiB)", short(size))?;
        }
        writeln!(
            f,
            ", filled in {} s; build: {build}; {processors} processors, {} workers in each server, {} connections; \
             {} rounds of {} s a side. Median (lowest–highest).",
            short(self.filled.as_secs_f64()),
            options.workers,
            options.connections,
            options.rounds(),
            short(options.span().as_secs_f64()),
        )
    }

    fn throughput(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n### Throughput\n| page | hello-world, answers/s | page, answers/s | ratio |\n|---|---|---|---|"
        )?;
        for one in &self.comparisons {
            writeln!(f, "| {} | {} | {} | {} |", one.name, one.hello_rate, one.rate, one.ratio)?;
        }
        Ok(())
    }

    fn cost(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n### Latency and cost\n| page | body, KiB | p50, ms | p99, ms | alone, µs | processor, µs/answer | hello-world's |\n\
             |---|---|---|---|---|---|---|"
        )?;
        for (one, (_, alone)) in self.comparisons.iter().zip(&self.alone) {
            let Comparison { name, half, most, cost, hello_cost, .. } = one;
            let (size, alone) = (short(one.size), short(*alone));
            writeln!(f, "| {name} | {size} | {half} | {most} | {alone} | {cost} | {hello_cost} |")?;
        }
        Ok(())
    }

    fn inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n### The database alone\n| step | µs |\n|---|---|")?;
        for (name, spread) in &self.steps {
            writeln!(f, "| {name} | {spread} |")?;
        }
        Ok(())
    }

    fn process(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = &self.memory;
        writeln!(f, "\n### The process\n| | |\n|---|---|")?;
        writeln!(f, "| start to ready, ms | {} |", self.start)?;
        writeln!(f, "| one password hash, ms | {} |", self.hash)?;
        for (name, mib) in [
            ("memory after the start, MiB", memory.before),
            ("memory after the first sign-in, MiB", memory.signed_in),
            ("memory after the load, MiB", memory.after),
            ("memory of the hello-world after the load, MiB", memory.hello),
        ] {
            writeln!(f, "| {name} | {} |", short(mib))?;
        }
        Ok(())
    }
}
