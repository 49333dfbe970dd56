//! `frontdesk users import|export`, by the program itself, over the database of a running application.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, User, store};
use frontdesk::db::DatabaseUrl;
use frontdesk::db::schema::audit_entries;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{frontdesk, run};
use crate::harness::{Page, TestApp, both_engines};

both_engines!(
    imported_bcrypt_hashes_open_the_door_and_are_made_anew,
    each_line_that_is_not_imported_is_told_with_its_number,
    an_import_of_nothing_good_ends_with_1_and_one_of_nothing_bad_with_0,
    a_dry_run_says_the_same_and_writes_nothing,
    what_was_exported_can_be_imported_elsewhere,
    hashes_are_exported_only_when_asked_for_and_the_audit_log_keeps_it,
    a_program_reads_results_as_json,
);

/// Made by libxcrypt, the C library's own implementation, with three of its prefixes.
const BCRYPT: [(&str, &str, &str); 3] = [
    (
        "charles@demo.test",
        "Difference-Engine-1822",
        "$2b$10$abcdefghijklmnopqrstuuzdcBQlDtOaPgVOnyhnuyRHcBBAP5kEW",
    ),
    (
        "grace@demo.test",
        "Nanosecond-Wire-30cm",
        "$2y$08$N9qo8uLOickgx2ZMRZoMye8o.ww9gerEDwyCBabcRX9I4Q5ILimom",
    ),
    ("emmy@demo.test", "Noether-Ring-1921!", "$2a$06$DCq7YPn5Rq63x1Lad4cll.Sizh5e.i.mpGgTwJlWbRD4T01k/uvs2"),
];

/// A terminal on the machine of an application.
struct Terminal<'a> {
    app: &'a TestApp,
    dir: TempDir,
}

