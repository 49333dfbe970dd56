//! How long a request for a link takes tells nothing of the address.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use frontdesk::accounts::reset;
use reqwest::Method;
use serde_json::json;

use super::reset::member;
use crate::harness::{Browser, TestApp, both_engines};

both_engines!(known_and_unknown_addresses_take_the_same_time);

const SAMPLES: usize = 2_000;

async fn time(client: &Browser, email: &str) -> Duration {
    let request =
        client.request(Method::POST, "/api/v1/password-reset/request").json(&json!({ "email": email }));
    let begun = Instant::now();
    client.send(request).await.assert_status(200);
    begun.elapsed()
}

/// How likely a sample of the one takes longer than a sample of the other: 0.5 when nothing tells them apart.
fn told_apart(one: &[Duration], other: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> = one.iter().map(|span| (*span, true)).collect();
    all.extend(other.iter().map(|span| (*span, false)));
    all.sort();
    let (mut below, mut pairs) = (0_u32, 0_u32);
    for (_, is_one) in all {
        if is_one { pairs += below } else { below += 1 }
    }
    f64::from(pairs) / f64::from(u32::try_from(one.len() * other.len()).unwrap())
}

fn median(spans: &mut [Duration]) -> Duration {
    spans.sort();
    spans[spans.len() / 2]
}

async fn known_and_unknown_addresses_take_the_same_time(app: TestApp) {
    let person = member(&app).await;
    // What is done about known addresses goes on beside, as it does in a running server.
    let beside = tokio::spawn(reset::run_loop(frontdesk::app::App::clone(&app)));
    let client = app.anonymous();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        // Another hour, another budget of tries.
        app.clock.advance(TimeDelta::hours(1));
        // Which of the two comes first is tossed for, so that neither always follows the other.
        for known_now in if app.random.below(2) == 0 { [true, false] } else { [false, true] } {
            if known_now {
                known.push(time(&client, &person.email).await);
            } else {
                unknown.push(time(&client, "nobody@demo.test").await);
            }
        }
    }
    beside.abort();
    let figure = told_apart(&known, &unknown);
    println!("{figure:.4}, medians {:?} and {:?}", median(&mut known), median(&mut unknown));
    // Of 2,000 samples each, chance alone makes it differ by 0.009 (one standard deviation).
    assert!((figure - 0.5).abs() < 0.05, "{figure}");
}
