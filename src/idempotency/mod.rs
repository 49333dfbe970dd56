//! `Idempotency-Key`: a caller that did not get its answer asks again with the same key, and gets the answer of
//! the first call instead of a second one of what it created.
//!
//! A call is noted before its work begins ([`once`]) and its answer is kept, sealed, for 24 hours. The same key
//! with another body or path is refused; so is a key whose first call is under way. What failed is forgotten,
//! so that it can be tried again. A process that dies between the work and the note leaves the key under way:
//! after `ABANDONED` it is free again.

mod store;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use serde_json::Value;

use self::store::Row;
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;
use crate::id_type;
use crate::keys::Purpose;
use crate::paths;
use crate::web::Context;

id_type!(
    /// A kept answer.
    AnswerId
);

pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is that of an earlier call.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long an answer is kept.
const LIFE: TimeDelta = TimeDelta::hours(24);
/// A call that is under way for longer was lost with its process.
const ABANDONED: TimeDelta = TimeDelta::minutes(10);
const LONGEST: usize = 255;
const BATCH: i64 = 500;

/// What a call that creates something answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// `201 Created` with this body.
    ///
    /// # Errors
    /// When the body cannot be JSON.
    pub fn created(body: impl serde::Serialize) -> Result<Self, AppError> {
        Self::of(StatusCode::CREATED, body)
    }

    /// # Errors
    /// When the body cannot be JSON.
    pub fn of(status: StatusCode, body: impl serde::Serialize) -> Result<Self, AppError> {
        Ok(Self { status, body: serde_json::to_value(body).map_err(AppError::internal)? })
    }

    fn response(&self, replayed: bool) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if replayed {
            response.insert_header((REPLAYED, "true"));
        }
        response.json(&self.body)
    }
}

/// Does `work` once for each key that the request brings; without a key, each time. `body` is asked for what was
/// sent, to tell one call from another.
///
/// # Errors
/// 400 for a key that is none, 409 `idempotency_key_reused` and `idempotency_key_in_use`, and what `work` says.
pub async fn once<F>(
    context: &Context,
    request: &HttpRequest,
    body: impl FnOnce() -> Vec<u8>,
    work: F,
) -> Result<HttpResponse, AppError>
where
    F: Future<Output = Result<Answer, AppError>>,
{
    let Some(key) = key(request)? else { return work.await.map(|answer| answer.response(false)) };
    let (now, body) = (context.now, body());
    let call = Row {
        id: AnswerId::new(&context.app.random, now),
        actor: actor(context),
        key,
        operation: format!("{} {}", request.method(), paths::api_path(request.path())),
        // With a key: a body may hold a password, which a plain hash would let be guessed.
        body_hash: hex::encode(context.app.keys.mac(Purpose::KeptCall, &body)),
        created_at: now,
        status: None,
        sealed_answer: None,
    };
    let id = call.id.clone();
    let app = context.app.clone();
    if let Some(kept) = context.app.db.write(move |c| begin(c, &app, &call, &body)).await? {
        return Ok(kept.response(true));
    }
    let outcome = work.await;
    let (app, kept) = (context.app.clone(), outcome.as_ref().ok().cloned());
    context.app.db.write(move |c| finish(c, &app, &id, kept.as_ref())).await?;
    outcome.map(|answer| answer.response(false))
}

fn key(request: &HttpRequest) -> Result<Option<String>, AppError> {
    let Some(sent) = request.headers().get(HEADER) else { return Ok(None) };
    let text = sent.to_str().ok().filter(|text| (1..=LONGEST).contains(&text.len()));
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    let text = text.ok_or_else(|| {
        AppError::bad_request(
            "bad_idempotency_key",
            format!("Idempotency-Key must be 1 to {LONGEST} visible ASCII characters."),
        )
    })?;
    Ok(Some(text.to_owned()))
}

/// Keys of different callers have nothing to do with each other.
fn actor(context: &Context) -> String {
    match &context.actor {
        Some(actor) => match &actor.key {
            Some(key) => format!("api_key:{}", key.id),
            None => format!("user:{}", actor.user),
        },
        None => format!("ip:{}", context.client.ip),
    }
}

/// Notes a call; answers what an earlier one with the same key was answered.
fn begin(c: &mut Connection, app: &App, call: &Row, body: &[u8]) -> Result<Option<Answer>, AppError> {
    c.lock(&format!("idempotency:{}:{}", call.actor, call.key))?;
    if let Some(earlier) = store::find(c, &call.actor, &call.key)? {
        let age = call.created_at.since(earlier.created_at);
        let forgotten = age >= LIFE || (earlier.status.is_none() && age >= ABANDONED);
        if !forgotten {
            return repeat(app, &earlier, call, body).map(Some);
        }
        store::remove(c, &earlier.id)?;
    }
    store::insert(c, call)?;
    Ok(None)
}

fn repeat(app: &App, earlier: &Row, call: &Row, body: &[u8]) -> Result<Answer, AppError> {
    let hash = hex::decode(&earlier.body_hash).unwrap_or_default();
    if earlier.operation != call.operation || !app.keys.verify_mac(Purpose::KeptCall, body, &hash) {
        return Err(AppError::conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another call. Take a new key for each call.",
        ));
    }
    let (Some(status), Some(sealed)) = (earlier.status, &earlier.sealed_answer) else {
        return Err(AppError::conflict(
            "idempotency_key_in_use",
            "The first call with this Idempotency-Key is still under way. Ask again in a moment.",
        ));
    };
    let opened = app.keys.open(Purpose::KeptAnswer, sealed, earlier.id.as_str().as_bytes());
    let body = serde_json::from_slice(&opened.map_err(AppError::internal)?).map_err(AppError::internal)?;
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Answer { status: status.unwrap_or(StatusCode::OK), body })
}

fn finish(c: &mut Connection, app: &App, id: &AnswerId, answer: Option<&Answer>) -> Result<(), AppError> {
    let Some(answer) = answer else { return Ok(store::remove(c, id)?) };
    let body = answer.body.to_string();
    let sealed = app.keys.seal(Purpose::KeptAnswer, body.as_bytes(), id.as_str().as_bytes(), &app.random);
    Ok(store::settle(c, id, answer.status.as_u16(), &sealed)?)
}

/// Forgets answers that are kept no longer; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(LIFE);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::remove_before(c, before, BATCH)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
            return Ok(removed);
        }
    }
}
