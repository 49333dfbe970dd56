//! The endpoints for probes and monitors.

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::{Check, DATABASE, REDIS, STORAGE, Status};
use crate::access::{Actor, Permission};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::sessions::identity;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, guard};

/// The state of the whole; details only for those who may see them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Report {
    pub status: Status,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Seconds since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uptime: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'static str>,
    pub checks: BTreeMap<&'static str, CheckReport>,
}

/// One check.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckReport {
    pub healthy: bool,
    pub status: Status,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl CheckReport {
    fn of(check: &Check, detailed: bool) -> Self {
        let latency = check.latency.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        Self {
            healthy: matches!(check.status, Status::Healthy | Status::Disabled),
            status: check.status,
            latency: latency.filter(|_| detailed),
            message: check.message.clone().filter(|_| detailed),
        }
    }
}

/// May this caller see versions, errors and figures? By network or token, as probes come; or as staff whose role
/// includes it, signed in or with an access token. A probe that sends neither asks nobody.
pub async fn sees_details(request: &HttpRequest, context: &Context) -> bool {
    let config = &context.app.config.health;
    if config.allowed_networks.contains(context.client.ip) {
        return true;
    }
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(sent) = sent.and_then(|value| value.strip_prefix("Bearer ")) else {
        return guard::may(request, Permission::SeeHealth);
    };
    if config.token.as_ref().is_some_and(|token| is_same(token, sent)) {
        return true;
    }
    match bearer(context, sent).await {
        Some(actor) => {
            request.extensions_mut().insert(actor);
            guard::may(request, Permission::SeeHealth)
        }
        None => false,
    }
}

fn is_same(token: &SecretString, sent: &str) -> bool {
    token.expose_secret().as_bytes().ct_eq(sent.as_bytes()).into()
}

/// Whose access token this is. While the database is away it is nobody's: health never waits for it.
async fn bearer(context: &Context, token: &str) -> Option<Actor> {
    let app = &context.app;
    let database = app.health.all().remove(DATABASE)?;
    if database.status != Status::Healthy {
        return None;
    }
    identity::by_token(app, SecretString::from(token)).await.ok()
}

fn report(app: &App, detailed: bool) -> Report {
    let checks = app.health.all();
    Report {
        status: app.health.overall(),
        timestamp: app.clock.now(),
        uptime: detailed.then(|| app.health.uptime().as_secs()),
        version: detailed.then_some(env!("CARGO_PKG_VERSION")),
        checks: checks.iter().map(|(name, check)| (*name, CheckReport::of(check, detailed))).collect(),
    }
}

fn code(status: Status) -> StatusCode {
    if status == Status::Unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

/// The state of the whole.
#[utoipa::path(get, path = "/health", tag = "health", responses(
    (status = 200, description = "Healthy or degraded", body = Report),
    (status = 503, description = "Unhealthy", body = Report),
))]
pub async fn overall(_: Anyone, context: Context, request: HttpRequest) -> HttpResponse {
    let report = report(&context.app, sees_details(&request, &context).await);
    HttpResponse::build(code(report.status)).json(report)
}

async fn one(context: &Context, request: &HttpRequest, name: &'static str) -> Result<HttpResponse, AppError> {
    let checks = context.app.health.all();
    let check = checks.get(name).ok_or_else(|| AppError::unavailable("not checked yet"))?;
    let body = CheckReport::of(check, sees_details(request, context).await);
    let status = if name == DATABASE { code(check.status) } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(body))
}

/// The database.
#[utoipa::path(get, path = "/health/database", tag = "health", responses(
    (status = 200, description = "It answers", body = CheckReport),
    (status = 503, description = "It does not, or was not asked yet", content((CheckReport = "application/json"), (Problem = "application/problem+json"))),
))]
pub async fn database(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    one(&context, &request, DATABASE).await
}

/// The store of documents.
#[utoipa::path(get, path = "/health/storage", tag = "health", responses(
    (status = 200, description = "Its state", body = CheckReport),
    (status = 503, description = "Not checked yet", body = Problem, content_type = "application/problem+json"),
))]
pub async fn storage(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    one(&context, &request, STORAGE).await
}

/// The Redis that instances share; `disabled` when none is configured.
#[utoipa::path(get, path = "/health/redis", tag = "health", responses(
    (status = 200, description = "Its state", body = CheckReport),
    (status = 503, description = "Not checked yet", body = Problem, content_type = "application/problem+json"),
))]
pub async fn redis(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    one(&context, &request, REDIS).await
}

/// A word for a probe.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Word {
    pub status: &'static str,
}

/// The process turns; it asks nobody else.
#[utoipa::path(get, path = "/health/liveness", tag = "health", responses(
    (status = 200, description = "The process turns", body = Word),
))]
pub async fn liveness(_: Anyone) -> HttpResponse {
    HttpResponse::Ok().json(Word { status: "alive" })
}

/// Requests may be sent here.
#[utoipa::path(get, path = "/health/readiness", tag = "health", responses(
    (status = 200, description = "Requests may be sent here", body = Word),
    (status = 503, description = "Starting, draining, or without its database", body = Word),
))]
pub async fn readiness(_: Anyone, context: Context) -> HttpResponse {
    match context.app.health.readiness() {
        Ok(()) => HttpResponse::Ok().json(Word { status: "ready" }),
        Err(why) => HttpResponse::ServiceUnavailable().json(Word { status: why }),
    }
}
