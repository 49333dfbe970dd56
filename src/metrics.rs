//! Counters of this process, in the Prometheus text format.
//!
//! No label ever holds user data, so the number of series is bounded by the code.

use actix_web::{HttpRequest, HttpResponse};
use prometheus::{IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

use crate::error::AppError;
use crate::health;
use crate::web::{Anyone, Context};

/// Every counter.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    rate_limit_exceeded: IntCounterVec,
    login_attempts: IntCounter,
    login_failures: IntCounterVec,
    password_reset_requests: IntCounter,
    email_verification_sent: IntCounter,
    invites_created: IntCounter,
    invites_accepted: IntCounter,
}

/// A metric was declared twice or under a name that is none.
#[derive(Debug, thiserror::Error)]
#[error("the metrics cannot be set up: {0}")]
pub struct SetupError(#[from] prometheus::Error);

impl From<SetupError> for AppError {
    fn from(error: SetupError) -> Self {
        Self::internal(error)
    }
}

impl Metrics {
    /// # Errors
    /// Only when two metrics share a name.
    pub fn new() -> Result<Self, SetupError> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| -> Result<IntCounter, SetupError> {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let family = |name: &str, help: &str, label: &str| -> Result<IntCounterVec, SetupError> {
            let family = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(family.clone()))?;
            Ok(family)
        };
        Ok(Self {
            rate_limit_exceeded: family(
                "rate_limit_exceeded_total",
                "Tries refused because there were too many.",
                "endpoint",
            )?,
            login_attempts: counter("auth_login_attempts_total", "Tries to sign in.")?,
            login_failures: family(
                "auth_login_failures_total",
                "Tries to sign in that failed, by reason.",
                "reason",
            )?,
            password_reset_requests: counter(
                "password_reset_requests_total",
                "Requests for a link to reset a password.",
            )?,
            email_verification_sent: counter(
                "email_verification_sent_total",
                "Mails sent to verify an address.",
            )?,
            invites_created: counter("invites_created_total", "Invites created.")?,
            invites_accepted: counter("invites_accepted_total", "Invites accepted.")?,
            registry,
        })
    }

    /// `limit` is the name of a limit in the code.
    pub fn rate_limit_exceeded(&self, limit: &'static str) {
        self.rate_limit_exceeded.with_label_values(&[limit]).inc();
    }

    pub fn login_attempt(&self) {
        self.login_attempts.inc();
    }

    /// `reason` is a word of the code, such as `credentials` or `locked`.
    pub fn login_failure(&self, reason: &'static str) {
        self.login_failures.with_label_values(&[reason]).inc();
    }

    pub fn password_reset_request(&self) {
        self.password_reset_requests.inc();
    }

    pub fn email_verification_sent(&self) {
        self.email_verification_sent.inc();
    }

    pub fn invite_created(&self) {
        self.invites_created.inc();
    }

    pub fn invite_accepted(&self) {
        self.invites_accepted.inc();
    }

    /// All of them as text.
    ///
    /// # Errors
    /// Only when a metric is inconsistent.
    pub fn text(&self) -> Result<String, SetupError> {
        Ok(TextEncoder::new().encode_to_string(&self.registry.gather())?)
    }
}

/// `GET /metrics`, for whom `/health` shows its details to.
pub async fn serve(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if !health::sees_details(&request, &context).await {
        return Err(AppError::forbidden("not_permitted", "Send the HEALTH_TOKEN as a bearer token."));
    }
    let text = context.app.metrics.text()?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