impl<'a> Terminal<'a> {
    fn of(app: &'a TestApp) -> Self {
        Self { app, dir: tempfile::tempdir().unwrap() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let url = match self.app.db.url() {
            DatabaseUrl::Postgres(url) => url.clone(),
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        };
        let mut command = frontdesk(self.dir.path());
        command.env("DATABASE_URL", url).env("APP_SECRET", "a secret for tests, long enough to be one");
        command.env("RUST_LOG", "warn").arg("users").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run(&mut self.command(arguments))
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Imports a file of this name.
    fn import(&self, name: &str, text: &str, flags: &[&str]) -> (i32, String, String) {
        let file = self.file(name, text);
        self.run(&[&["import", &file], flags].concat())
    }
}

async fn user(app: &TestApp, email: &str) -> Option<User> {
    let key = email.to_lowercase();
    app.read(move |c| store::by_email_key(c, &key)).await
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Page {
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    browser.submit("#login-form", &[("email", email), ("password", password)]).await
}

async fn sign_in_by_api(app: &TestApp, email: &str, password: &str) -> Page {
    let client = app.anonymous();
    let body = json!({ "email": email, "password": password });
    client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await
}

async fn hash_of(app: &TestApp, email: &str) -> String {
    user(app, email).await.unwrap().password_hash.unwrap()
}

async fn imported_bcrypt_hashes_open_the_door_and_are_made_anew(app: TestApp) {
    let terminal = Terminal::of(&app);
    let mut file = String::from("email,name,password_hash,email_verified\n");
    for (email, _, hash) in BCRYPT {
        file.extend([email, ",Somebody,", hash, ",true\n"]);
    }
    let (code, out, err) = terminal.import("people.csv", &file, &[]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("3 imported, 0 skipped, 0 refused."), "{err}");
    for (number, (email, password, hash)) in BCRYPT.into_iter().enumerate() {
        sign_in(&app, email, "Another-Engine-1822").await.assert_status(422);
        assert_eq!(hash_of(&app, email).await, hash, "a wrong password changes nothing");
        if number == 0 {
            sign_in_by_api(&app, email, password).await.assert_status(200);
        } else {
            assert_eq!(sign_in(&app, email, password).await.path, paths::ACCOUNT);
        }
        let anew = hash_of(&app, email).await;
        assert!(anew.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"), "{anew}");
        sign_in_by_api(&app, email, password).await.assert_status(200);
        assert_eq!(hash_of(&app, email).await, anew, "once is enough");
    }
}

const MIXED: &str = "email,name,role,status,phone,password_hash\n\
    ada@demo.test,Ada Lovelace,reviewer,active,+44 20 7946 0958,\n\
    not an address,Nobody,,,,\n\
    MEMBER1@demo.test,Known,,,,\n\
    bell@demo.test,\"Be\u{7}ll\",captain,,,\n\
    Ada@demo.test,Ada again,,,,\n\
    five,fields\n\
    karen@demo.test,Karen,,suspended,,$2b$31$abcdefghijklmnopqrstuuzdcBQlDtOaPgVOnyhnuyRHcBBAP5kEW\n\
    mary@demo.test,محمد,,suspended,,\n";

async fn each_line_that_is_not_imported_is_told_with_its_number(app: TestApp) {
    let known = app.add_person(Role::Member, &app.organization().await).await;
    let terminal = Terminal::of(&app);
    let (code, out, err) = terminal.import("people.csv", MIXED, &[]);
    assert_eq!(code, 2, "{err}");
    let lines: Vec<&str> = out.lines().collect();
    let expected = [
        "line 3: refused: Enter an email address like name@example.org.",
        "line 4: skipped MEMBER1@demo.test: The address has an account already; it was left as it is.",
        "line 5: refused: Enter a name without line breaks or other invisible control characters. \
         The role must be member, reviewer, analyst, support, admin or operator.",
        "line 6: skipped Ada@demo.test: The same address stands in line 2.",
        "line 7: refused: The line has 2 fields, the first line 6.",
        "line 8: refused: The bcrypt hash has a cost above 14, which would hold up every sign-in.",
    ];
    assert_eq!(lines, expected);
    assert!(err.contains("2 imported, 2 skipped, 4 refused."), "{err}");
    let ada = user(&app, "ada@demo.test").await.unwrap();
    assert_eq!((ada.role, ada.status, ada.name.as_str()), (Role::Reviewer, Status::Active, "Ada Lovelace"));
    assert_eq!((ada.phone.as_deref(), ada.email_verified_at), (Some("+44 20 7946 0958"), None));
    assert_eq!(user(&app, "mary@demo.test").await.unwrap().status, Status::Suspended);
    assert_eq!(user(&app, &known.email).await.unwrap().name.as_str(), known.name);
    let entries: Vec<(String, String)> = app
        .read(|c| {
            let imported = audit_entries::table.filter(audit_entries::action.eq("user.imported"));
            imported.select((audit_entries::actor_name, audit_entries::target_id)).load(c)
        })
        .await;
    assert_eq!(entries.len(), 2);
    assert!(entries.contains(&("Command line".to_owned(), ada.id.to_string())), "{entries:?}");
}

async fn an_import_of_nothing_good_ends_with_1_and_one_of_nothing_bad_with_0(app: TestApp) {
    let terminal = Terminal::of(&app);
    let good = "{\"email\":\"ada@demo.test\",\"name\":\"Ada\"}\n";
    assert_eq!(terminal.import("good.jsonl", good, &[]).0, 0);
    assert_eq!(terminal.import("again.jsonl", good, &[]).0, 1);
    let (code, _, err) = terminal.import("people.csv", "name,phone\nAda,1\n", &[]);
    assert!(code == 1 && err.contains("email and name among them"), "{code} {err}");
    let (code, _, err) = terminal.import("people.txt", good, &[]);
    assert!(code == 64 && err.contains("--format"), "{code} {err}");
    assert_eq!(terminal.run(&["import"]).0, 64);
    assert_eq!(terminal.run(&["import", "x.csv", "--format", "xml"]).0, 64);
    let (code, _, err) = terminal.run(&["import", "nowhere.csv"]);
    assert!(code == 1 && err.contains("nowhere.csv cannot be read"), "{code} {err}");
    let (code, _, err) = terminal.import("x.jsonl", good, &["--organization", "nowhere"]);
    assert!(code == 1 && err.contains("no organization named nowhere"), "{code} {err}");
    let mut command = terminal.command(&["import", "-", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"email\":\"b@demo.test\",\"name\":\"B\"}").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert!(user(&app, "b@demo.test").await.is_some());
}

async fn a_dry_run_says_the_same_and_writes_nothing(app: TestApp) {
    app.add_person(Role::Member, &app.organization().await).await;
    let terminal = Terminal::of(&app);
    let (code, told, err) = terminal.import("people.csv", MIXED, &["--dry-run"]);
    assert!(code == 2 && err.contains("2 would be imported, 2 skipped, 4 refused."), "{code} {err}");
    assert_eq!(app.count("users").await, 1);
    let (_, out, _) = terminal.import("people.csv", MIXED, &[]);
    assert_eq!(out, told);
}

async fn what_was_exported_can_be_imported_elsewhere(app: TestApp) {
    let terminal = Terminal::of(&app);
    let mut file = String::from("email,name,role,status,phone,email_verified,password_hash\n");
    file.push_str("ada@demo.test,'=Ada,analyst,active,'+44 20 7946 0958,true,");
    file.push_str(BCRYPT[0].2);
    file.push_str("\nmary@demo.test,\"محمد, بن\",member,banned,,false,\n");
    // More than a page, and more than a batch.
    for number in 0..1_200 {
        let number = number.to_string();
        file.extend(["person", &number, "@demo.test,Person ", &number, ",,,,,\n"]);
    }
    assert_eq!(terminal.import("people.csv", &file, &[]).0, 0);
    let ada = user(&app, "ada@demo.test").await.unwrap();
    assert_eq!(ada.name.as_str(), "=Ada");
    let elsewhere = TestApp::start(crate::harness::Engine::Sqlite, &[]).await;
    for (name, format) in [("all.csv", "csv"), ("all.jsonl", "jsonl")] {
        let (code, out, err) = terminal.run(&["export", "--format", format, "--with-hashes"]);
        assert!(code == 0 && err.contains("1202 exported."), "{code} {err}");
        let other = Terminal::of(&elsewhere);
        let (code, told, err) = other.import(name, &out, &[]);
        match format {
            "csv" => assert_eq!((code, told.as_str()), (0, ""), "{err}"),
            _ => assert!(code == 1 && err.contains("0 imported, 1202 skipped, 0 refused."), "{err}"),
        }
    }
    let kept = user(&elsewhere, "ada@demo.test").await.unwrap();
    assert_eq!((kept.name, kept.phone, kept.role), (ada.name, ada.phone, ada.role));
    assert_eq!(kept.password_hash, ada.password_hash);
    assert!(kept.email_verified_at.is_some());
    let mary = user(&elsewhere, "mary@demo.test").await.unwrap();
    assert_eq!((mary.name.as_str(), mary.status), ("محمد, بن", Status::Banned));
}

async fn hashes_are_exported_only_when_asked_for_and_the_audit_log_keeps_it(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let temporary = app.add_person(Role::Member, &app.organization().await).await;
    let (id, now) = (temporary.id.clone(), app.clock.now());
    let password = store::Password::Temporary(hash_of(&app, &person.email).await, now);
    app.db.write(move |c| store::set_password(c, &id, &password, now)).await.unwrap();
    let terminal = Terminal::of(&app);
    for format in ["csv", "jsonl"] {
        let (code, out, _) = terminal.run(&["export", "--format", format]);
        assert!(code == 0 && out.contains(&person.email) && !out.contains("argon2"), "{out}");
    }
    let (_, out, _) = terminal.run(&["export", "--format", "jsonl", "--with-hashes"]);
    let users: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(users[0]["password_hash"], json!(hash_of(&app, &person.email).await));
    assert_eq!(users[1].get("password_hash"), None, "a temporary password stays behind");
    let entries: Vec<Option<String>> = app
        .read(|c| {
            let exported = audit_entries::table.filter(audit_entries::action.eq("user.exported"));
            exported.order(audit_entries::id).select(audit_entries::after).load(c)
        })
        .await;
    let hashes: Vec<bool> = entries
        .iter()
        .map(|after| {
            serde_json::from_str::<Value>(after.as_ref().unwrap()).unwrap()["password_hashes"] == true
        })
        .collect();
    assert_eq!(hashes, [false, false, true]);
}

async fn a_program_reads_results_as_json(app: TestApp) {
    app.add_person(Role::Member, &app.organization().await).await;
    let (code, out, _) = Terminal::of(&app).import("people.csv", MIXED, &["--json"]);
    assert_eq!(code, 2);
    let told: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (sum, lines) = told.split_last().unwrap();
    assert_eq!(*sum, json!({ "imported": 2, "skipped": 2, "refused": 4, "dry_run": false }));
    let first = json!({ "line": 2, "email": "ada@demo.test", "result": "imported", "message": "Imported." });
    assert_eq!((lines.len(), &lines[0]), (8, &first));
    assert_eq!((&lines[1]["result"], &lines[1]["email"]), (&json!("refused"), &Value::Null));
}

#[test]
fn a_flag_that_is_none_ends_with_64_and_help_with_0() {
    let dir: &Path = &std::env::temp_dir();
    assert_eq!(run(frontdesk(dir).args(["users", "import", "x.csv", "--bogus"])).0, 64);
    let (code, out, _) = run(frontdesk(dir).args(["users", "import", "--help"]));
    assert!(code == 0 && out.contains("--dry-run"), "{code} {out}");
}
