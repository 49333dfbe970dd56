//! What a key opens, and what it never does.

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::api_keys::model;
use frontdesk::db::schema::audit_entries;
use frontdesk::ids::Random;
use frontdesk::paths;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::support::{KEYS, Program};
use crate::harness::{TestApp, both_engines};
use crate::tokens::support::{ME, call, code};
use crate::verifications::support::{applicant, submit_to};

both_engines!(
    a_key_opens_what_its_scopes_name_and_nothing_else,
    a_scope_that_is_missing_is_named,
    what_is_a_persons_own_is_closed_to_keys,
    a_key_acts_for_its_organization_under_its_own_name,
    another_organization_is_not_there_for_a_key,
    a_key_that_is_none_is_refused_with_its_reason,
    of_a_key_only_a_fingerprint_is_kept,
);

const CASES: &str = "/api/v1/verifications";

async fn a_key_opens_what_its_scopes_name_and_nothing_else(app: TestApp) {
    let program = Program::of(&app).await;
    let (_, key) = program.key(&["verifications:read"]).await;
    let client = app.anonymous();
    for path in [CASES, "/v1/verifications"] {
        call(&client, Method::GET, path, &key).await.assert_status(200);
    }
    let header = client.request(Method::GET, CASES).header("x-api-key", &key);
    client.send(header).await.assert_status(200);
    let (_, other) = program.key(&["users:read", "sessions:read"]).await;
    assert_eq!(code(&call(&client, Method::GET, CASES, &other).await, 403), "scope_missing");
    // A key is for the API: a page asks for a person, whatever the header says.
    let page = call(&client, Method::GET, paths::VERIFICATIONS, &key).await;
    assert!(page.assert_status(303).header("location").unwrap().starts_with(paths::LOGIN));
}

async fn a_scope_that_is_missing_is_named(app: TestApp) {
    let case = applicant(&app, "Ada Lovelace").await;
    let (_, key) = Program::of(&app).await.key(&["verifications:read"]).await;
    let client = app.anonymous();
    call(&client, Method::GET, &case.api(""), &key).await.assert_status(200);
    let refused = call(&client, Method::POST, &case.api("/claim"), &key).await;
    assert_eq!(code(&refused, 403), "scope_missing");
    let detail = refused.json::<Value>()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("verifications:decide"), "{detail}");
}

async fn what_is_a_persons_own_is_closed_to_keys(app: TestApp) {
    let program = Program::of(&app).await;
    let every: Vec<&str> =
        frontdesk::access::Scope::ALL.iter().map(frontdesk::access::Scope::as_str).collect();
    let (id, key) = program.key(&every).await;
    let client = app.anonymous();
    let closed = [
        (Method::GET, ME.to_owned()),
        (Method::POST, "/api/v1/auth/logout".to_owned()),
        (Method::GET, KEYS.to_owned()),
        (Method::DELETE, format!("{KEYS}/{id}")),
    ];
    for (method, path) in closed {
        let refused = call(&client, method, &path, &key).await;
        assert_eq!(code(&refused, 403), "api_key_not_allowed", "{path}");
    }
    let body = json!({ "name": "Another", "scopes": ["users:read"] });
    let made = client.send(client.request(Method::POST, KEYS).bearer_auth(&key).json(&body)).await;
    assert_eq!(code(&made, 403), "api_key_not_allowed");
}

async fn a_key_acts_for_its_organization_under_its_own_name(app: TestApp) {
    let case = applicant(&app, "Ada Lovelace").await;
    let (id, key) = Program::of(&app).await.key(&["verifications:decide"]).await;
    let client = app.anonymous();
    let claimed: Value =
        call(&client, Method::POST, &case.api("/claim"), &key).await.assert_status(200).json();
    assert_eq!(claimed["state"], "claimed");
    let events = claimed["timeline"].as_array().unwrap();
    let last = events.iter().find(|event| event["action"] == "verification.claimed").unwrap();
    assert_eq!((&last["actor"], &last["actor_id"]), (&json!("Import"), &json!(id)));
    let kinds: Vec<String> = app
        .read(|c| {
            let claims = audit_entries::table.filter(audit_entries::action.eq("verification.claimed"));
            claims.select(audit_entries::actor_kind).load(c)
        })
        .await;
    assert_eq!(kinds, ["api_key"]);
}

