//! `Idempotency-Key`: one thing for each key, however often it is asked for.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::support::{KEYS, Program, issued};
use crate::harness::{TestApp, both_engines};
use crate::tokens::support::code;

both_engines!(
    the_same_call_gets_the_same_answer,
    the_same_key_with_another_body_or_path_is_refused,
    of_many_at_once_one_is_made,
    keys_of_different_callers_do_not_meet,
    what_failed_can_be_tried_again,
    an_answer_is_kept_for_a_day,
    a_call_that_was_lost_with_its_process_can_be_made_again,
    an_answer_that_is_repeated_counts_for_no_limit,
    a_key_that_is_none_is_refused,
);

fn body(name: &str) -> Value {
    json!({ "name": name, "scopes": ["users:read"] })
}

async fn the_same_call_gets_the_same_answer(app: TestApp) {
    let program = Program::of(&app).await;
    let first = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    app.clock.advance(TimeDelta::minutes(5));
    // The other root is the same API.
    let again = program.send_once("/v1/api-keys", "one", &body("Import")).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(issued(&first), issued(&again));
    assert_eq!(first.json::<Value>(), again.json::<Value>());
    program.send_once(KEYS, "two", &body("Import")).await.assert_status(201);
    assert_eq!(app.count("api_keys").await, 2);
}

async fn the_same_key_with_another_body_or_path_is_refused(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, _) = issued(&program.send_once(KEYS, "one", &body("Import")).await);
    let other = program.send_once(KEYS, "one", &body("Export")).await;
    assert_eq!(code(&other, 409), "idempotency_key_reused");
    let elsewhere = program.send_once(&format!("{KEYS}/{id}/rotate"), "one", &json!({})).await;
    assert_eq!(code(&elsewhere, 409), "idempotency_key_reused");
    assert_eq!(app.count("api_keys").await, 1);
}

async fn of_many_at_once_one_is_made(app: TestApp) {
    let program = Program::of(&app).await;
    let body = body("Import");
    let answers = join_all((0..20).map(|_| program.send_once(KEYS, "one", &body))).await;
    let (made, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|page| page.status == 201);
    assert!(!made.is_empty());
    assert!(made.iter().all(|page| issued(page) == issued(made[0])));
    for page in waiting {
        assert_eq!(code(page, 409), "idempotency_key_in_use");
    }
    assert_eq!(app.count("api_keys").await, 1);
}

async fn keys_of_different_callers_do_not_meet(app: TestApp) {
    let (one, other) = (Program::of(&app).await, Program::of(&app).await);
    let first = issued(&one.send_once(KEYS, "one", &body("Import")).await);
    let second = issued(&other.send_once(KEYS, "one", &body("Export")).await);
    assert_ne!(first, second);
}

async fn what_failed_can_be_tried_again(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, _) = program.key(&["users:read"]).await;
    let rotate = format!("{KEYS}/{id}/rotate");
    program.send(reqwest::Method::DELETE, &format!("{KEYS}/{id}"), &json!({})).await.assert_status(204);
    for _ in 0..2 {
        assert_eq!(code(&program.send_once(&rotate, "one", &json!({})).await, 409), "not_active");
    }
    program.send_once(KEYS, "one", &body("Import")).await.assert_status(201);
}

async fn an_answer_is_kept_for_a_day(app: TestApp) {
    let program = Program::of(&app).await;
    let first = issued(&program.send_once(KEYS, "one", &body("Import")).await);
    app.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    app.run_jobs().await;
    // An access token lives for minutes: the same person, signed in anew.
    let program = Program::signed_in(&app, program.person).await;
    let late = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!(late.header("idempotency-replayed"), Some("true"));
    assert_eq!(issued(&late), first);
    app.clock.advance(TimeDelta::seconds(1));
    let anew = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!(anew.header("idempotency-replayed"), None);
    assert_ne!(issued(&anew), first);
    app.clock.advance(TimeDelta::hours(25));
    app.run_jobs().await;
    assert_eq!(app.count("idempotency_keys").await, 0);
}

async fn a_call_that_was_lost_with_its_process_can_be_made_again(app: TestApp) {
    let program = Program::of(&app).await;
    let first = issued(&program.send_once(KEYS, "one", &body("Import")).await);
    // As it is kept between the beginning and the end of a call.
    app.db
        .write(|c| {
            let query = "UPDATE idempotency_keys SET status = NULL, sealed_answer = NULL";
            diesel::RunQueryDsl::execute(diesel::sql_query(query), c)
        })
        .await
        .unwrap();
    app.clock.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    assert_eq!(code(&program.send_once(KEYS, "one", &body("Import")).await, 409), "idempotency_key_in_use");
    app.clock.advance(TimeDelta::seconds(1));
    let again = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!(again.header("idempotency-replayed"), None);
    assert_ne!(issued(&again), first);
    let replayed = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
    assert_eq!(issued(&replayed), issued(&again));
}

async fn an_answer_that_is_repeated_counts_for_no_limit(app: TestApp) {
    let program = Program::of(&app).await;
    let left = |page: &crate::harness::Page| page.header("ratelimit").map(ToOwned::to_owned);
    let first = program.send_once(KEYS, "one", &body("Import")).await;
    assert!(left(&first).unwrap().contains("r=59;"), "{:?}", first.headers);
    let replayed = program.send_once(KEYS, "one", &body("Import")).await;
    assert_eq!((replayed.header("idempotency-replayed"), left(&replayed)), (Some("true"), None));
    let (id, _) = issued(&first);
    let rotate = format!("{KEYS}/{id}/rotate");
    let rotated = program.send_once(&rotate, "two", &json!({})).await;
    assert!(left(&rotated).unwrap().contains("r=58;"), "{:?}", rotated.headers);
    assert_eq!(left(&program.send_once(&rotate, "two", &json!({})).await), None);
}

async fn a_key_that_is_none_is_refused(app: TestApp) {
    let program = Program::of(&app).await;
    let long = "x".repeat(256);
    for key in ["", "two words", &long] {
        let refused = program.send_once(KEYS, key, &body("Import")).await;
        assert_eq!(code(&refused, 400), "bad_idempotency_key", "{key}");
    }
    assert_eq!(app.count("api_keys").await, 0);
}
