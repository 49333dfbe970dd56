//! Sign-ins in a second beside hashes in a second, and what another page feels of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use frontdesk::config::HashingConfig;
use frontdesk::paths;
use serde_json::Value;

use crate::load::{Connection, drive};
use crate::requests::{get, login};
use crate::spread::Spread;
use crate::town::{PASSWORD, PEOPLE, Town, known};

/// Between two looks at the other page: a light load.
const PACE: Duration = Duration::from_millis(4);
/// How much higher the priority of the one who looks is, as in nice(2).
const AHEAD: i32 = -10;

#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: u32,
    pub span: Duration,
    pub connections: usize,
}

/// What another page takes when nobody signs in, and while many do, in milliseconds.
#[derive(Clone, Debug)]
pub struct Beside {
    pub name: &'static str,
    pub idle: [f64; 2],
    pub busy: [f64; 2],
}

#[derive(Clone, Debug)]
pub struct Throughput {
    pub hashing: HashingConfig,
    /// Hashes in a second, on as many threads as the server hashes with and nothing else.
    pub alone: Spread,
    /// The same while somebody looks at the other pages, as while people sign in.
    pub raw: Spread,
    pub sign_ins: Spread,
    /// Sign-ins to hashes, both beside the same looks.
    pub ratio: Spread,
    pub beside: Vec<Beside>,
}

/// What others look at meanwhile.
type Pages = [(&'static str, Vec<u8>)];
/// How long each look took, in milliseconds, page by page.
type Times = Vec<Vec<f64>>;

pub fn measure(town: &Town, address: SocketAddr, effort: Effort) -> anyhow::Result<Throughput> {
    // People whom no other part locks.
    let people: Vec<Vec<u8>> =
        (1..=100).map(|number| login(address, &known(PEOPLE - number), PASSWORD)).collect();
    let pages = pages(address, people.first().context("nobody signs in")?)?;
    let (mut idle, mut busy) = (times(&pages), times(&pages));
    let (mut alone, mut raws, mut rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let sign_in = |span| drive(address, &people, effort.connections, span);
    sign_in(effort.span / 2)?;
    for round in 0..effort.rounds {
        beside(address, &pages, &mut idle, || {
            std::thread::sleep(effort.span);
            Ok(())
        })?;
        alone.push(hashes(town.hashing, effort.span)?);
        // In turn: what else the machine does meets both.
        let (mut raw, mut rate) = (0.0, 0.0);
        for turn in [round, round + 1] {
            if turn % 2 == 0 {
                raw = beside(address, &pages, &mut times(&pages), || hashes(town.hashing, effort.span))?;
            } else {
                rate = beside(address, &pages, &mut busy, || sign_in(effort.span))?.rate();
            }
        }
        raws.push(raw);
        rates.push(rate);
        ratios.push(rate / raw);
    }
    let beside = pages.iter().zip(idle.into_iter().zip(busy)).map(|((name, _), (idle, busy))| Beside {
        name,
        idle: percentiles(idle),
        busy: percentiles(busy),
    });
    Ok(Throughput {
        hashing: town.hashing,
        alone: Spread::of(alone),
        raw: Spread::of(raws),
        sign_ins: Spread::of(rates),
        ratio: Spread::of(ratios),
        beside: beside.collect(),
    })
}

fn pages(address: SocketAddr, sign_in: &[u8]) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let answer = Connection::open(address)?.ask(sign_in)?;
    let tokens: Value = serde_json::from_slice(&answer.body)?;
    let token = tokens.get("access_token").and_then(Value::as_str).context("no access token")?;
    Ok(vec![
        ("sign-in page", get(address, paths::LOGIN, None)),
        ("`/auth/me` with a token", get(address, "/api/v1/auth/me", Some(token))),
    ])
}

fn times(pages: &Pages) -> Times {
    vec![Vec::new(); pages.len()]
}

/// Does something while somebody looks at the pages.
fn beside<T>(
    address: SocketAddr,
    pages: &Pages,
    times: &mut Times,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| look(address, pages, times, &stop));
        let done = work();
        stop.store(true, Ordering::Relaxed);
        looking.join().unwrap_or_else(|_| anyhow::bail!("the one who looks has failed"))?;
        done
    })
}

/// Looks at the pages one after the other, at a walking pace, until told to stop. It stands for somebody at another
/// machine, so where that is allowed it does not wait for a processor of this one itself.
fn look(address: SocketAddr, pages: &Pages, times: &mut Times, stop: &AtomicBool) -> anyhow::Result<()> {
    if rustix::process::nice(AHEAD).is_err() {
        eprintln!("not allowed to go ahead of the server: its times hold waits of the one who looks");
    }
    let mut connection = Connection::open(address)?;
    while !stop.load(Ordering::Relaxed) {
        for ((name, request), times) in pages.iter().zip(times.iter_mut()) {
            std::thread::sleep(PACE);
            let asked = Instant::now();
            let answer = connection.ask(request)?;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(answer.status() == "200", "{name} was answered with {}", answer.status());
        }
    }
    Ok(())
}

/// Hashes in a second by threads that do nothing else.
fn hashes(hashing: HashingConfig, span: Duration) -> anyhow::Result<f64> {
    let params = Params::new(hashing.memory_kib, hashing.iterations, hashing.lanes, None)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let begun = Instant::now();
    let counts: Vec<anyhow::Result<u32>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..hashing.parallel).map(|_| scope.spawn(|| hash_for(&argon2, span))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, anyhow::Result<u32>>| {
            thread.join().unwrap_or_else(|_| anyhow::bail!("a thread that hashes has failed"))
        };
        threads.into_iter().map(join).collect()
    });
    let elapsed = begun.elapsed().as_secs_f64();
    let total: u32 = counts.into_iter().sum::<anyhow::Result<u32>>()?;
    Ok(f64::from(total) / elapsed)
}

fn hash_for(argon2: &Argon2<'_>, span: Duration) -> anyhow::Result<u32> {
    let begun = Instant::now();
    let mut count = 0;
    let mut hash = [0; 32];
    // As the server does: asking for it anew would make the reference slower.
    let mut memory = vec![Block::default(); argon2.params().block_count()];
    while begun.elapsed() < span {
        argon2
            .hash_password_into_with_memory(PASSWORD.as_bytes(), b"a salt of sixteen", &mut hash, &mut memory)
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        count += 1;
    }
    Ok(count)
}

/// Half and 99 of 100.
fn percentiles(mut times: Vec<f64>) -> [f64; 2] {
    times.sort_by(f64::total_cmp);
    [500, 990].map(|share| times.get(times.len() * share / 1_000).copied().unwrap_or_default())
}
