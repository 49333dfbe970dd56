//! The load: threads that ask, read the whole answer, and ask again, each on a connection kept open.
//!
//! Written for this instead of an HTTP client: on a machine with few processors the one who asks takes its
//! share from the one who answers. Here asking costs two calls of the kernel, for both servers the same.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

const PATIENCE: Duration = Duration::from_secs(30);

/// An answer: its head, and its body as it came (compressed or in chunks, when that was asked for).
#[derive(Debug)]
pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn status(&self) -> &str {
        self.head.split_whitespace().nth(1).unwrap_or_default()
    }

    /// The value of the cookie that is set under this name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut set = lines.filter(|(header, _)| header.eq_ignore_ascii_case("set-cookie"));
        set.find_map(|(_, value)| value.strip_prefix(name)?.strip_prefix('=')?.split(';').next())
    }
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: Vec::with_capacity(256 * 1024) })
    }

    /// Asks and gives the whole answer.
    pub fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let head = self.exchange(request)?;
        let (head, body) = self.buffer.split_at(head);
        Ok(Answer { head: String::from_utf8_lossy(head).into_owned(), body: body.to_vec() })
    }

    /// Asks and reads the whole answer into the buffer; tells where its body begins.
    fn exchange(&mut self, request: &[u8]) -> anyhow::Result<usize> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut part = vec![0; 64 * 1024];
        let mut shape = None;
        loop {
            let read = self.stream.read(&mut part)?;
            ensure!(read > 0, "the server closed the connection");
            self.buffer.extend_from_slice(part.get(..read).unwrap_or_default());
            if shape.is_none() {
                shape = Shape::of(&self.buffer)?;
            }
            if let Some(shape) = &shape
                && shape.is_whole(&self.buffer)
            {
                return Ok(shape.head);
            }
        }
    }
}

/// How one sees that an answer is there as a whole.
#[derive(Debug)]
struct Shape {
    head: usize,
    /// `None` when it comes in chunks, the last of which is empty.
    length: Option<usize>,
}

impl Shape {
    fn of(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
        let mut length = None;
        for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.parse().context("a length that is no number")?);
            }
        }
        Ok(Some(Self { head: end + 4, length }))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        match self.length {
            Some(length) => bytes.len() >= self.head + length,
            None => bytes.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

/// What came of driving a server for a while.
#[derive(Clone, Debug)]
pub struct Drive {
    pub elapsed: Duration,
    /// Of every request, shortest first.
    pub latencies: Vec<Duration>,
}

impl Drive {
    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX)) / self.elapsed.as_secs_f64()
    }

    /// The latency that `share` (of 1,000) of the requests did not exceed, in milliseconds.
    pub fn latency(&self, share: usize) -> f64 {
        let place = (self.latencies.len() * share / 1_000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Drives a server with as many connections for `span`; each asks for one of `requests` after the other, and
/// begins at another. Every answer must be 200.
pub fn drive(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    span: Duration,
) -> anyhow::Result<Drive> {
    let together = Barrier::new(connections);
    let begun = Instant::now();
    let parts: Vec<anyhow::Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                let together = &together;
                let round = requests.iter().cycle().skip(number * requests.len() / connections);
                scope.spawn(move || ask_on(address, round, together, span))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a thread that asks has failed")))
            .collect()
    });
    let elapsed = begun.elapsed();
    let mut latencies = Vec::new();
    for part in parts {
        latencies.extend(part?);
    }
    latencies.sort_unstable();
    Ok(Drive { elapsed, latencies })
}

fn ask_on<'a>(
    address: SocketAddr,
    mut requests: impl Iterator<Item = &'a Vec<u8>>,
    together: &Barrier,
    span: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let opened = Connection::open(address);
    together.wait();
    let mut connection = opened?;
    let mut latencies = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < span {
        let request = requests.next().context("nothing to ask for")?;
        let asked = Instant::now();
        connection.exchange(request)?;
        latencies.push(asked.elapsed());
        ensure!(connection.buffer.starts_with(b"HTTP/1.1 200"), "an answer was not 200");
    }
    Ok(latencies)
}
