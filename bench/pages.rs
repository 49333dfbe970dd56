//! How fast the pages are, as a ratio to a hello-world of the same web framework in the same run.
//!
//! Fills a database, starts the program itself and the hello-world as processes of their own, and drives
//! them in turn. Prints tables in Markdown; `docs/benchmarks.md` tells how to read them.

mod compare;
mod fill;
mod hello;
mod inside;
mod load;
mod options;
mod process;
mod report;
mod spread;
mod world;

use std::path::Path;
use std::slice::from_ref;
use std::time::Instant;

use clap::Parser;
use frontdesk::paths;

use compare::{Effort, Target, compare};
use options::{Child, Options};
use process::Process;
use report::{Memory, Report};
use spread::Spread;
use world::{World, request, sign_in};

/// Looked for in names: one applicant of twenty has it.
const SEARCH: &str = "lovelace";
/// Found nowhere, so every waiting case is looked at.
const IN_VAIN: &str = "name:nobody-of-this-name";

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.child {
        Some(Child::Hello { workers }) => hello::serve(workers),
        None => {
            let report = measure(&options)?;
            println!("{report}");
            Ok(())
        }
    }
}

fn say(what: &str) {
    eprintln!("{what} …");
}

fn measure(options: &Options) -> anyhow::Result<Report> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    say(&format!("filling a database with {} cases", options.cases()));
    let begun = Instant::now();
    let world = actix_web::rt::System::new().block_on(World::new(options, folder.path()))?;
    let filled = begun.elapsed();
    say("starting");
    let start = starts(&world, if options.quick { 3 } else { 7 })?;
    let server = world.serve()?;
    let workers = options.workers.to_string();
    let hello = Process::start(&std::env::current_exe()?, &["hello", &workers], &[], folder.path())?;
    let before = server.resident()?;
    let cookies = sign_in(server.address)?;
    let signed_in = server.resident()?;
    let effort = Effort { rounds: options.rounds(), span: options.span(), connections: options.connections };
    let plain = request(hello.address, "/", "");
    let targets = targets(&world, &server, &cookies)?;
    let mut comparisons = Vec::new();
    for target in &targets {
        say(target.name);
        comparisons.push(compare((&hello, &plain), &server, target, effort)?);
    }
    let memory = Memory { before, signed_in, after: server.resident()?, hello: hello.resident()? };
    say("inside");
    let alone = alone(&server, &targets, effort)?;
    let times = if options.quick { 50 } else { 300 };
    Ok(Report {
        options: options.clone(),
        filled,
        size: size(folder.path()),
        comparisons,
        alone,
        steps: inside::steps(&world, SEARCH, times)?,
        hash: inside::hash(&world, 10)?,
        start,
        memory,
    })
}

/// From the start of the process to its `ready` line, in milliseconds.
fn starts(world: &World, times: u32) -> anyhow::Result<Spread> {
    let starts: anyhow::Result<Vec<f64>> =
        (0..times).map(|_| Ok(world.serve()?.start.as_secs_f64() * 1e3)).collect();
    Ok(Spread::of(starts?))
}

fn targets(world: &World, server: &Process, cookies: &str) -> anyhow::Result<Vec<Target>> {
    let mut c = world.app.db.unpooled()?;
    let case = paths::verification(world.held(&mut c)?);
    let middle = world.middle(&mut c)?;
    let cursor = middle.cursor.map(|cursor| cursor.encode()).unwrap_or_default();
    let (address, list) = (server.address, paths::VERIFICATIONS);
    let signed_in =
        |name, path: &str, holds| Target { name, request: request(address, path, cookies), holds };
    let compressed = format!("{cookies}accept-encoding: gzip, deflate, br\r\n");
    Ok(vec![
        Target { name: "/health/liveness", request: request(address, "/health/liveness", ""), holds: "" },
        Target {
            name: "sign-in page, nobody signed in",
            request: request(address, paths::LOGIN, ""),
            holds: "login-form",
        },
        signed_in("queue, first page", list, "page-next"),
        signed_in("queue, a page in the middle", &format!("{list}?after={cursor}"), "page-previous"),
        signed_in("queue, a search that finds", &format!("{list}?q={SEARCH}"), "page-next"),
        signed_in("queue, a search in vain", &format!("{list}?q={IN_VAIN}"), "Nothing matches"),
        signed_in("case, held by the reviewer", &case, "decision-form"),
        Target {
            name: "queue, first page, compressed",
            request: request(address, list, &compressed),
            holds: "",
        },
        Target { name: "case, compressed", request: request(address, &case, &compressed), holds: "" },
    ])
}

/// The latency of each page when only one asks, in microseconds.
fn alone(server: &Process, targets: &[Target], effort: Effort) -> anyhow::Result<Vec<(&'static str, f64)>> {
    let one = |target: &Target| {
        let drive = load::drive(server.address, from_ref(&target.request), 1, effort.span)?;
        Ok((target.name, drive.latency(500) * 1e3))
    };
    targets.iter().map(one).collect()
}

/// The size of what the database is kept in, in MiB; nothing when it is not a file.
#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn size(folder: &Path) -> Option<f64> {
    std::fs::metadata(folder.join("frontdesk.db")).ok().map(|file| file.len() as f64 / 1024.0 / 1024.0)
}