async fn another_organization_is_not_there_for_a_key(app: TestApp) {
    let elsewhere = app.add_organization("elsewhere").await;
    let foreign =
        submit_to(&app, &elsewhere, "Emmy Noether", &[crate::verifications::support::png("a.png")]).await;
    let program = Program::of(&app).await;
    let (id, key) = program.key(&["verifications:decide"]).await;
    let client = app.anonymous();
    for (method, path) in [(Method::GET, foreign.api("")), (Method::POST, foreign.api("/claim"))] {
        assert_eq!(code(&call(&client, method, &path, &key).await, 404), "not_found");
    }
    let stranger = app.add_person(Role::Admin, &elsewhere).await;
    let stranger = Program::signed_in(&app, stranger).await;
    let rotate = format!("{KEYS}/{id}/rotate");
    assert_eq!(code(&stranger.send(Method::POST, &rotate, &json!({})).await, 404), "not_found");
    let gone = stranger.send(Method::DELETE, &format!("{KEYS}/{id}"), &json!({})).await;
    assert_eq!(code(&gone, 404), "not_found");
    let list: Value = stranger.send(Method::GET, KEYS, &json!({})).await.assert_status(200).json();
    assert_eq!(list["items"], json!([]));
    call(&client, Method::GET, CASES, &key).await.assert_status(200);
}

async fn a_key_that_is_none_is_refused_with_its_reason(app: TestApp) {
    let (_, key) = Program::of(&app).await.key(&["verifications:read"]).await;
    let client = app.anonymous();
    let cut = &key[..key.len() - 1];
    let mut typo = key.clone().into_bytes();
    typo[30] = if typo[30] == b'0' { b'1' } else { b'0' };
    let typo = String::from_utf8(typo).unwrap();
    for malformed in [cut, &typo, "fd_", "fd_a_b"] {
        let refused = call(&client, Method::GET, CASES, malformed).await;
        assert_eq!(code(&refused, 401), "api_key_malformed", "{malformed}");
    }
    // Whole, but made by nobody here.
    let unknown = model::make(&Random::seeded(99)).whole;
    let refused = call(&client, Method::GET, CASES, unknown.expose_secret()).await;
    assert_eq!(code(&refused, 401), "api_key_unknown");
    let empty = client.request(Method::GET, CASES).header("x-api-key", "");
    assert_eq!(code(&client.send(empty).await, 401), "api_key_malformed");
    let basic = client.request(Method::GET, CASES).basic_auth("user", Some(&key));
    assert_eq!(code(&client.send(basic).await, 401), "token_invalid");
}

async fn of_a_key_only_a_fingerprint_is_kept(app: TestApp) {
    let program = Program::of(&app).await;
    let body = json!({ "name": "Import", "scopes": ["users:read"] });
    let (_, key) = super::support::issued(&program.send_once(KEYS, "one", &body).await);
    let secret = key.rsplit('_').next().unwrap().to_owned();
    for (table, columns) in [
        ("api_keys", "name || handle || hash || scopes"),
        ("idempotency_keys", "body_hash || sealed_answer"),
        ("audit_entries", "coalesce(after, '') || coalesce(before, '') || target_id"),
    ] {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            all: String,
        }
        let query = format!("SELECT {columns} AS \"all\" FROM {table}");
        let rows: Vec<Row> = app.read(move |c| diesel::sql_query(query).load(c)).await;
        assert!(!rows.is_empty(), "{table}");
        assert!(rows.iter().all(|row| !row.all.contains(&secret)), "{table} shows a key");
    }
}
