//! The program from a terminal: what it prints where, and its exit codes.

mod users;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The program with nothing configured but its data directory.
fn frontdesk(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.env_clear().current_dir(data).arg("--data-dir").arg(data.join("data"));
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A server that is stopped when dropped.
struct Server {
    child: Child,
    url: String,
    /// What it said before it was ready, on standard error.
    data: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("ready"), "{line}");
        let url = words.next().and_then(|word| word.strip_prefix("url=")).unwrap().to_owned();
        let data = words.next().and_then(|word| word.strip_prefix("data=")).unwrap().to_owned();
        Self { child, url, data }
    }

    fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_bad_configuration_is_told_whole_and_ends_with_64() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = frontdesk(dir.path());
    command.args(["serve"]).env("PORT", "x").env("DATABASE_URL", "mysql://x").env("EMAIL_PROVIDER", "pigeon");
    let (code, out, err) = run(&mut command);
    assert_eq!((code, out.as_str()), (64, ""));
    for name in ["PORT", "DATABASE_URL", "EMAIL_PROVIDER"] {
        assert!(err.contains(name), "{name} in {err}");
    }
}

#[test]
fn postgresql_without_a_secret_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) = run(frontdesk(dir.path()).arg("serve").env("DATABASE_URL", "postgres://u:pw@h/d"));
    assert_eq!(code, 64);
    assert!(err.contains("APP_SECRET is required") && !err.contains("pw@"), "{err}");
}

#[test]
fn config_check_shows_every_setting_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = frontdesk(dir.path());
    command.args(["config", "check", "--json"]).env("HEALTH_TOKEN", "a token nobody sees");
    let (code, out, _) = run(&mut command);
    assert_eq!(code, 0);
    assert!(!out.contains("nobody sees"));
    let settings: Vec<Value> = serde_json::from_str(&out).unwrap();
    let of = |name: &str| settings.iter().find(|setting| setting["name"] == name).unwrap().clone();
    assert_eq!(of("DATA_DIR")["origin"], "command_line");
    assert_eq!(of("HEALTH_TOKEN")["origin"], "environment");
    assert_eq!(of("PORT")["origin"], "default");
}

#[test]
fn migrations_run_are_listed_and_are_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    let (code, out, _) = run(frontdesk(dir.path()).args(["migrate", "up"]));
    assert!(code == 0 && out.contains("applied 20261121000100_accounts"), "{code} {out}");
    let (_, out, _) = run(frontdesk(dir.path()).args(["migrate", "status", "--json"]));
    let states: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert!(states.iter().all(|state| state["applied"] == true), "{out}");
    let (code, out, _) = run(frontdesk(dir.path()).args(["migrate", "down"]));
    assert!(code == 0 && out.starts_with("took back "), "{code} {out}");
}

#[test]
fn an_administrator_is_created_with_a_password_from_standard_input() {
    let dir = tempfile::tempdir().unwrap();
    let create = |email: &str, role: &str, password: &str| {
        let mut command = frontdesk(dir.path());
        command.args(["admin", "create", "--email", email, "--role", role]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, err) = create("grace@demo.test", "admin", "short\n");
    assert!(code == 1 && err.contains("at least 12 characters"), "{code} {err}");
    let (code, err) = create("grace@demo.test", "admin", "Nanosecond-Wire-30cm\n");
    assert!(code == 0 && err.contains("Created grace@demo.test"), "{code} {err}");
    let (code, err) = create("grace@demo.test", "admin", "Nanosecond-Wire-30cm\n");
    assert!(code == 1 && err.contains("has an account already"), "{code} {err}");
    assert_eq!(create("nobody", "admin", "x\n").0, 64);
    assert_eq!(create("ada@demo.test", "member", "x\n").0, 64);
    for (email, expected, words) in [
        ("grace@demo.test", 1, "has no second factor"),
        ("ada@demo.test", 1, "Nobody has the address ada@demo.test"),
        ("nobody", 64, "--email"),
    ] {
        let mut command = frontdesk(dir.path());
        let (code, _, err) = run(command.args(["admin", "reset-mfa", "--email", email]));
        assert!(code == expected && err.contains(words), "{email}: {code} {err}");
    }
}

#[test]
fn the_server_says_where_it_is_keeps_its_secret_and_stops_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(frontdesk(dir.path()).args(["serve", "--port", "0"]));
    assert_eq!(Path::new(&server.data), dir.path().join("data"));
    let secret = std::fs::read_to_string(dir.path().join("data/app_secret")).unwrap();
    assert_eq!(secret.len(), 64);
    let (code, out, _) = run(frontdesk(dir.path()).args(["health", "--url", &server.url]));
    assert_eq!(code, 0, "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["checks"]["database"]["healthy"], true);
    server.ask_to_stop();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let (code, _, err) = run(frontdesk(dir.path()).args(["health", "--url", &server.url]));
    assert!(code == 1 && err.contains("does not answer"), "{code} {err}");
    drop(Server::start(frontdesk(dir.path()).args(["serve", "--port", "0"])));
    assert_eq!(std::fs::read_to_string(dir.path().join("data/app_secret")).unwrap(), secret);
}

#[test]
fn a_request_that_is_half_sent_at_the_stop_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(frontdesk(dir.path()).args(["serve", "--port", "0"]));
    let host = server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut request = TcpStream::connect(&host).unwrap();
    let mut answer = BufReader::new(request.try_clone().unwrap());
    let (first, rest) = (r#"{"email":"nobody@demo.test","#, r#""password":"wrong"}"#);
    let length = first.len() + rest.len();
    write!(
        request,
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100"), "{line}");
    request.write_all(first.as_bytes()).unwrap();
    server.ask_to_stop();
    // It has heard of the stop once nobody new gets in.
    while TcpStream::connect(&host).is_ok() {
        std::thread::yield_now();
    }
    request.write_all(rest.as_bytes()).unwrap();
    let mut told = String::new();
    answer.read_to_string(&mut told).unwrap();
    assert!(told.contains("HTTP/1.1 401 ") && told.contains("request-id"), "{told}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn openapi_prints_a_document_whose_operations_are_routes() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, _) = run(frontdesk(dir.path()).arg("openapi"));
    assert_eq!(code, 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let table = frontdesk::routes::table();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let served = table.iter().any(|endpoint| {
                endpoint.pattern == *path && endpoint.method.as_str().eq_ignore_ascii_case(method)
            });
            assert!(served, "{method} {path} is described and not served");
        }
    }
    for endpoint in table.iter().filter(|endpoint| endpoint.pattern.starts_with("/api/v1/")) {
        let method = endpoint.method.as_str().to_lowercase();
        let described = &document["paths"][&endpoint.pattern][&method];
        assert!(described.is_object(), "{endpoint:?} is served and not described");
    }
}
