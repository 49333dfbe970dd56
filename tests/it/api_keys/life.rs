//! When a key stops: expiry, revocation, and the overlap after it was replaced.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::notifications::{Kind, store as notifications};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{KEYS, Program, issued};
use crate::harness::{TestApp, both_engines};
use crate::tokens::support::{call, code};

both_engines!(
    a_key_expires_when_it_was_said_to,
    a_revoked_key_stops_at_once_and_revoking_twice_is_a_success,
    a_replaced_key_works_until_the_overlap_ends,
    a_key_is_replaced_once,
    its_use_is_kept_to_the_minute,
    fields_that_are_refused_are_named,
    only_who_manages_users_manages_keys_and_with_a_fresh_factor,
    keys_are_listed_page_by_page,
    limits_are_told_in_headers,
);

const CASES: &str = "/api/v1/verifications";
const SCOPES: &[&str] = &["verifications:read"];

async fn a_key_expires_when_it_was_said_to(app: TestApp) {
    let program = Program::of(&app).await;
    let body = json!({ "name": "Short", "scopes": SCOPES, "expires_in_days": 1 });
    let (_, short) = issued(&program.send(Method::POST, KEYS, &body).await);
    let (_, usual) = program.key(SCOPES).await;
    let client = app.anonymous();
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(code(&call(&client, Method::GET, CASES, &short).await, 401), "api_key_expired");
    app.clock.advance(TimeDelta::days(88));
    call(&client, Method::GET, CASES, &usual).await.assert_status(200);
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(code(&call(&client, Method::GET, CASES, &usual).await, 401), "api_key_expired");
}

async fn a_revoked_key_stops_at_once_and_revoking_twice_is_a_success(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, key) = program.key(SCOPES).await;
    let client = app.anonymous();
    call(&client, Method::GET, CASES, &key).await.assert_status(200);
    for _ in 0..2 {
        let gone = program.send(Method::DELETE, &format!("{KEYS}/{id}"), &json!({})).await;
        gone.assert_status(204);
    }
    assert_eq!(code(&call(&client, Method::GET, CASES, &key).await, 401), "api_key_revoked");
    let rotate = program.send(Method::POST, &format!("{KEYS}/{id}/rotate"), &json!({})).await;
    assert_eq!(code(&rotate, 409), "not_active");
}

async fn a_replaced_key_works_until_the_overlap_ends(app: TestApp) {
    let program = Program::of(&app).await;
    let colleague = app.add_person(Role::Admin, &program.person.organization).await;
    let reviewer = app.add_person(Role::Reviewer, &program.person.organization).await;
    let (id, old) = program.key(SCOPES).await;
    app.clock.advance(TimeDelta::minutes(5));
    let (next_id, new) =
        issued(&program.send(Method::POST, &format!("{KEYS}/{id}/rotate"), &json!({})).await);
    assert_ne!((&id, &old), (&next_id, &new));
    let client = app.anonymous();
    app.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    for key in [&old, &new] {
        call(&client, Method::GET, CASES, key).await.assert_status(200);
    }
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(code(&call(&client, Method::GET, CASES, &old).await, 401), "api_key_expired");
    app.clock.advance(TimeDelta::days(88));
    call(&client, Method::GET, CASES, &new).await.assert_status(200);
    for person in [&program.person, &colleague] {
        let letter = app.only_mail_to(&person.email).await;
        assert!(letter.text.contains("Import") && letter.text.contains(&new[..15]), "{}", letter.text);
        assert!(!letter.text.contains(&new) && !letter.text.contains(&old));
        let user = person.id.clone();
        let told = app.read(move |c| notifications::latest(c, &user, 10)).await;
        assert_eq!(told.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::ApiKeyRotation]);
    }
    assert!(app.mail_to(&reviewer.email).await.is_empty(), "who is no administrator is not told");
}

async fn a_key_is_replaced_once(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, old) = program.key(SCOPES).await;
    let rotate = format!("{KEYS}/{id}/rotate");
    let asks = (0..8).map(|_| async {
        let body = json!({ "overlap_hours": 0 });
        program.send(Method::POST, &rotate, &body).await
    });
    let answers = futures_util::future::join_all(asks).await;
    assert_eq!(answers.iter().filter(|page| page.status == 201).count(), 1);
    for page in answers.iter().filter(|page| page.status != 201) {
        assert_eq!(code(page, 409), "not_active");
    }
    assert_eq!(app.count("api_keys").await, 2);
    let client = app.anonymous();
    assert_eq!(code(&call(&client, Method::GET, CASES, &old).await, 401), "api_key_expired");
    let long = program.send(Method::POST, &rotate, &json!({ "overlap_hours": 169 })).await;
    assert_eq!(code(&long, 422), "invalid");
}

