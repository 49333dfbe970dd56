//! Two servers driven in turn, so that whatever else the machine does meets both.

use std::slice::from_ref;
use std::time::Duration;

use anyhow::ensure;

use crate::load::{Connection, Drive, drive};
use crate::process::Process;
use crate::spread::Spread;

/// One drive of a server and the processor time it cost there.
type Side = (Drive, f64);

/// A page and how one knows it.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: &'static str,
    pub request: Vec<u8>,
    /// What its body holds when it is the right page; empty for one that comes compressed.
    pub holds: &'static str,
}

/// How long and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: u32,
    pub span: Duration,
    pub connections: usize,
}

/// What came of comparing one page with the hello-world.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub name: &'static str,
    /// Of the body as it came, in KiB.
    pub size: f64,
    /// Answers in a second.
    pub hello_rate: Spread,
    pub rate: Spread,
    /// The page's rate as a share of the hello-world's, round by round.
    pub ratio: Spread,
    /// Milliseconds.
    pub half: Spread,
    pub most: Spread,
    /// Microseconds on a processor for one answer.
    pub hello_cost: Spread,
    pub cost: Spread,
}

/// Asks once and looks whether it is the right page; answers the size of its body in KiB.
#[expect(clippy::cast_precision_loss, reason = "the size of a page")]
fn check(server: &Process, target: &Target) -> anyhow::Result<f64> {
    let answer = Connection::open(server.address)?.ask(&target.request)?;
    ensure!(answer.status() == "200", "{} was answered with {}", target.name, answer.status());
    let is_right = String::from_utf8_lossy(&answer.body).contains(target.holds);
    ensure!(is_right, "{} is another page: {:?} is not in it", target.name, target.holds);
    Ok(answer.body.len() as f64 / 1024.0)
}

/// One side of a round: what came of it, and microseconds of processor time for each answer.
fn side(server: &Process, request: &[u8], effort: Effort) -> anyhow::Result<Side> {
    let before = server.busy()?;
    let drive = drive(server.address, from_ref(&request.to_vec()), effort.connections, effort.span)?;
    let busy = server.busy()?.saturating_sub(before);
    let answers = f64::from(u32::try_from(drive.latencies.len()).unwrap_or(u32::MAX)).max(1.0);
    Ok((drive, busy.as_secs_f64() * 1e6 / answers))
}

/// Drives both in turn, the other one first in every second round.
pub fn compare(
    hello: (&Process, &[u8]),
    server: &Process,
    target: &Target,
    effort: Effort,
) -> anyhow::Result<Comparison> {
    let size = check(server, target)?;
    let warm = Effort { span: effort.span / 4, ..effort };
    side(hello.0, hello.1, warm)?;
    side(server, &target.request, warm)?;
    let mut rounds = Vec::new();
    for round in 0..effort.rounds {
        rounds.push(if round % 2 == 0 {
            let plain = side(hello.0, hello.1, effort)?;
            (plain, side(server, &target.request, effort)?)
        } else {
            let page = side(server, &target.request, effort)?;
            (side(hello.0, hello.1, effort)?, page)
        });
    }
    let spread = |value: &dyn Fn(&Side, &Side) -> f64| {
        Spread::of(rounds.iter().map(|(plain, page)| value(plain, page)).collect())
    };
    Ok(Comparison {
        name: target.name,
        size,
        hello_rate: spread(&|plain, _| plain.0.rate()),
        rate: spread(&|_, page| page.0.rate()),
        ratio: spread(&|plain, page| page.0.rate() / plain.0.rate()),
        half: spread(&|_, page| page.0.latency(500)),
        most: spread(&|_, page| page.0.latency(990)),
        hello_cost: spread(&|plain, _| plain.1),
        cost: spread(&|_, page| page.1),
    })
}
