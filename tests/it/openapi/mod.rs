//! The OpenAPI document holds: calls that an independent tool (Schemathesis) generates from it meet no failure
//! of ours and no answer that it does not describe.

use std::process::{Command, Stdio};

use frontdesk::access::{Role, Scope};
use frontdesk::{openapi, paths, routes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::api_keys::support::Program;
use crate::harness::{Engine, TestApp, variable};
use crate::tokens::support::sign_in;
use crate::verifications::support::applicant;

/// What an answer is checked for.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

/// Calls every operation, with this access token if there is one; the tool's report when it complains.
async fn conform(app: &TestApp, token: Option<&str>, further: &[&str]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    // It would sign up somebody of its own, with a picture that it then cannot write down.
    std::fs::write(folder.path().join("schemathesis.toml"), "[auth]\nauto-signup = false\n").unwrap();
    let mut command = Command::new(variable("TEST_PYTHON"));
    command
        .args(["-m", "schemathesis.cli", "run", app.url.join(paths::OPENAPI).unwrap().as_str()])
        .args(["--checks", CHECKS, "--max-examples", "20", "--seed", "1", "--generation-deterministic"])
        .args(["--phases", "examples,coverage,fuzzing", "--workers", "1", "--continue-on-failure"])
        .args(["--no-color", "--suppress-health-check", "all", "--no-shrink", "--warnings", "off"])
        .args(further)
        .env("NO_PROXY", "127.0.0.1")
        .current_dir(folder.path())
        .stdin(Stdio::null());
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// Data for the calls to meet, and somebody who may do everything.
async fn desk() -> (TestApp, String) {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    for name in ["Ada Lovelace", "Emmy Noether"] {
        applicant(&app, name).await;
    }
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    (app, token)
}

#[tokio::test]
async fn calls_of_an_operator_meet_only_what_the_document_describes() {
    let (app, token) = desk().await;
    // Signing out would end the run; it is called by those who are not signed in.
    let report = conform(&app, Some(&token), &["--exclude-path", "/api/v1/auth/logout"]).await;
    report.unwrap_or_else(|report| panic!("{report}"));
}

#[tokio::test]
async fn calls_of_nobody_meet_only_what_the_document_describes() {
    let (app, _) = desk().await;
    conform(&app, None, &[]).await.unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn every_route_of_the_api_is_described() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let described = |endpoint: &frontdesk::web::route::Endpoint| {
        let method = endpoint.method.as_str().to_lowercase();
        !document["paths"][&endpoint.pattern][&method].is_null()
    };
    let missing: Vec<_> = routes::table()
        .into_iter()
        .filter(|endpoint| endpoint.pattern.starts_with("/api/v1/") && !described(endpoint))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_operation_that_is_not_for_everyone_says_who_may_call_it() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let security = |path: &str, method: &str| document["paths"][path][method]["security"].clone();
    assert_eq!(security("/api/v1/auth/login", "post"), Value::Null);
    assert_eq!(security("/api/v1/auth/me", "get"), json!([{ "bearer": [] }]));
    assert_eq!(security("/api/v1/users", "get"), json!([{ "bearer": [] }, { "api_key": ["users:read"] }]));
    assert_eq!(security("/api/v1/api-keys", "post"), json!([{ "bearer": [] }]), "never by a key");
}

/// A key with every scope gets as far as the document says, and no further.
#[tokio::test]
async fn keys_get_through_where_the_document_says_so() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let every: Vec<&str> = Scope::ALL.iter().map(Scope::as_str).collect();
    let (_, key) = Program::of(&app).await.key(&every).await;
    let document = serde_json::to_value(openapi::document()).unwrap();
    let client = app.anonymous();
    let (mut open, mut closed) = (0, 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let ways = operation["security"].as_array();
            let Some(ways) = ways else { continue };
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let address =
                path.replace("{id}", "0190a000-0000-7000-8000-000000000000").replace("{token}", "none");
            let request = client.request(method.clone(), &address).bearer_auth(&key).json(&json!({}));
            let page = client.send(request).await;
            let code = page.json::<Value>()["code"].as_str().unwrap_or_default().to_owned();
            let refused = page.status == 401 || code == "api_key_not_allowed" || code == "scope_missing";
            let named = ways.iter().any(|way| way.get("api_key").is_some());
            assert_eq!(named, !refused, "{method} {path}: {code}");
            *(if named { &mut open } else { &mut closed }) += 1;
        }
    }
    assert!(open > 10 && closed > 10, "{open} for keys, {closed} for people");
}