async fn its_use_is_kept_to_the_minute(app: TestApp) {
    let program = Program::of(&app).await;
    let (_, key) = program.key(SCOPES).await;
    let client = app.anonymous();
    let used = async || -> Value {
        let list: Value = program.send(Method::GET, KEYS, &json!({})).await.json();
        list["items"][0]["last_used_at"].clone()
    };
    assert_eq!(used().await, Value::Null);
    call(&client, Method::GET, CASES, &key).await.assert_status(200);
    let first = used().await;
    app.clock.advance(TimeDelta::seconds(59));
    call(&client, Method::GET, CASES, &key).await.assert_status(200);
    assert_eq!(used().await, first);
    app.clock.advance(TimeDelta::seconds(1));
    call(&client, Method::GET, CASES, &key).await.assert_status(200);
    assert_ne!(used().await, first);
}

async fn fields_that_are_refused_are_named(app: TestApp) {
    let program = Program::of(&app).await;
    let body = json!({ "name": " ", "scopes": ["users:all"], "expires_in_days": 366 });
    let page = program.send(Method::POST, KEYS, &body).await;
    assert_eq!(code(&page, 422), "invalid");
    let problem: Value = page.json();
    let fields: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["name", "scopes", "expires_in_days"]);
    let unknown = json!({ "name": "a", "scopes": [], "owner": "me" });
    assert_eq!(code(&program.send(Method::POST, KEYS, &unknown).await, 400), "bad_json");
    assert_eq!(app.count("api_keys").await, 0);
}

async fn only_who_manages_users_manages_keys_and_with_a_fresh_factor(app: TestApp) {
    let organization = app.organization().await;
    let body = json!({ "name": "Import", "scopes": SCOPES });
    for role in [Role::Member, Role::Reviewer, Role::Analyst, Role::Support] {
        let person = app.add_person(role, &organization).await;
        let program = Program::signed_in(&app, person).await;
        assert_eq!(code(&program.send(Method::POST, KEYS, &body).await, 403), "not_permitted", "{role}");
        assert_eq!(code(&program.send(Method::GET, KEYS, &body).await, 403), "not_permitted", "{role}");
    }
    let program = Program::of(&app).await;
    app.clock.advance(TimeDelta::minutes(11));
    assert_eq!(code(&program.send(Method::POST, KEYS, &body).await, 403), "fresh_factor_required");
    program.send(Method::GET, KEYS, &body).await.assert_status(200);
}

async fn keys_are_listed_page_by_page(app: TestApp) {
    let program = Program::of(&app).await;
    for _ in 0..3 {
        program.key(SCOPES).await;
    }
    let first = program.send(Method::GET, &format!("{KEYS}?limit=2"), &json!({})).await;
    let next = first.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    let first: Value = first.json();
    let path = next.trim_start_matches(app.url.as_str().trim_end_matches('/'));
    let second: Value = program.send(Method::GET, path, &json!({})).await.assert_status(200).json();
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second), &second["next_cursor"]), (2, 1, &Value::Null));
    let bad = program.send(Method::GET, &format!("{KEYS}?cursor=x"), &json!({})).await;
    assert_eq!(code(&bad, 400), "bad_cursor");
}

async fn limits_are_told_in_headers(app: TestApp) {
    let program = Program::of(&app).await;
    let body = json!({ "name": "Import", "scopes": SCOPES });
    let first = program.send(Method::POST, KEYS, &body).await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"api_keys\";q=60;w=3600"));
    assert_eq!(first.header("ratelimit"), Some("\"api_keys\";r=59;t=3600"));
    app.clock.advance(TimeDelta::minutes(1));
    let second = program.send(Method::POST, KEYS, &body).await;
    assert_eq!(second.header("ratelimit"), Some("\"api_keys\";r=58;t=3540"));
    for _ in 0..58 {
        program.send(Method::POST, KEYS, &body).await.assert_status(201);
    }
    let refused = program.send(Method::POST, KEYS, &body).await;
    assert_eq!(code(&refused, 429), "too_many_requests");
    assert_eq!(refused.header("ratelimit"), Some("\"api_keys\";r=0;t=3540"));
    assert_eq!(refused.header("retry-after"), Some("3540"));
    let list = program.send(Method::GET, KEYS, &json!({})).await;
    assert_eq!(list.header("ratelimit"), None, "reading keys is not limited");
}
