//! Many sessions: in batches, beside others, through crashes, exactly once.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use frontdesk::access::{Act, Role};
use frontdesk::app::App;
use frontdesk::paths;
use frontdesk::revocations::terminal::{self, Opened};
use frontdesk::revocations::{
    Outcome, Reason, Revocation, RevocationId, RunState, Scope, Selection, actions, run,
};
use frontdesk::sessions::filter::Filter;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{administrator, filled, open, sql};
use crate::api_keys::support::Program as Keys;
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_session_opened_after_the_start_is_left_alone,
    two_revocations_at_once_end_and_tell_of_each_session_once,
    what_a_dead_instance_left_is_carried_on_by_another,
    a_cancelled_one_ends_nothing_more_and_tells_of_what_was_ended,
    many_are_ended_beside_the_request_that_asks_for_it,
    one_that_is_worked_on_is_not_taken_over,
    a_list_whose_instance_died_while_it_was_prepared_is_gone_on_with,
    a_list_that_a_command_left_unread_is_closed_after_a_day,
    a_run_that_a_key_asked_for_finishes_in_its_name,
    a_run_is_cancelled_by_a_form_and_stays_cancelled,
    the_lines_of_a_list_that_were_not_reached_say_so,
);

/// Begins one that ends every browser session, without working on it.
async fn begun(app: &TestApp, reason: &str) -> Revocation {
    begun_by(app, app, reason).await
}

/// The same, begun by this process, which holds its lease.
async fn begun_by(app: &TestApp, process: &App, reason: &str) -> Revocation {
    let filter = Filter { role: Some(Role::Member), ..Filter::default() };
    let selection = Selection::new(Scope::Filter, filter);
    let reason = Reason::parse(reason).unwrap();
    let Opened { run, goes_on } =
        terminal::open(process, &app.organization().await, &selection, &reason).await.unwrap();
    assert!(!goes_on);
    run
}

async fn row(app: &TestApp, id: &RevocationId) -> Revocation {
    terminal::status(app, id).await.unwrap()
}

