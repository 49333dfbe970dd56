//! Limits: exact in their window, shared by processes, kept over a restart; in the database or in Redis.

use std::time::Duration;

use chrono::TimeDelta;
use frontdesk::error::AppError;
use frontdesk::health;
use frontdesk::ids::Random;
use frontdesk::limits::{self, Limit};
use serde_json::Value;

use crate::harness::{Engine, TestApp, both_engines, variable};

both_engines!(
    a_limit_lets_so_many_through_in_any_window,
    two_processes_share_a_limit,
    a_hundred_tries_at_once_are_counted_one_by_one,
    a_try_that_one_bucket_refuses_counts_in_none,
    what_is_forgotten_may_be_tried_again,
    past_tries_are_swept_away,
    without_redis_its_health_is_disabled,
    a_redis_that_does_not_answer_fails_no_try,
);

/// The same cases where Redis counts.
mod redis {
    use super::with_redis;

    #[tokio::test]
    async fn a_limit_lets_so_many_through_in_any_window() {
        super::a_limit_lets_so_many_through_in_any_window(with_redis().await).await;
    }

    #[tokio::test]
    async fn two_processes_share_a_limit() {
        super::two_processes_share_a_limit(with_redis().await).await;
    }

    #[tokio::test]
    async fn a_hundred_tries_at_once_are_counted_one_by_one() {
        super::a_hundred_tries_at_once_are_counted_one_by_one(with_redis().await).await;
    }

    #[tokio::test]
    async fn a_try_that_one_bucket_refuses_counts_in_none() {
        super::a_try_that_one_bucket_refuses_counts_in_none(with_redis().await).await;
    }

    #[tokio::test]
    async fn what_is_forgotten_may_be_tried_again() {
        super::what_is_forgotten_may_be_tried_again(with_redis().await).await;
    }

    #[tokio::test]
    async fn tries_are_counted_there_and_not_in_the_database() {
        super::tries_are_counted_there_and_not_in_the_database(with_redis().await).await;
    }

    #[tokio::test]
    async fn a_server_that_goes_away_half_way_fails_no_try() {
        super::a_server_that_goes_away_half_way_fails_no_try().await;
    }
}

const THREE: Limit = Limit::new("test", 3, TimeDelta::hours(1));

fn key(text: &str) -> [String; 1] {
    [text.to_owned()]
}

/// A Redis of its own, as far as names go.
async fn with_redis() -> TestApp {
    redis_at(&variable("TEST_REDIS_URL")).await
}

async fn redis_at(url: &str) -> TestApp {
    let prefix = format!("{}:", hex::encode(Random::system().bytes::<8>()));
    TestApp::start(Engine::Sqlite, &[("REDIS_URL", url), ("REDIS_KEY_PREFIX", &prefix)]).await
}

async fn redis_health(app: &TestApp) -> Value {
    health::run_all(app).await;
    app.anonymous().get("/health/redis").await.assert_status(200).json()
}

async fn a_limit_lets_so_many_through_in_any_window(app: TestApp) {
    for _ in 0..3 {
        limits::take(&app, THREE, &key("a")).await.unwrap();
        app.clock.advance(TimeDelta::minutes(10));
    }
    let refused = limits::take(&app, THREE, &key("a")).await.unwrap_err();
    let AppError::TooMany { retry_after } = refused else { panic!("{refused:?}") };
    assert_eq!(retry_after, Duration::from_mins(30));
    assert!(app.metrics.text().unwrap().contains("rate_limit_exceeded_total{endpoint=\"test\"} 1"));
    limits::take(&app, THREE, &key("b")).await.unwrap();
    app.clock.advance(TimeDelta::minutes(30) - TimeDelta::microseconds(1));
    limits::take(&app, THREE, &key("a")).await.unwrap_err();
    app.clock.advance(TimeDelta::microseconds(1));
    limits::take(&app, THREE, &key("a")).await.unwrap();
    limits::take(&app, THREE, &key("a")).await.unwrap_err();
}

async fn two_processes_share_a_limit(app: TestApp) {
    let other = app.another_process(2);
    for _ in 0..3 {
        limits::take(&other, THREE, &key("a")).await.unwrap();
    }
    limits::take(&app, THREE, &key("a")).await.unwrap_err();
}

