//! The life of a browser: started for one test, ended with it, also when the test fails.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

use super::{Scripts, screens};
use crate::harness::variable;

/// What a browser without a screen needs, and what keeps it from looking for its maker.
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
];

/// Ends its browser when dropped.
#[derive(Debug)]
pub(super) struct Session {
    driver: Url,
    id: String,
}

pub(super) async fn start(scripts: Scripts) -> (Client, Session) {
    let driver = Url::parse(&variable("TEST_CHROMEDRIVER_URL")).unwrap();
    // 1 lets scripts run, 2 does not. ChromeDriver gives each session a profile folder of its own.
    let javascript = if scripts == Scripts::On { 1 } else { 2 };
    let options = json!({
        "binary": variable("TEST_CHROMIUM"),
        "args": ARGUMENTS,
        "prefs": {"profile.managed_default_content_settings.javascript": javascript},
    });
    let Value::Object(capabilities) = json!({"goog:chromeOptions": options}) else { unreachable!() };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let client = builder.capabilities(capabilities).connect(driver.as_str()).await.unwrap();
    let id = client.session_id().await.unwrap().unwrap();
    (client, Session { driver, id })
}

impl Drop for Session {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_picture();
        }
        if let Err(error) = self.call("DELETE", "") {
            eprintln!("the browser could not be closed: {error}");
        }
    }
}

impl Session {
    /// What the page looked like when the test failed.
    fn keep_picture(&self) {
        use base64::Engine;
        let taken = self.call("GET", "/screenshot").ok();
        let value: Option<Value> = taken.and_then(|body| serde_json::from_str(&body).ok());
        let data = value.as_ref().and_then(|value| value["value"].as_str());
        let picture = data.and_then(|data| base64::engine::general_purpose::STANDARD.decode(data).ok());
        let Some(picture) = picture else { return };
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let path = screens().join("failed").join(format!("{test}.png"));
        let folder_made = std::fs::create_dir_all(path.with_file_name(""));
        if folder_made.and_then(|()| std::fs::write(&path, picture)).is_ok() {
            eprintln!("the page as it was: {}", path.display());
        }
    }

    /// A call without the runtime, which may be unwinding; answers the body. ChromeDriver leaves the
    /// connection open, so the length of the body has to be read.
    fn call(&self, method: &str, path: &str) -> io::Result<String> {
        let host =
            format!("{}:{}", self.driver.host_str().unwrap_or_default(), self.driver.port().unwrap_or(80));
        let mut stream = TcpStream::connect(&host)?;
        write!(stream, "{method} /session/{}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n", self.id)?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or_default();
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = String::new();
        answer.take(length).read_to_string(&mut body)?;
        Ok(body)
    }
}