async fn a_session_opened_after_the_start_is_left_alone(app: TestApp) {
    let person = filled(&app, 10, 2).await;
    let begun = begun(&app, "Everybody signs in anew.").await;
    assert_eq!(begun.matched, 21);
    app.clock.advance(TimeDelta::seconds(1));
    let mut late = app.browser_of(&person).await;
    assert_eq!(run(&app, &begun.id, None, None, |_| {}).await.unwrap(), Outcome::Over);
    let run = row(&app, &begun.id).await;
    assert_eq!((run.state, run.revoked, run.users), (RunState::Done, 21, 11));
    assert_eq!(late.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    assert_eq!(open(&app).await, 1);
}

async fn two_revocations_at_once_end_and_tell_of_each_session_once(app: TestApp) {
    filled(&app, 120, 3).await;
    let process = app.another_process(7);
    let (one, other) = (begun(&app, "One.").await, begun_by(&app, &process, "Other.").await);
    let (first, second) =
        tokio::join!(run(&app, &one.id, None, None, |_| {}), run(&process, &other.id, None, None, |_| {}),);
    assert_eq!((first.unwrap(), second.unwrap()), (Outcome::Over, Outcome::Over));
    let (one, other) = (row(&app, &one.id).await, row(&app, &other.id).await);
    assert_eq!(one.revoked + other.revoked, 361);
    assert_eq!(open(&app).await, 0);
    for run in [&one, &other] {
        let counted = app.count(&format!("sessions WHERE revocation_id = '{}'", run.id)).await;
        assert_eq!(counted, run.revoked);
    }
    let told = app.count("notifications WHERE kind = 'session_revoked'").await;
    assert_eq!(told, one.users + other.users);
    assert_eq!(app.count("emails WHERE kind = 'session_revoked'").await, told);
}

async fn what_a_dead_instance_left_is_carried_on_by_another(app: TestApp) {
    filled(&app, 100, 3).await;
    let begun = begun(&app, "Everybody signs in anew.").await;
    // The other process ends one batch and then dies with its lease.
    let process = app.another_process(7);
    let mut batches = 0;
    let now = Instant::now();
    terminal::claim(&app, &begun.id).await.unwrap();
    app.clock.advance(TimeDelta::seconds(16));
    assert_eq!(run(&process, &begun.id, None, Some(now), |_| batches += 1).await.unwrap(), Outcome::Paused);
    terminal::claim(&process, &begun.id).await.unwrap();
    let left = open(&app).await;
    assert!(batches == 1 && (1..301).contains(&left), "{left} are left");
    app.run_jobs().await;
    assert_eq!(open(&app).await, left, "its lease is not over yet");
    app.clock.advance(TimeDelta::seconds(16));
    app.run_jobs().await;
    let run = row(&app, &begun.id).await;
    assert_eq!((run.state, run.matched, run.revoked, run.users), (RunState::Done, 301, 301, 101));
    assert_eq!(open(&app).await, 0);
    assert_eq!(app.count("notifications WHERE kind = 'session_revoked'").await, 101);
    assert_eq!(app.count("emails WHERE kind = 'session_revoked'").await, 101);
    assert_eq!(app.count("audit_entries WHERE action = 'session.revoked'").await, 1);
}

async fn a_cancelled_one_ends_nothing_more_and_tells_of_what_was_ended(app: TestApp) {
    // One person has more sessions than a batch: they are told although only some were ended.
    filled(&app, 1, 90).await;
    let begun = begun(&app, "A mistake.").await;
    let now = Instant::now();
    assert_eq!(run(&app, &begun.id, None, Some(now), |_| {}).await.unwrap(), Outcome::Paused);
    let ended = row(&app, &begun.id).await.revoked;
    assert!((1..90).contains(&ended));
    let act = Act::by_command(app.clock.now());
    let organization = app.organization().await;
    assert!(actions::cancel(&app, &act, &organization, &begun.id).await.unwrap());
    assert!(!actions::cancel(&app, &act, &organization, &begun.id).await.unwrap());
    assert_eq!(run(&app, &begun.id, None, None, |_| {}).await.unwrap(), Outcome::Over);
    let run = row(&app, &begun.id).await;
    assert_eq!((run.state, run.revoked), (RunState::Cancelled, ended));
    assert_eq!(open(&app).await, 91 - ended);
    let told = app.count("notifications WHERE kind = 'session_revoked'").await;
    assert_eq!(told, run.users);
    assert!(told >= 1);
    assert_eq!(app.count("audit_entries WHERE action = 'session.revocation_cancelled'").await, 1);
}

async fn many_are_ended_beside_the_request_that_asks_for_it(app: TestApp) {
    let admin = administrator(&app).await;
    filled(&app, 200, 3).await;
    let body = json!({ "filter": { "role": "member" }, "reason": "Everybody signs in anew." });
    let answer: Value = admin.call(Method::POST, "/v1/sessions/revoke", body).await.json();
    assert_eq!(answer["matched"], 601);
    let job = answer["job"].as_str().expect("more than 500 are a job").to_owned();
    until_over(&app, &job).await;
    let status: Value = admin.get(&format!("/v1/sessions/revocations/{job}")).await.json();
    assert_eq!(
        (&status["state"], &status["revoked"], &status["people"]),
        (&json!("done"), &json!(601), &json!(201))
    );
    assert_eq!(open(&app).await, 1);
}

/// Waits until a revocation that goes on by itself is over: looks again whenever sessions have ended.
pub async fn until_over(app: &TestApp, id: &str) {
    let id = RevocationId::parse(id).unwrap();
    let mut events = app.hub.listen();
    let look = async {
        while !row(app, &id).await.state.is_over() {
            // That some events were missed is as good a reason to look.
            drop(events.recv().await);
        }
    };
    tokio::time::timeout(Duration::from_mins(1), look).await.expect("it does not come to an end");
}

async fn one_that_is_worked_on_is_not_taken_over(app: TestApp) {
    filled(&app, 10, 1).await;
    let begun = begun(&app, "Everybody signs in anew.").await;
    let process = app.another_process(7);
    assert_eq!(run(&process, &begun.id, None, None, |_| {}).await.unwrap(), Outcome::Elsewhere);
    assert_eq!(row(&app, &begun.id).await.revoked, 0);
    let again = Reason::parse("Everybody signs in anew.").unwrap();
    let filter = Filter { role: Some(Role::Member), ..Filter::default() };
    let selection = Selection::new(Scope::Filter, filter);
    let opened = terminal::open(&app, &app.organization().await, &selection, &again).await.unwrap();
    assert!(opened.goes_on, "the same request goes on with it");
    assert_eq!(opened.run.id, begun.id);
}

async fn a_list_whose_instance_died_while_it_was_prepared_is_gone_on_with(app: TestApp) {
    let admin = administrator(&app).await;
    filled(&app, 3, 2).await;
    let body = json!({ "filter": { "users": ["m1@many.test", "m3@many.test"] }, "reason": "x" });
    admin.call(Method::POST, "/v1/sessions/revoke", body).await.assert_status(200);
    // As it was when its list was kept and nothing more was done.
    let until = app.clock.now().plus(TimeDelta::seconds(15));
    for statement in [
        "UPDATE sessions SET ended_at = NULL, end_reason = NULL, revocation_id = NULL".to_owned(),
        "UPDATE revocation_lines SET revoked = 0".to_owned(),
        format!(
            "UPDATE revocations SET state = 'preparing', matched = 0, revoked = 0, users = 0, finished_at = NULL, \
             progress = '{{\"after\":null,\"open\":null}}', lease_owner = 'dead', lease_until = '{}'",
            until.naive()
        ),
    ] {
        sql(&app, statement).await;
    }
    app.run_jobs().await;
    assert_eq!(app.count("revocations WHERE state = 'preparing'").await, 1, "its lease is not over yet");
    app.clock.advance(TimeDelta::seconds(16));
    app.run_jobs().await;
    assert_eq!(app.count("revocations WHERE state = 'done' AND matched = 4 AND revoked = 4").await, 1);
    assert_eq!(app.count("revocation_lines WHERE revoked = 2").await, 2);
    let who = "audit_entries WHERE action = 'session.revoked' AND actor_kind = 'user'";
    assert_eq!(app.count(who).await, 2);
}

async fn a_list_that_a_command_left_unread_is_closed_after_a_day(app: TestApp) {
    filled(&app, 1, 2).await;
    let list = Some("0".repeat(64));
    let selection = Selection { scope: Scope::Users, filter: Filter::default(), list };
    let reason = Reason::parse("x").unwrap();
    let begun = terminal::open(&app, &app.organization().await, &selection, &reason).await.unwrap().run;
    terminal::keep_lines(&app, &begun, vec![(1, "m1@many.test".to_owned())]).await.unwrap();
    app.clock.advance(TimeDelta::hours(23));
    app.run_jobs().await;
    assert_eq!(row(&app, &begun.id).await.state, RunState::Preparing, "the command may be started again");
    app.clock.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    let run = row(&app, &begun.id).await;
    assert_eq!((run.state, run.revoked), (RunState::Failed, 0));
    assert!(run.error.unwrap().contains("not read whole"));
}

async fn a_run_that_a_key_asked_for_finishes_in_its_name(app: TestApp) {
    let owner = Keys::of(&app).await;
    let (_, key) = owner.key(&["sessions:revoke"]).await;
    filled(&app, 1, 600).await;
    let user = "00000000-0000-7000-8000-100000000001";
    let request = owner.client.request(Method::DELETE, &format!("/v1/sessions/revoke-user/{user}"));
    let answer = owner.client.send(request.bearer_auth(&key).json(&json!({ "reason": "Copied." }))).await;
    let answer: Value = answer.assert_status(200).json();
    let job = answer["job"].as_str().expect("more than 500 are a job").to_owned();
    until_over(&app, &job).await;
    assert_eq!(row(&app, &RevocationId::parse(&job).unwrap()).await.revoked, 600);
    for action in ["session.revocation_started", "session.revoked"] {
        let entry = format!(
            "audit_entries WHERE action = '{action}' AND actor_kind = 'api_key' AND actor_name = 'Import'"
        );
        assert_eq!(app.count(&entry).await, 1, "{action}");
    }
}

async fn a_run_is_cancelled_by_a_form_and_stays_cancelled(app: TestApp) {
    filled(&app, 40, 3).await;
    let begun = begun(&app, "A mistake.").await;
    let now = Instant::now();
    assert_eq!(run(&app, &begun.id, None, Some(now), |_| {}).await.unwrap(), Outcome::Paused);
    let mut admin = app.admin().await;
    let page = admin.get(&paths::revocation(&begun.id)).await;
    assert!(page.has("#progress"), "{page:?}");
    let page = admin.submit("#cancel-form", &[]).await;
    assert!(page.assert_status(200).text("h1").starts_with("Cancelled after "), "{page:?}");
    assert!(!page.has("#cancel-form"));
    let left = open(&app).await;
    assert!(left > 1);
    app.clock.advance(TimeDelta::minutes(1));
    app.run_jobs().await;
    assert_eq!(open(&app).await, left);
}

async fn the_lines_of_a_list_that_were_not_reached_say_so(app: TestApp) {
    filled(&app, 40, 3).await;
    let selection = Selection { scope: Scope::Users, filter: Filter::default(), list: Some("0".repeat(64)) };
    let reason = Reason::parse("A mistake.").unwrap();
    let begun = terminal::open(&app, &app.organization().await, &selection, &reason).await.unwrap().run;
    let mut lines: Vec<(i64, String)> = (1..=40).map(|line| (line, format!("m{line}@many.test"))).collect();
    lines.push((41, "M1@many.test".to_owned()));
    assert!(terminal::keep_lines(&app, &begun, lines).await.unwrap());
    terminal::begin(&app, &begun, &selection).await.unwrap();
    let now = Instant::now();
    assert_eq!(run(&app, &begun.id, None, Some(now), |_| {}).await.unwrap(), Outcome::Paused);
    let mut admin = app.admin().await;
    admin.get(&paths::revocation(&begun.id)).await;
    let page = admin.submit("#cancel-form", &[]).await;
    let csv = admin.get(&page.attribute("#result", "href")).await.body();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!((rows.len(), rows[0]), (42, "line,user,outcome,sessions_ended"));
    assert_eq!(rows[1], "1,m1@many.test,ended,3");
    assert_eq!(rows[40], "40,m40@many.test,not reached,0");
    assert_eq!(rows[41], "41,M1@many.test,named before,0");
    let ended = app.count("sessions WHERE revocation_id IS NOT NULL").await;
    let told: i64 = rows[1..].iter().map(|row| row.rsplit(',').next().unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(told, ended, "the rows count what was ended");
}
