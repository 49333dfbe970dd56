//! Taking requests, and looking into them afterwards.

use std::time::Duration;

use chrono::TimeDelta;

use super::actions::send_link;
use super::store::{self, Request};
use crate::access::{Act, Who};
use crate::accounts::tokens::fingerprint;
use crate::accounts::{self, Status};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::mail::EmailAddress;

/// Of one address (with an account or without), and from one place.
const REQUESTS: Limit = Limit::new("password_reset_request", 3, TimeDelta::hours(1));
/// How often waiting requests are looked into: soon for who waits for the mail, and at no moment that
/// depends on when a request came.
const BEAT: Duration = Duration::from_secs(1);
/// Requests read at once.
const BATCH: i64 = 50;

/// Takes a request. It tells nothing of the account, and costs the same without one.
///
/// # Errors
/// `TooMany` by the address as it was typed and by where it came from; otherwise only outages.
pub async fn ask(app: &App, act: &Act, email: &EmailAddress) -> Result<(), AppError> {
    let key = email.key();
    limits::take(app, REQUESTS, &[limits::by_ip(act), format!("address:{}", fingerprint(&key))]).await?;
    app.metrics.password_reset_request();
    let request = Request::new(&app.random, act, key);
    app.db.write(move |c| store::insert(c, &request)).await
}

/// Looks into all requests that wait; answers how many.
///
/// # Errors
/// Outages, and a mail that cannot be worded: the request goes on waiting.
pub async fn answer_waiting(app: &App) -> Result<usize, AppError> {
    let mut answered = 0;
    loop {
        let waiting = app.db.read(|c| store::waiting(c, BATCH)).await?;
        if waiting.is_empty() {
            return Ok(answered);
        }
        for request in waiting {
            let app_ = app.clone();
            answered += usize::from(app.db.write(move |c| answer(c, &app_, &request)).await?);
        }
    }
}

fn answer(c: &mut Connection, app: &App, request: &Request) -> Result<bool, AppError> {
    if !store::take(c, &request.id)? {
        return Ok(false);
    }
    let user = accounts::store::by_email_key(c, &request.email_key)?;
    let Some(user) = user.filter(|user| user.status == Status::Active) else { return Ok(true) };
    let act = Act {
        who: Who::Visitor,
        at: app.clock.now(),
        ip: request.ip.clone(),
        user_agent: request.user_agent.clone(),
        request_id: request.trace_id.clone(),
    };
    send_link(c, app, &act, &user, false)?;
    let target = Target("user", user.id.as_str());
    let event = Event::new(&user.organization_id, "user.password_reset_requested", target);
    audit::record(c, &app.random, &act, event)?;
    Ok(true)
}

/// Looks into requests until the process stops.
pub async fn run_loop(app: App) {
    let mut beats = tokio::time::interval(BEAT);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        if let Err(error) = answer_waiting(&app).await {
            tracing::warn!(%error, "requests to reset a password could not be looked into");
        }
    }
}
