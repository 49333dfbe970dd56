//! The tables.

use std::fmt;

use crate::spread::short;
use crate::telling::Told;
use crate::throughput::Throughput;

#[derive(Debug)]
pub struct Report {
    pub samples: u32,
    pub throughput: Option<Throughput>,
    pub cases: Vec<Told>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if cfg!(debug_assertions) {
            writeln!(f, "A build without optimisation: its figures say little.\n")?;
        }
        if let Some(throughput) = &self.throughput {
            table_of(f, throughput)?;
        }
        if self.cases.is_empty() {
            return Ok(());
        }
        writeln!(f, "## Known and unknown addresses, {} answers each\n", self.samples)?;
        writeln!(
            f,
            "| case | known, ms | unknown, ms | Kolmogorov-Smirnov D | p | known takes longer | p (Mann-Whitney) |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for case in &self.cases {
            writeln!(
                f,
                "| {} | {} | {} | {:.4} | {:.3} | {:.4} | {:.3} |",
                case.name,
                case.known,
                case.unknown,
                case.distance.0,
                case.distance.1,
                case.longer.0,
                case.longer.1
            )?;
        }
        Ok(())
    }
}

fn table_of(f: &mut fmt::Formatter<'_>, of: &Throughput) -> fmt::Result {
    let hashing = &of.hashing;
    writeln!(
        f,
        "## Throughput\n\nargon2id m={} KiB, t={}, p={}; {} at a time\n",
        hashing.memory_kib, hashing.iterations, hashing.lanes, hashing.parallel
    )?;
    writeln!(
        f,
        "| hashes/s alone | beside looks at pages | sign-ins/s beside the same | ratio |\n|---|---|---|---|"
    )?;
    writeln!(f, "| {} | {} | {} | {} |\n", of.alone, of.raw, of.sign_ins, of.ratio)?;
    writeln!(f, "| another page | idle p50, ms | p99 | beside sign-ins p50 | p99 | p99 ratio |")?;
    writeln!(f, "|---|---|---|---|---|---|")?;
    for page in &of.beside {
        let ([half, most], [busy_half, busy_most]) = (page.idle, page.busy);
        writeln!(
            f,
            "| {} | {} | {} | {} | {} | {} |",
            page.name,
            short(half),
            short(most),
            short(busy_half),
            short(busy_most),
            short(busy_most / most)
        )?;
    }
    writeln!(f)
}
