//! The OpenAPI document holds: calls that an independent tool (Schemathesis) generates from it meet no failure
//! of ours and no answer that it does not describe.

use std::process::{Command, Stdio};

use frontdesk::access::{Role, Scope};
use frontdesk::{openapi, paths, routes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::api_keys::support::Program;
use crate::harness::{Engine, TestApp, both_engines, variable};
use crate::tokens::support::sign_in;
use crate::verifications::support::applicant;

/// What an answer is checked for.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

/// Every kind of call that the tool can make.
const THOROUGHLY: &[&str] = &["--max-examples", "20", "--phases", "examples,coverage,fuzzing"];
/// Made-up calls alone: for what differs by engine or caller, since the edge is the same for all.
const BRIEFLY: &[&str] = &["--max-examples", "10", "--phases", "examples,fuzzing"];

/// Calls every operation, with this token or key if there is one; the tool's report when it complains.
async fn conform(app: &TestApp, token: Option<&str>, further: &[&[&str]]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    // It would sign up somebody of its own, with a picture that it then cannot write down.
    std::fs::write(folder.path().join("schemathesis.toml"), "[auth]\nauto-signup = false\n").unwrap();
    let mut command = Command::new(variable("TEST_PYTHON"));
    command
        .args(["-m", "schemathesis.cli", "run", app.url.join(paths::OPENAPI).unwrap().as_str()])
        .args(["--checks", CHECKS, "--seed", "1", "--generation-deterministic"])
        .args(["--workers", "1", "--continue-on-failure"])
        .args(["--no-color", "--suppress-health-check", "all", "--no-shrink", "--warnings", "off"])
        .args(further.concat())
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
async fn desk(engine: Engine) -> (TestApp, String) {
    let app = TestApp::start(engine, &[]).await;
    for name in ["Ada Lovelace", "Emmy Noether"] {
        applicant(&app, name).await;
    }
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    (app, token)
}

both_engines!(
    calls_of_an_operator_meet_only_what_the_document_describes,
    calls_of_nobody_meet_only_what_the_document_describes,
);

fn effort(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => THOROUGHLY,
        Engine::Postgres => BRIEFLY,
    }
}

async fn calls_of_an_operator_meet_only_what_the_document_describes(engine: Engine) {
    let (app, token) = desk(engine).await;
    // Signing out would end the run; it is called by those who are not signed in.
    let further = [effort(engine), &["--exclude-path", "/api/v1/auth/logout"]];
    conform(&app, Some(&token), &further).await.unwrap_or_else(|report| panic!("{report}"));
}

async fn calls_of_nobody_meet_only_what_the_document_describes(engine: Engine) {
    let (app, _) = desk(engine).await;
    conform(&app, None, &[effort(engine)]).await.unwrap_or_else(|report| panic!("{report}"));
}

#[tokio::test]
async fn calls_of_a_key_meet_only_what_the_document_describes() {
    let (app, _) = desk(Engine::Sqlite).await;
    let every: Vec<&str> = Scope::ALL.iter().map(Scope::as_str).collect();
    let (_, key) = Program::of(&app).await.key(&every).await;
    conform(&app, Some(&key), &[BRIEFLY]).await.unwrap_or_else(|report| panic!("{report}"));
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
    let cookie = json!({ "cookie": [] });
    assert_eq!(security("/api/v1/auth/me", "get"), json!([{ "bearer": [] }, cookie]));
    let read = json!([{ "bearer": [] }, { "api_key": ["users:read"] }, cookie]);
    assert_eq!(security("/api/v1/users", "get"), read);
    let make = json!([{ "bearer": [] }, { "cookie": [], "csrf_token": [] }]);
    assert_eq!(security("/api/v1/api-keys", "post"), make, "never by a key");
    for (name, place) in
        [("api_key", "X-Api-Key"), ("csrf_token", "X-CSRF-Token"), ("cookie", "__Host-frontdesk")]
    {
        assert_eq!(document["components"]["securitySchemes"][name]["name"], place);
    }
}

/// Operations of the API, each with its path and method.
fn operations(document: &Value) -> Vec<(&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, one)| (path, method, one))
        })
        .collect()
}

#[test]
fn every_operation_describes_what_any_call_can_be_answered() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut guarded = 0;
    for (path, method, operation) in operations(&document) {
        let responses = &operation["responses"];
        for (status, response) in responses.as_object().unwrap() {
            let headers = &response["headers"];
            assert!(headers["X-Request-Id"].is_object(), "{method} {path} {status}");
            let waits = matches!(status.as_str(), "429" | "503");
            assert_eq!(headers["Retry-After"].is_object(), waits, "{method} {path} {status}");
            if status == "429" {
                assert!(headers["RateLimit"].is_object() && headers["RateLimit-Policy"].is_object());
            }
        }
        if !path.starts_with("/api/v1/") {
            continue;
        }
        let body = !operation["requestBody"].is_null();
        assert_eq!(responses["415"].is_object(), body, "{method} {path}");
        if let Some(ways) = operation["security"].as_array() {
            guarded += 1;
            assert!(responses["401"].is_object(), "{method} {path}");
            let told = responses["403"]["description"].as_str().unwrap();
            let by_key = ways.iter().any(|way| way.get("api_key").is_some());
            let code = if by_key { "scope_missing" } else { "api_key_not_allowed" };
            assert!(told.contains(code), "{method} {path}: {told}");
        }
        let names = |place: &str| -> Vec<String> {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let here = parameters.filter(|one| one["in"] == place);
            here.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        if names("query").iter().any(|name| name == "cursor") && path != "/api/v1/sessions/revoked" {
            assert!(responses["200"]["headers"]["Link"].is_object(), "{method} {path}");
        }
        if names("header").iter().any(|name| name == "Idempotency-Key") {
            let made =
                responses.as_object().unwrap().iter().find(|(status, _)| status.starts_with('2')).unwrap();
            assert!(made.1["headers"]["Idempotency-Replayed"].is_object(), "{method} {path}");
        }
    }
    assert!(guarded > 20, "{guarded}");
}

#[test]
fn what_stands_in_many_places_has_an_example() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut shown = 0;
    for (path, method, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if matches!(name, "id" | "token" | "limit" | "cursor" | "q" | "Idempotency-Key") {
                assert!(!parameter["example"].is_null(), "{name} of {method} {path}");
                shown += 1;
            }
        }
    }
    assert!(shown > 30, "{shown}");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Problem"]["example"]["code"], "bad_json");
    for (schema, field) in [
        ("Tokens", "access_token"),
        ("Tokens", "refresh_token"),
        ("Refresh", "refresh_token"),
        ("Login", "password"),
    ] {
        assert!(schemas[schema]["properties"][field]["example"].is_string(), "{schema}.{field}");
    }
}

#[tokio::test]
async fn the_page_of_the_document_shows_bodies_as_they_are_sent() {
    let app = TestApp::start(Engine::Sqlite, &[]).await;
    let page = app.anonymous().get(paths::API_DOCS).await;
    let shown = page.assert_status(200).texts("main pre code");
    let login: Value = shown
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .find(|body: &Value| body["email"] == "ada@example.org" && body["password"].is_string())
        .unwrap();
    assert_eq!(login.as_object().unwrap().len(), 2);
    assert!(shown.iter().all(|text| serde_json::from_str::<Value>(text).is_ok()), "{shown:?}");
    assert!(page.text("main").contains("an API key with users:read"), "{page:?}");
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
