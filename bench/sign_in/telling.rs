//! Does the time of an answer tell whether an address has an account?
//!
//! Both kinds are asked for in turn on a connection, the order changing from pair to pair. Two tests say
//! whether the two distributions can be told apart: Kolmogorov-Smirnov sees any difference of their shapes,
//! Mann-Whitney whether one tends to take longer.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::ensure;
use statrs::stats_tests::ks_test::{KSTwoSampleAlternativeMethod, ks_twosample};
use statrs::stats_tests::mannwhitneyu::{MannWhitneyUMethod, mannwhitneyu};
use statrs::stats_tests::{Alternative, NaNPolicy};

use crate::load::Connection;
use crate::requests::Case;
use crate::spread::Spread;

/// Asked for before it counts, of each kind.
const WARM: u32 = 20;

/// What came of one case; times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub name: &'static str,
    pub known: Spread,
    pub unknown: Spread,
    /// The greatest distance of the two distributions, and how likely chance alone makes one as great.
    pub distance: (f64, f64),
    /// How often a known address takes longer than an unknown one (0.5: as often as not), and the same.
    pub longer: (f64, f64),
}

/// The times of known addresses and of unknown ones, in milliseconds.
type Times = [Vec<f64>; 2];

/// Asks `samples` times for each kind.
pub fn measure(address: SocketAddr, case: &Case, samples: u32) -> anyhow::Result<Told> {
    let parts: Vec<anyhow::Result<Times>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..case.connections)
            .map(|first| scope.spawn(move || ask(address, case, (first, samples + WARM))))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a thread that asks has failed")))
            .collect()
    });
    let mut times = Times::default();
    for part in parts {
        for (all, some) in times.iter_mut().zip(part?) {
            all.extend(some);
        }
    }
    told(case, times, samples)
}

/// What one connection asks: of all samples from `first` on those that are as many apart as there are connections.
fn ask(address: SocketAddr, case: &Case, (first, end): (u32, u32)) -> anyhow::Result<Times> {
    let mut connection = Connection::open(address)?;
    let mut times = Times::default();
    for (nth, sample) in (0..).zip((first..end).step_by(case.connections as usize)) {
        for turn in 0..2 {
            let has_account = (nth + turn) % 2 == 0;
            let request = case.request(address, has_account, sample);
            let asked = Instant::now();
            let answer = connection.ask(&request)?;
            let took = asked.elapsed().as_secs_f64() * 1e3;
            ensure!(answer.status() == case.status, "{} was answered with {}", case.name, answer.status());
            if sample >= WARM {
                let [known, unknown] = &mut times;
                if has_account { known.push(took) } else { unknown.push(took) }
            }
        }
    }
    Ok(times)
}

fn told(case: &Case, times: Times, samples: u32) -> anyhow::Result<Told> {
    let [known, unknown] = times;
    let asymptotic = KSTwoSampleAlternativeMethod::TwoSidedAsymptotic;
    let distance = ks_twosample(known.clone(), unknown.clone(), asymptotic, NaNPolicy::Error)?;
    let method = MannWhitneyUMethod::AsymptoticInclContinuityCorrection;
    let (rank, chance) = mannwhitneyu(&known, &unknown, method, Alternative::TwoSided)?;
    let pairs = f64::from(samples) * f64::from(samples);
    Ok(Told {
        name: case.name,
        known: quartiles(known),
        unknown: quartiles(unknown),
        distance,
        longer: (rank / pairs, chance),
    })
}

/// The median, with the middle nine tenths as the range: one hiccup is not of interest.
fn quartiles(mut times: Vec<f64>) -> Spread {
    times.sort_by(f64::total_cmp);
    let cut = times.len() / 20;
    Spread::of(times.get(cut..times.len() - cut).unwrap_or_default().to_vec())
}
