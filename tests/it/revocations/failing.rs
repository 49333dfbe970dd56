//! What becomes of a revocation when the database does not do as it is told.

use std::time::Instant;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::db::{Connection, Manager};
use frontdesk::error::AppError;
use frontdesk::paths;
use frontdesk::revocations::terminal;
use frontdesk::revocations::{Outcome, Reason, Revocation, RunState, Scope, Selection, run};
use frontdesk::sessions::filter::Filter;
use serde_json::Value;

use super::support::{administrator, filled, open, refuse, sql};
use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    what_passes_by_itself_is_told_as_an_outage,
    a_run_that_met_a_passing_error_is_gone_on_with,
    a_run_that_cannot_go_on_fails_and_tells_of_what_was_ended,
);

async fn refuses(app: &TestApp, words: &'static str) {
    // The last of many in the order of the walk.
    let last = app
        .read(|c| {
            use frontdesk::db::schema::sessions::dsl::{id, ip, sessions};
            sessions.filter(ip.like("10.%")).order(id.desc()).select(id).first::<String>(c)
        })
        .await;
    app.read(move |c| {
        refuse(c, &last, words);
        Ok(())
    })
    .await;
}

async fn begun(app: &TestApp) -> Revocation {
    let filter = Filter { role: Some(Role::Member), ..Filter::default() };
    let reason = Reason::parse("Everybody signs in anew.").unwrap();
    let selection = Selection::new(Scope::Filter, filter);
    terminal::open(app, &app.organization().await, &selection, &reason).await.unwrap().run
}

async fn what_passes_by_itself_is_told_as_an_outage(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    let open = || Manager::new(app.db.url().clone()).open().unwrap();
    let (mut one, mut other) = (open(), open());
    let outage = |error: diesel::result::Error| {
        let words = error.to_string();
        assert!(matches!(AppError::from(error), AppError::Unavailable(_)), "{words}");
    };
    let lock = "UPDATE organizations SET name = name";
    match engine {
        Engine::Sqlite => {
            other.batch_execute("PRAGMA busy_timeout = 0").unwrap();
            one.batch_execute("BEGIN IMMEDIATE").unwrap();
            outage(other.batch_execute(lock).unwrap_err());
        }
        Engine::Postgres => {
            one.batch_execute(&format!("BEGIN; {lock}")).unwrap();
            other.batch_execute("SET lock_timeout = '1ms'").unwrap();
            outage(other.batch_execute(lock).unwrap_err());
            other.batch_execute("SET statement_timeout = '1ms'").unwrap();
            outage(diesel::sql_query("SELECT pg_sleep(60)").execute(&mut other).unwrap_err());
            let me = "SELECT pg_terminate_backend(pg_backend_pid())";
            outage(diesel::sql_query(me).execute(&mut other).unwrap_err());
            outage(diesel::sql_query("SELECT 1").execute(&mut other).unwrap_err());
            deadlock(&mut one, &mut open(), outage);
        }
    }
    let wrong = diesel::sql_query("SELECT nothing FROM nowhere").execute(&mut open()).unwrap_err();
    assert!(matches!(AppError::from(wrong), AppError::Internal(_)));
}

/// Two transactions that wait for each other.
fn deadlock(one: &mut Connection, other: &mut Connection, outage: impl Fn(diesel::result::Error)) {
    one.batch_execute("ROLLBACK; CREATE TABLE pair (id INT PRIMARY KEY); INSERT INTO pair VALUES (1), (2)")
        .unwrap();
    let take = |id: u8| format!("SELECT id FROM pair WHERE id = {id} FOR UPDATE");
    one.batch_execute(&format!("BEGIN; {}", take(1))).unwrap();
    other.batch_execute(&format!("BEGIN; {}", take(2))).unwrap();
    let errors: Vec<diesel::result::Error> = std::thread::scope(|scope| {
        let first = scope.spawn(|| one.batch_execute(&take(2)));
        let second = scope.spawn(|| {
            let outcome = other.batch_execute(&take(1));
            // Whoever won lets go, so that the other comes to its end.
            drop(other.batch_execute("ROLLBACK"));
            outcome
        });
        [second.join().unwrap(), first.join().unwrap()].into_iter().filter_map(Result::err).collect()
    });
    assert_eq!(errors.len(), 1);
    errors.into_iter().for_each(outage);
}

async fn a_run_that_met_a_passing_error_is_gone_on_with(app: TestApp) {
    filled(&app, 1, 90).await;
    let words =
        if app.read(|c| Ok(c.is_postgres())).await { "deadlock detected" } else { "database is locked" };
    refuses(&app, words).await;
    let begun = begun(&app).await;
    let error = run(&app, &begun.id, None, None, |_| {}).await.unwrap_err();
    assert!(matches!(error, AppError::Unavailable(_)), "{error}");
    let row = terminal::status(&app, &begun.id).await.unwrap();
    assert_eq!(row.state, RunState::Running, "nothing is lost");
    assert!(row.revoked > 0);
    let gone = if app.read(|c| Ok(c.is_postgres())).await {
        "DROP TRIGGER refuse ON sessions"
    } else {
        "DROP TRIGGER refuse"
    };
    sql(&app, gone).await;
    app.clock.advance(TimeDelta::seconds(16));
    app.run_jobs().await;
    let row = terminal::status(&app, &begun.id).await.unwrap();
    assert_eq!((row.state, row.revoked, row.users), (RunState::Done, 91, 2));
    assert_eq!(app.count("notifications WHERE kind = 'session_revoked'").await, 2);
}

async fn a_run_that_cannot_go_on_fails_and_tells_of_what_was_ended(app: TestApp) {
    filled(&app, 1, 90).await;
    let admin = administrator(&app).await;
    let begun = begun(&app).await;
    let now = Instant::now();
    assert_eq!(run(&app, &begun.id, None, Some(now), |_| {}).await.unwrap(), Outcome::Paused);
    let ended = terminal::status(&app, &begun.id).await.unwrap().revoked;
    assert!((1..91).contains(&ended));
    refuses(&app, "the disk is broken").await;
    let error = run(&app, &begun.id, None, None, |_| {}).await.unwrap_err();
    assert!(matches!(error, AppError::Internal(_)), "{error}");
    let row = terminal::status(&app, &begun.id).await.unwrap();
    assert_eq!(row.state, RunState::Failed);
    assert!(row.revoked >= ended && row.revoked < 91);
    // The one of whom some sessions were ended is told of those, and counted.
    let told = app.count("notifications WHERE kind = 'session_revoked'").await;
    assert_eq!((told, row.users), (row.users, told));
    let of_member = "notifications JOIN users ON users.id = user_id WHERE notifications.kind = 'session_revoked' AND email = 'm1@many.test'";
    assert_eq!(app.count(of_member).await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'session.revocation_failed'").await, 1);
    let mut browser = app.admin().await;
    let page = browser.get(&paths::revocation(&begun.id)).await;
    assert_eq!(page.text("h1"), format!("Stopped after {} sessions", row.revoked));
    assert!(page.text(".callout").contains("Start it again for what is left."), "{page:?}");
    assert!(!page.has("#cancel-form"));
    assert!(!page.body().contains("the disk is broken"), "the cause is in the log alone");
    let status: Value = admin.get(&format!("/v1/sessions/revocations/{}", begun.id)).await.json();
    assert_eq!(status["state"], "failed");
    let left = open(&app).await;
    app.clock.advance(TimeDelta::seconds(16));
    app.run_jobs().await;
    assert_eq!(open(&app).await, left, "it is over");
}
