//! People with sessions, many of them.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use frontdesk::access::{Role, SessionId};
use frontdesk::db::Connection;
use frontdesk::db::schema::sessions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Page, Person, TestApp};

/// A program that has signed in for somebody.
#[derive(Debug)]
pub struct Program {
    browser: Browser,
    pub access: String,
    pub refresh: String,
}

impl Program {
    pub async fn of(app: &TestApp, person: &Person) -> Self {
        let browser = app.anonymous();
        let body = json!({ "email": person.email, "password": person.password });
        let request = browser.request(Method::POST, "/api/v1/auth/login").json(&body);
        let tokens: Value = browser.send(request).await.json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token"), browser }
    }

    pub async fn get(&self, path: &str) -> Page {
        let request = self.browser.request(Method::GET, path).bearer_auth(&self.access);
        self.browser.send(request).await
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Page {
        let request = self.browser.request(method, path).bearer_auth(&self.access).json(&body);
        self.browser.send(request).await
    }

    pub async fn refresh(&self) -> Page {
        let body = json!({ "refresh_token": self.refresh });
        self.browser.send(self.browser.request(Method::POST, "/api/v1/auth/refresh").json(&body)).await
    }
}

/// An administrator's program.
pub async fn administrator(app: &TestApp) -> Program {
    let person = app.add_person(Role::Admin, &app.organization().await).await;
    Program::of(app, &person).await
}

/// The ids of the sessions of a person, oldest first.
pub async fn sessions_of(app: &TestApp, person: &Person) -> Vec<SessionId> {
    let user = person.id.clone();
    app.read(move |c| {
        sessions::table
            .filter(sessions::user_id.eq(user))
            .order((sessions::created_at, sessions::id))
            .select(sessions::id)
            .load(c)
    })
    .await
}

/// Changes rows behind everybody's back.
pub async fn sql(app: &TestApp, statement: impl Into<String>) {
    let statement = statement.into();
    app.db.write(move |c| diesel::sql_query(statement).execute(c)).await.unwrap();
}

/// Makes the database refuse to end one session, in these words.
pub fn refuse(c: &mut Connection, session: &str, words: &str) {
    let statement = match c {
        Connection::Sqlite(_) => format!(
            "CREATE TRIGGER refuse BEFORE UPDATE OF ended_at ON sessions WHEN NEW.id = '{session}' \
             BEGIN SELECT RAISE(ABORT, '{words}'); END"
        ),
        Connection::Postgres(_) => format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '{words}'; END $$; \
             CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW \
             WHEN (NEW.id = '{session}') EXECUTE FUNCTION refuse()"
        ),
    };
    c.batch_execute(&statement).unwrap();
}

/// How many sessions are not ended.
pub async fn open(app: &TestApp) -> i64 {
    app.count("sessions WHERE ended_at IS NULL").await
}

/// Adds `people` members like `model`, with `each` open browser sessions. Their addresses are m1@many.test and so on.
pub fn fill(c: &mut Connection, model: &str, people: u32, each: u32) {
    let users = format!(
        "INSERT INTO users (id, organization_id, email, email_key, name, role, status, must_change_password,
             created_at, updated_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
         SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), organization_id,
             'm' || CAST(i AS TEXT) || '@many.test', 'm' || CAST(i AS TEXT) || '@many.test', 'Member', 'member',
             'active', must_change_password, created_at, updated_at
         FROM n, users WHERE users.id = '{model}'"
    );
    let sessions = format!(
        "INSERT INTO sessions (id, organization_id, user_id, kind, hash, state, created_at, seen_at, expires_at,
             idle_seconds, ip, user_agent, device)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each})
         SELECT '00000000-0000-7' || CAST(100 + i AS TEXT) || '-9000-' || substr(users.id, 25),
             users.organization_id, users.id, 'browser', users.id || '-' || CAST(i AS TEXT), '{{}}', model.created_at,
             model.seen_at, model.expires_at, 604800, '10.0.0.' || CAST(i AS TEXT), '', 'Firefox on Linux'
         FROM n, users, (SELECT * FROM sessions ORDER BY created_at DESC LIMIT 1) AS model
         WHERE users.email LIKE 'm%@many.test'"
    );
    for statement in [users, sessions] {
        diesel::sql_query(statement).execute(c).unwrap();
    }
}

/// The same, with somebody signed in to be like.
pub async fn filled(app: &TestApp, people: u32, each: u32) -> Person {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    drop(app.browser_of(&person).await);
    let model = person.id.to_string();
    app.db
        .write(move |c| {
            fill(c, &model, people, each);
            Ok::<_, frontdesk::error::AppError>(())
        })
        .await
        .unwrap();
    person
}
