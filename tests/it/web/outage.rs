//! What people and programs are told while something the application needs is away or full.

use std::pin::Pin;

use frontdesk::access::Role;
use frontdesk::error::AppError;
use frontdesk::paths;
use futures_util::{FutureExt, future};
use reqwest::Method;
use serde_json::json;

use crate::harness::{Engine, TestApp, both_engines};
use crate::verifications::support::Program;

both_engines!(
    a_database_that_is_away_is_told_and_signs_nobody_out,
    a_full_queue_of_password_hashes_is_told_with_when_to_come_back,
);

async fn a_database_that_is_away_is_told_and_signs_nobody_out(engine: Engine) {
    let app = TestApp::fragile(engine, &[]).await;
    let person = app.add_person(Role::Reviewer, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    let program = Program::of(&app, &person).await;
    let outage = app.cut_database().await;
    let page = browser.get(paths::VERIFICATIONS).await;
    assert_eq!(page.assert_status(503).path, paths::VERIFICATIONS);
    assert!(page.text("h1").contains("not available"), "{page:?}");
    let answer = program.get("/api/v1/verifications").await;
    assert_eq!(answer.assert_status(503).json::<serde_json::Value>()["code"], "unavailable");
    for told in [&page, &answer] {
        assert!(
            told.header("retry-after").is_some() && told.header("set-cookie").is_none(),
            "{:?}",
            told.headers
        );
    }
    outage.end().await;
    browser.get(paths::VERIFICATIONS).await.assert_status(200);
    program.get("/api/v1/verifications").await.assert_status(200);
}

type Hashing = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;

/// Hashes that were begun and are not gone on with: they keep their places in the queue.
fn fill(app: &TestApp) -> Vec<Hashing> {
    let mut begun = Vec::new();
    loop {
        let hasher = app.hasher.clone();
        let mut hashing: Hashing = Box::pin(async move { hasher.hash(&"Engine-1843!".into()).await });
        match hashing.as_mut().now_or_never() {
            None => begun.push(hashing),
            Some(refused) => {
                assert!(matches!(refused, Err(AppError::Unavailable(_))), "{refused:?}");
                return begun;
            }
        }
    }
}

async fn a_full_queue_of_password_hashes_is_told_with_when_to_come_back(engine: Engine) {
    // Hashes that take long, so that the queue is still full when the request has come to it.
    let settings = [
        ("HASHING_PARALLEL", "1"),
        ("HASHING_QUEUE", "2"),
        ("ARGON2_MEMORY_KIB", "32768"),
        ("ARGON2_ITERATIONS", "48"),
    ];
    let app = TestApp::start(engine, &settings).await;
    let mut begun = fill(&app);
    // The first one runs whether or not anybody asks for it, and makes room for one more.
    begun.remove(0).await.unwrap();
    begun.extend(fill(&app));
    let client = app.anonymous();
    let sign_in = client.request(Method::POST, "/api/v1/auth/login");
    let body = json!({ "email": "nobody@demo.test", "password": "wrong" });
    let answer = client.send(sign_in.json(&body)).await;
    assert_eq!(answer.assert_status(503).header("retry-after"), Some("2"));
    future::join_all(begun).await;
}
