//! Servers in processes of their own, so that nobody's threads or memory are counted to somebody else.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

/// The kernel counts the time of processes in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A server that answers; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to its `ready` line.
    pub start: Duration,
}

impl Process {
    /// Starts `program` with nothing in its environment but `settings`, and waits until it is ready.
    pub fn start(
        program: &Path,
        arguments: &[&str],
        settings: &[(String, String)],
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        match ready(&mut child) {
            Ok(address) => Ok(Self { child, address, start: begun.elapsed() }),
            Err(error) => {
                child.kill().and_then(|()| child.wait()).context("a server that failed cannot be ended")?;
                Err(error)
            }
        }
    }

    /// Resident memory in MiB.
    pub fn resident(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line
            .and_then(|rest| rest.split_whitespace().next())
            .context("the kernel does not tell VmRSS")?
            .parse()?;
        Ok(kib / 1024.0)
    }

    /// Time on a processor so far, of all threads, in and outside the kernel.
    pub fn busy(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name of the program, in parentheses, may hold spaces; utime and stime are 12th and 13th after it.
        let rest = stat.rsplit_once(')').map(|(_, rest)| rest).context("/proc/PID/stat cannot be read")?;
        let ticks: u32 =
            rest.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u32>().ok()).sum();
        Ok(TICK * ticks)
    }
}

/// Reads the address out of `ready url=http://ADDRESS …`.
fn ready(child: &mut Child) -> anyhow::Result<SocketAddr> {
    let output = child.stdout.take().context("the output of the server is not to be had")?;
    for line in BufReader::new(output).lines() {
        if let Some(rest) = line?.strip_prefix("ready url=http://") {
            return Ok(rest.split_whitespace().next().unwrap_or_default().parse()?);
        }
    }
    anyhow::bail!("the server ended before it was ready")
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("a server cannot be ended: {error}");
        }
    }
}
