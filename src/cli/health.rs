//! `frontdesk health`: one question to a running instance, answered by the exit code.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use url::Url;

use super::Failure;

const PATIENCE: Duration = Duration::from_secs(5);

/// Healthy or degraded is 0: a container must not be restarted because its mail server is away.
pub(super) fn run(url: &Url) -> Result<ExitCode, Failure> {
    if url.scheme() != "http" {
        return Err(Failure::Usage(
            "--url must start with http://: the probe runs beside the instance.".to_owned(),
        ));
    }
    let told = |error: std::io::Error| Failure::Failed(format!("{url} does not answer: {error}"));
    let answer = ask(url).map_err(told)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    println!("{}", body.trim());
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    Ok(if status == "200" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One plain request on loopback: HTTP/1.0, so that the answer ends with the connection.
fn ask(url: &Url) -> std::io::Result<String> {
    let host = url.host_str().unwrap_or("127.0.0.1");
    let port = url.port_or_known_default().unwrap_or(80);
    let address = (host.trim_matches(['[', ']']), port).to_socket_addrs()?.next();
    let address = address.ok_or_else(|| std::io::Error::other("the address names no host"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.0\r\nHost: {host}:{port}\r\nAccept-Encoding: identity\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
