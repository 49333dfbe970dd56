//! What is secret is in no table, no log line and no form of a mail that stays.

use std::io::Write;
use std::sync::{Arc, Mutex};

use diesel::prelude::*;
use diesel::sql_types::Text;
use frontdesk::db::Connection;
use frontdesk::paths;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::reset::{NEW, link_for, member, post, token};
use crate::harness::{TestApp, both_engines};
use crate::registration::support::{EMAIL, registered};

both_engines!(tokens_codes_and_passwords_are_in_no_table_and_no_log);

/// Everything that is logged.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// Every row of every table, as text.
fn dump(c: &mut Connection) -> String {
    let (tables, row) = if c.is_postgres() {
        ("SELECT table_name AS word FROM information_schema.tables WHERE table_schema = 'public'", true)
    } else {
        ("SELECT name AS word FROM sqlite_master WHERE type = 'table'", false)
    };
    let tables: Vec<Word> = diesel::sql_query(tables).load(c).unwrap();
    let mut text = String::new();
    for Word { word: table } in tables {
        let query = if row {
            format!("SELECT t::text AS word FROM \"{table}\" t")
        } else {
            let columns: Vec<Word> =
                diesel::sql_query(format!("SELECT name AS word FROM pragma_table_info('{table}')"))
                    .load(c)
                    .unwrap();
            let columns: Vec<String> =
                columns.iter().map(|column| format!("coalesce(\"{}\", '')", column.word)).collect();
            format!("SELECT {} AS word FROM \"{table}\"", columns.join(" || '|' || "))
        };
        for row in diesel::sql_query(query).load::<Word>(c).unwrap() {
            text.push_str(&table);
            text.push(' ');
            text.push_str(&row.word);
            text.push('\n');
        }
    }
    text
}

async fn tokens_codes_and_passwords_are_in_no_table_and_no_log(app: TestApp) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();

    let person = member(&app).await;
    let reset = link_for(&app, &person).await;
    app.anonymous().get(&reset).await;
    let body = json!({ "token": token(&reset), "new_password": NEW });
    post(&app.anonymous(), "/api/v1/password-reset/reset", body).await.assert_status(200);
    let verify = registered(&app, EMAIL).await;
    let code = app
        .only_mail_to(EMAIL)
        .await
        .text
        .lines()
        .map(str::trim)
        .find(|line| is_code(line))
        .unwrap()
        .to_owned();
    app.anonymous().get(&verify).await;
    let body = json!({ "email": EMAIL, "code": code });
    post(&app.anonymous(), "/api/v1/email-verification/verify", body).await.assert_status(200);
    let mut browser = app.browser_of(&crate::harness::Person { password: NEW, ..person.clone() }).await;
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", "new@demo.test")]).await.assert_status(200);
    let confirm = app.only_mail_to("new@demo.test").await.link("/confirm-address/");
    browser.get(&confirm).await;
    browser.submit("#confirm-form", &[]).await.assert_status(200);
    let undo = app.mail_to(&person.email).await.pop().unwrap().link("/undo-address/");
    app.anonymous().get(&undo).await;

    let rows = app.read(|c| Ok(dump(c))).await;
    assert!(rows.contains("address_changes ") && rows.contains("one_time_tokens "), "{rows}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "{log}");
    for secret in [token(&reset), token(&verify), token(&confirm), token(&undo), NEW, person.password] {
        assert!(!rows.contains(secret), "{secret} is in a table");
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let mails: Vec<&str> = rows.lines().filter(|row| row.starts_with("emails ")).collect();
    assert!(mails.iter().any(|row| row.contains("••••")), "{mails:?}");
    // Six digits may be part of an id or a time elsewhere.
    assert!(!mails.iter().any(|row| row.contains(&format!("\"{code}\""))), "{code} in {mails:?}");
}

fn is_code(line: &str) -> bool {
    line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit())
}
