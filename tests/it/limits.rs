//! Limits: exact in their window, shared by processes, kept over a restart.

use std::time::Duration;

use chrono::TimeDelta;
use frontdesk::error::AppError;
use frontdesk::limits::{self, Limit};

use crate::harness::{TestApp, both_engines};

both_engines!(
    a_limit_lets_so_many_through_in_any_window,
    two_processes_share_a_limit,
    a_hundred_tries_at_once_are_counted_one_by_one,
    past_tries_are_swept_away,
);

const THREE: Limit = Limit::new("test", 3, TimeDelta::hours(1));

fn key(text: &str) -> [String; 1] {
    [text.to_owned()]
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
    app.clock.advance(TimeDelta::minutes(30));
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

async fn past_tries_are_swept_away(app: TestApp) {
    limits::take(&app, THREE, &key("a")).await.unwrap();
    app.clock.advance(TimeDelta::hours(25));
    limits::take(&app, THREE, &key("a")).await.unwrap();
    app.run_jobs().await;
    assert_eq!(app.count("rate_limit_hits").await, 1);
}
