//! Health endpoints: shape, who sees details, and what an outage looks like.

use frontdesk::health;
use reqwest::Method;
use serde_json::Value;

use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    the_whole_and_its_parts_have_the_shape_that_monitors_rely_on,
    strangers_see_status_words_only_unless_they_have_the_token,
    readiness_follows_the_checks_and_the_drain,
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

async fn strangers_see_status_words_only_unless_they_have_the_token(engine: Engine) {
    let settings = [("HEALTH_ALLOWED_NETWORKS", "192.0.2.0/24"), ("HEALTH_TOKEN", "a token for probes")];
    let app = TestApp::start(engine, &settings).await;
    health::run_all(&app).await;
    let (_, body) = ask(&app, "/health").await;
    assert_eq!((&body["version"], &body["checks"]["database"]["latency"]), (&Value::Null, &Value::Null));
    let client = app.anonymous();
    for (token, version) in [("a token for probes", true), ("another token", false)] {
        let page = client.send(client.request(Method::GET, "/health").bearer_auth(token)).await;
        assert_eq!(page.json::<Value>()["version"].is_string(), version, "{token}");
    }
}

async fn readiness_follows_the_checks_and_the_drain(app: TestApp) {
    assert_eq!(ask(&app, "/health/readiness").await.0, 200);
    app.health.drain();
    let (status, body) = ask(&app, "/health/readiness").await;
    assert_eq!((status, &body["status"]), (503, &Value::from("draining")));
}
