//! Health endpoints: shape, who sees details, and what an outage looks like.

use frontdesk::access::Role;
use frontdesk::{health, paths};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, both_engines};
use crate::verifications::support::Program;

both_engines!(
    the_whole_and_its_parts_have_the_shape_that_monitors_rely_on,
    strangers_see_status_words_only_unless_they_have_the_token,
    staff_whose_role_includes_health_see_details_by_cookie_and_by_token,
    readiness_follows_the_checks_and_the_drain,
    without_its_database_the_whole_is_unhealthy_and_not_ready,
    without_its_storage_the_whole_is_only_degraded,
);

async fn ask(app: &TestApp, path: &str) -> (u16, Value) {
    let page = app.anonymous().get(path).await;
    (page.status.as_u16(), page.json())
}

async fn the_whole_and_its_parts_have_the_shape_that_monitors_rely_on(app: TestApp) {
    health::run_all(&app).await;
    let (status, body) = ask(&app, "/health").await;
    assert_eq!((status, &body["status"]), (200, &Value::from("healthy")));
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert!(body["timestamp"].is_string() && body["uptime"].is_u64(), "{body}");
    assert_eq!(body["checks"]["database"]["healthy"], true);
    assert!(body["checks"]["database"]["latency"].is_u64(), "{body}");
    let parts =
        [("/health/database", "database"), ("/health/storage", "storage"), ("/health/redis", "redis")];
    for (path, name) in parts {
        assert_eq!(ask(&app, path).await.1["healthy"], true, "{name}");
    }
    assert_eq!(ask(&app, "/health/liveness").await.0, 200);
}

/// The status words, when there is nothing else but the time.
fn words(report: &Value) -> String {
    let mut report = report.as_object().unwrap().clone();
    assert!(report.remove("timestamp").unwrap().is_string());
    let mut words = vec![report.remove("status").unwrap().as_str().unwrap().to_owned()];
    for (name, check) in report.remove("checks").unwrap().as_object().unwrap() {
        let status = check["status"].as_str().unwrap();
        assert_eq!(*check, json!({ "healthy": status == "healthy", "status": status }));
        words.push(format!("{name}={status}"));
    }
    assert!(report.is_empty(), "{report:?}");
    words.join(" ")
}

async fn strangers_see_status_words_only_unless_they_have_the_token(engine: Engine) {
    let settings = [("HEALTH_ALLOWED_NETWORKS", "192.0.2.0/24"), ("HEALTH_TOKEN", "a token for probes")];
    let app = TestApp::start(engine, &settings).await;
    health::run_all(&app).await;
    let (_, body) = ask(&app, "/health").await;
    assert_eq!(words(&body), "healthy database=healthy storage=healthy", "{body}");
    let (_, body) = ask(&app, "/health/database").await;
    assert_eq!(body, json!({ "healthy": true, "status": "healthy" }));
    let client = app.anonymous();
    for (token, version) in [("a token for probes", true), ("another token", false)] {
        let page = client.send(client.request(Method::GET, "/health").bearer_auth(token)).await;
        assert_eq!(page.json::<Value>()["version"].is_string(), version, "{token}");
    }
}

async fn staff_whose_role_includes_health_see_details_by_cookie_and_by_token(engine: Engine) {
    let app = TestApp::start(engine, &[("HEALTH_ALLOWED_NETWORKS", "192.0.2.0/24")]).await;
    health::run_all(&app).await;
    for (role, sees) in [(Role::Analyst, true), (Role::Reviewer, false)] {
        let person = app.add_person(role, &app.organization().await).await;
        let mut browser = app.browser_of(&person).await;
        let program = Program::of(&app, &person).await;
        for page in [browser.get("/health").await, program.get("/health").await] {
            let body: Value = page.assert_status(200).json();
            assert_eq!(
                (body["version"].is_string(), body["uptime"].is_u64()),
                (sees, sees),
                "{role}: {body}"
            );
        }
        browser.get("/metrics").await.assert_status(if sees { 200 } else { 403 });
    }
}

async fn readiness_follows_the_checks_and_the_drain(app: TestApp) {
    assert_eq!(ask(&app, "/health/readiness").await.0, 200);
    app.health.drain();
    let (status, body) = ask(&app, "/health/readiness").await;
    assert_eq!((status, &body["status"]), (503, &Value::from("draining")));
}

async fn without_its_database_the_whole_is_unhealthy_and_not_ready(engine: Engine) {
    let app = TestApp::fragile(engine, &[]).await;
    let outage = app.cut_database().await;
    health::run_all(&app).await;
    let (status, body) = ask(&app, "/health").await;
    assert_eq!((status, &body["status"]), (503, &Value::from("unhealthy")), "{body}");
    let (status, body) = ask(&app, "/health/database").await;
    assert_eq!((status, &body["healthy"]), (503, &Value::from(false)), "{body}");
    assert!(body["message"].is_string(), "{body}");
    let (status, body) = ask(&app, paths::READINESS).await;
    assert_eq!((status, &body["status"]), (503, &Value::from("database")));
    assert_eq!(ask(&app, paths::LIVENESS).await.0, 200);
    outage.end().await;
    health::run_all(&app).await;
    assert_eq!(ask(&app, paths::READINESS).await.0, 200);
}

async fn without_its_storage_the_whole_is_only_degraded(app: TestApp) {
    std::fs::remove_dir_all(app.config.database.data_dir.join("documents")).unwrap();
    health::run_all(&app).await;
    let (status, body) = ask(&app, "/health").await;
    assert_eq!((status, &body["status"]), (200, &Value::from("degraded")), "{body}");
    let (status, body) = ask(&app, "/health/storage").await;
    assert_eq!((status, &body["status"]), (200, &Value::from("unhealthy")), "{body}");
    assert_eq!(ask(&app, paths::READINESS).await.0, 200);
}
