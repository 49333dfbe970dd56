//! `serve --demo` from a terminal.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use diesel::prelude::*;
use frontdesk::db::{Connection, DatabaseUrl, Manager};

/// The program with nothing in its environment.
fn demo(data: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.env_clear().current_dir(std::env::temp_dir()).args(["serve", "--demo", "--port", "0"]);
    command.env("ARGON2_MEMORY_KIB", "8192").env("RUST_LOG", "warn");
    if let Some(data) = data {
        command.arg("--data-dir").arg(data);
    }
    command
}

/// A demo that is killed when dropped, unless it was stopped.
struct Show {
    child: Child,
    ready: String,
}

impl Show {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready: ready.trim().to_owned() }
    }

    /// Stops it in order; answers what it told people.
    fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        told
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        // It may have stopped already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn users(data: &Path) -> i64 {
    use frontdesk::db::schema::users;
    let mut database: Connection =
        Manager::new(DatabaseUrl::Sqlite(data.join("frontdesk.db"))).open().unwrap();
    users::table.count().get_result(&mut database).unwrap()
}

#[test]
fn the_demo_tells_where_it_is_and_who_can_sign_in_and_a_second_start_finds_it_there() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("show");
    let first = Show::start(&mut demo(Some(&data)));
    assert!(first.ready.starts_with("ready url=http://127.0.0.1:"), "{}", first.ready);
    assert!(first.ready.ends_with(&format!(" data={}", data.display())), "{}", first.ready);
    let told = first.stop();
    for words in ["operator@demo.test", "reviewer2@demo.test", "member60@demo.test", "is kept"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let there = users(&data);
    assert_eq!(there, 66);
    let told = Show::start(demo(Some(&data)).env("DEMO_PASSWORD", "Engine-1843-show")).stop();
    assert!(told.contains("Engine-1843-show"), "{told}");
    assert_eq!(users(&data), there);
}

#[test]
fn the_demo_does_not_start_over_the_data_of_somebody() {
    let dir = tempfile::tempdir().unwrap();
    let mut create = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    create.env_clear().args(["admin", "create", "--email", "ada@example.org", "--data-dir"]).arg(dir.path());
    let mut child = create.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"Nanosecond-Wire-30cm\n").unwrap();
    assert!(child.wait().unwrap().success());
    let output = demo(Some(dir.path())).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{told}");
    assert!(told.contains("data of its own"), "{told}");
    assert_eq!(users(dir.path()), 1);
}

#[test]
fn a_weak_password_for_the_demo_is_refused() {
    let output = demo(None).env("DEMO_PASSWORD", "password").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{told}");
    assert!(told.contains("DEMO_PASSWORD is too weak"), "{told}");
}