async fn a_hundred_tries_at_once_are_counted_one_by_one(app: TestApp) {
    let (one, other) = (app.another_process(2), app.another_process(3));
    let tries = (0..100).map(|n| {
        let app = if n % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move { limits::take(&app, THREE, &key("a")).await.is_ok() })
    });
    let mut through = 0;
    for one in tries.collect::<Vec<_>>() {
        through += usize::from(one.await.unwrap());
    }
    assert_eq!(through, 3);
}

async fn a_try_that_one_bucket_refuses_counts_in_none(app: TestApp) {
    for _ in 0..3 {
        limits::take(&app, THREE, &key("a")).await.unwrap();
    }
    limits::take(&app, THREE, &["a".to_owned(), "b".to_owned()]).await.unwrap_err();
    for _ in 0..3 {
        limits::take(&app, THREE, &key("b")).await.unwrap();
    }
    limits::take(&app, THREE, &key("b")).await.unwrap_err();
}

async fn what_is_forgotten_may_be_tried_again(app: TestApp) {
    for _ in 0..3 {
        limits::take(&app, THREE, &key("a")).await.unwrap();
    }
    limits::forget(&app, THREE, "a").await.unwrap();
    limits::take(&app, THREE, &key("a")).await.unwrap();
}

async fn past_tries_are_swept_away(app: TestApp) {
    limits::take(&app, THREE, &key("a")).await.unwrap();
    app.clock.advance(TimeDelta::hours(25));
    limits::take(&app, THREE, &key("a")).await.unwrap();
    app.run_jobs().await;
    assert_eq!(app.count("rate_limit_hits").await, 1);
}

async fn without_redis_its_health_is_disabled(app: TestApp) {
    let check = redis_health(&app).await;
    assert_eq!((&check["status"], &check["healthy"]), (&Value::from("disabled"), &Value::from(true)));
}

async fn tries_are_counted_there_and_not_in_the_database(app: TestApp) {
    limits::take(&app, THREE, &key("a")).await.unwrap();
    assert_eq!(app.count("rate_limit_hits").await, 0);
    assert_eq!(redis_health(&app).await["status"], "healthy");
}

/// Nobody listens where this port was.
fn closed_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

async fn a_redis_that_does_not_answer_fails_no_try(engine: Engine) {
    let url = format!("redis://127.0.0.1:{}", closed_port());
    let app = TestApp::start(engine, &[("REDIS_URL", &url)]).await;
    let other = app.another_process(2);
    for app in [&app, &other, &app] {
        limits::take(app, THREE, &key("a")).await.unwrap();
    }
    limits::take(&other, THREE, &key("a")).await.unwrap_err();
    let check = redis_health(&app).await;
    assert_eq!(check["status"], "degraded");
    assert!(check["message"].as_str().unwrap().contains("counted in the database"), "{check}");
    assert_eq!(app.anonymous().get("/health").await.assert_status(200).json::<Value>()["status"], "degraded");
    app.anonymous().get("/login").await.assert_status(200);
}

/// Passes on to the Redis of the run until it is closed.
struct Gate {
    url: String,
    open: tokio::task::JoinHandle<()>,
}

impl Gate {
    async fn open() -> Self {
        let server = url::Url::parse(&variable("TEST_REDIS_URL")).unwrap();
        let server = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let open = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let mut server = tokio::net::TcpStream::connect(&server).await.unwrap();
                connections.spawn(async move {
                    // Either end may break off.
                    tokio::io::copy_bidirectional(&mut client, &mut server).await.ok();
                });
            }
        });
        Self { url, open }
    }

    async fn close(self) {
        self.open.abort();
        assert!(self.open.await.unwrap_err().is_cancelled());
    }
}

async fn a_server_that_goes_away_half_way_fails_no_try() {
    let gate = Gate::open().await;
    let app = redis_at(&gate.url).await;
    limits::take(&app, THREE, &key("a")).await.unwrap();
    assert_eq!(app.count("rate_limit_hits").await, 0);
    gate.close().await;
    for _ in 0..3 {
        limits::take(&app, THREE, &key("a")).await.unwrap();
    }
    assert_eq!(app.count("rate_limit_hits").await, 3);
    limits::take(&app, THREE, &key("a")).await.unwrap_err();
    assert_eq!(redis_health(&app).await["status"], "degraded");
}
