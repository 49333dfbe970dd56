//! What is secret is in no table, no log line and no form of a mail that stays.

use diesel::prelude::*;
use diesel::sql_types::Text;
use frontdesk::accounts::{locks, setup};
use frontdesk::db::Connection;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::reset::{NEW, link_for, member, post, token};
use crate::api_keys::support::{KEYS, Program, issued};
use crate::harness::{Engine, Log, Person, TestApp, both_engines};
use crate::mfa::support::set_up_app;
use crate::registration::support::{EMAIL, registered};
use crate::tokens::support::{LOGIN, Tokens, call, refresh};

both_engines!(tokens_codes_and_passwords_are_in_no_table_and_no_log);

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

/// Everything that was given to somebody and to nobody else.
type Secrets = Vec<(&'static str, String)>;

async fn tokens_codes_and_passwords_are_in_no_table_and_no_log(engine: Engine) {
    let log = Log::listen();
    let app = TestApp::start(engine, &[("APPROVAL_CREDENTIALS", "activation-link")]).await;

    let mut secrets = recovered(&app).await;
    let code = registered_and_approved(&app, &mut secrets).await;
    secrets.extend(invited(&app).await);
    secrets.extend(locked_out(&app).await);
    let (known, exported) = signed_in(&app).await;
    secrets.extend(known);

    let rows = app.read(|c| Ok(dump(c))).await;
    for table in ["address_changes ", "one_time_tokens ", "refresh_tokens ", "totp_secrets ", "api_keys "] {
        assert!(rows.contains(table), "nothing was kept in {table}");
    }
    let log = log.text();
    assert!(log.contains("answered"), "{log}");
    for (name, secret) in secrets {
        assert!(secret.len() > 5, "{name} is {secret}");
        assert!(!rows.contains(&secret), "the {name} {secret} is in a table");
        assert!(!log.contains(&secret), "the {name} {secret} is in the log");
        assert!(!exported.contains(&secret), "the {name} {secret} is in the export");
    }
    let mails: Vec<&str> = rows.lines().filter(|row| row.starts_with("emails ")).collect();
    assert!(mails.iter().any(|row| row.contains("••••")), "{mails:?}");
    // Six digits may be part of an id or a time elsewhere.
    assert!(!mails.iter().any(|row| row.contains(&format!("\"{code}\""))), "{code} in {mails:?}");
}

/// A password is reset, and an address changed and taken back.
async fn recovered(app: &TestApp) -> Secrets {
    let person = member(app).await;
    let reset = link_for(app, &person).await;
    app.anonymous().get(&reset).await;
    let body = json!({ "token": token(&reset), "new_password": NEW });
    post(&app.anonymous(), "/api/v1/password-reset/reset", body).await.assert_status(200);
    let mut browser = app.browser_of(&Person { password: NEW, ..person.clone() }).await;
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", "new@demo.test")]).await.assert_status(200);
    let confirm = app.only_mail_to("new@demo.test").await.link("/confirm-address/");
    browser.get(&confirm).await;
    browser.submit("#confirm-form", &[]).await.assert_status(200);
    let undo = app.mail_to(&person.email).await.pop().unwrap().link("/undo-address/");
    app.anonymous().get(&undo).await;
    vec![
        ("password", person.password.to_owned()),
        ("new password", NEW.to_owned()),
        ("reset token", token(&reset).to_owned()),
        ("token of a new address", token(&confirm).to_owned()),
        ("token of the way back", token(&undo).to_owned()),
    ]
}

/// An applicant verifies the address by its code and is approved; answers the code.
async fn registered_and_approved(app: &TestApp, secrets: &mut Secrets) -> String {
    let verify = registered(app, EMAIL).await;
    let text = app.only_mail_to(EMAIL).await.text;
    let code = text.lines().map(str::trim).find(|line| is_code(line)).unwrap().to_owned();
    app.anonymous().get(&verify).await;
    let body = json!({ "email": EMAIL, "code": code });
    post(&app.anonymous(), "/api/v1/email-verification/verify", body).await.assert_status(200);
    let (case, _) = crate::registration::support::case_of(app, EMAIL).await;
    let mut reviewer = app.reviewer().await;
    reviewer.get(&paths::verification(&case.id)).await;
    reviewer.submit("#claim-form", &[]).await.assert_status(200);
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    let letters = app.mail_to(EMAIL).await;
    let activate = letters.iter().find(|one| one.text.contains("/activate/")).unwrap().link("/activate/");
    let case = letters.iter().find(|one| one.text.contains("/case/link/")).map(|one| one.link("/case/link/"));
    let mut applicant = app.anonymous();
    applicant.get(&activate).await;
    applicant.submit("#activate-form", &[("new", NEW)]).await.assert_status(200);
    secrets.push(("verification token", token(&verify).to_owned()));
    secrets.push(("activation token", token(&activate).to_owned()));
    secrets.extend(case.map(|link| ("token of a case", token(&link).to_owned())));
    code
}

async fn invited(app: &TestApp) -> Secrets {
    let program = Program::of(app).await;
    let body = json!({ "email": "guest@demo.test", "role": "member" });
    program.send(Method::POST, "/api/v1/invites", &body).await.assert_status(201);
    let invite = app.only_mail_to("guest@demo.test").await.link("/invite/");
    let (_, key) = program.key(&["verifications:read"]).await;
    let once = program.send_once(KEYS, "one", &json!({ "name": "Kept", "scopes": ["users:read"] })).await;
    let (_, kept) = issued(&once);
    call(&app.anonymous(), Method::GET, "/api/v1/verifications", &key).await.assert_status(200);
    let setup = setup::first_start(app).await.unwrap().unwrap();
    app.anonymous().get(&format!("/setup/{}", token(&setup))).await;
    let last = |key: &str| key.rsplit('_').next().unwrap().to_owned();
    vec![
        ("invite token", token(&invite).to_owned()),
        ("API key", last(&key)),
        ("API key of a kept answer", last(&kept)),
        ("setup token", token(&setup).to_owned()),
    ]
}

async fn locked_out(app: &TestApp) -> Secrets {
    let person = member(app).await;
    drop(app.browser_of(&person).await);
    drop(app.browser_of(&person).await);
    let new_device = app.only_mail_to(&person.email).await.link("/end-sessions/");
    let wrong = json!({ "email": person.email, "password": "Not-this-one-1843" });
    for _ in 0..5 {
        post(&app.anonymous(), LOGIN, wrong.clone()).await.assert_status(401);
    }
    locks::tell_all(app).await.unwrap();
    let unlock = app.mail_to(&person.email).await.pop().unwrap().link("/unlock/");
    app.anonymous().get(&unlock).await;
    vec![
        ("guess", "Not-this-one-1843".to_owned()),
        ("token that ends sessions", token(&new_device).to_owned()),
        ("unlock token", token(&unlock).to_owned()),
    ]
}

/// Somebody signs in by browser and program, with a second factor; answers their secrets and the export of their data.
async fn signed_in(app: &TestApp) -> (Secrets, String) {
    let person = member(app).await;
    let mut browser = app.browser_of(&person).await;
    let (phone, codes) = set_up_app(app, &mut browser).await;
    let mut secrets: Secrets =
        codes.into_iter().map(|code| ("recovery code", code.replace('-', ""))).collect();
    secrets.push(("secret of the app", phone.secret()));
    secrets.extend(
        browser.cookies().into_iter().filter(|value| value.len() > 20).map(|value| ("cookie", value)),
    );
    let login = json!({ "email": person.email, "password": person.password });
    let waiting: Value = post(&app.anonymous(), LOGIN, login).await.assert_status(202).json();
    let asked = waiting["mfa_token"].as_str().unwrap().to_owned();
    let body = json!({ "mfa_token": asked, "method": "totp", "code": phone.code(app, 0) });
    let first = Tokens::of(&post(&app.anonymous(), "/api/v1/auth/mfa", body).await);
    let second = Tokens::of(&refresh(&app.anonymous(), &first.refresh).await);
    secrets.push(("token of the second step", asked));
    for tokens in [first, second] {
        secrets.push(("access token", tokens.access));
        secrets.push(("refresh token", tokens.refresh));
    }
    let exported = browser.get(paths::OWN_DATA_FILE).await.assert_status(200).body();
    assert!(exported.contains(&person.email));
    (secrets, exported)
}

fn is_code(line: &str) -> bool {
    line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit())
}
