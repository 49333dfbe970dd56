//! The API of signing in: `/auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/me`.

use actix_web::HttpResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::devices::Presented;
use super::mfa::Step;
use super::mfa::api::SecondStep;
use super::sign_in::{self, Attempt};
use super::{locks, sign_out, store};
use crate::app::App;
use crate::error::AppError;
use crate::limits::{self, Limit, Standing};
use crate::sessions::api_tokens::{self, Pair};
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, Json, SignedIn};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// The tokens of a family.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// Sent as `Authorization: Bearer …`.
    access_token: String,
    /// Good for one refresh.
    refresh_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token dies.
    expires_in: i64,
}

impl From<Pair> for Tokens {
    fn from(pair: Pair) -> Self {
        Self {
            access_token: pair.access_token.expose_secret().to_owned(),
            refresh_token: pair.refresh_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: pair.expires_in,
        }
    }
}

/// Signs a program in for a person.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = Login, responses(
    (status = 200, description = "Signed in", body = Tokens),
    (status = 202, description = "A second factor is asked for: `POST /auth/mfa` ends the sign-in", body = SecondStep),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`invalid_credentials`: unknown address, wrong password, or too many of them", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`account_pending`, `account_suspended`, `account_banned`, `account_rejected`, `password_expired`, `password_change_required`; only after a correct password", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many failures from this network; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many at once; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn login(_: Anyone, context: Context, Json(sent): Json<Login>) -> Result<HttpResponse, AppError> {
    let attempt = Attempt { email: sent.email, password: sent.password, device: Presented::Program };
    let step = sign_in::by_api(&context.app, &context.act(), &attempt).await;
    let step = step.inspect_err(|error| tell_limit(&context.app, error))??;
    Ok(match step {
        Step::Done(pair) => HttpResponse::Ok().json(Tokens::from(pair)),
        Step::SecondFactor(token) => {
            HttpResponse::Accepted().json(SecondStep::of(&context.app, &token, context.now).await?)
        }
    })
}

/// Failures of a network are counted by `locks`; the headers tell of them as of every limit.
fn tell_limit(app: &App, error: &AppError) {
    let AppError::TooMany { retry_after } = error else { return };
    let limit = Limit::new("sign_in", app.config.accounts.failures_per_ip, locks::WINDOW);
    limits::note(Standing { limit, remaining: 0, reset: *retry_after });
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// Spends a refresh token for a new pair.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", request_body = Refresh, responses(
    (status = 200, description = "The next pair", body = Tokens),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token_reused` (the family has been ended), `token_expired`, `token_unknown`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn refresh(
    _: Anyone,
    context: Context,
    Json(sent): Json<Refresh>,
) -> Result<HttpResponse, AppError> {
    let pair = api_tokens::refresh(&context.app, &context.act(), sent.refresh_token).await?;
    Ok(HttpResponse::Ok().json(Tokens::from(pair?)))
}

/// Ends the session of the token.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
))]
pub async fn logout(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    sign_out::sign_out(&context.app, &context.act(), &actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: String,
    email: String,
    name: String,
    role: String,
    organization: String,
    status: String,
    email_verified: bool,
    document_verified: bool,
    /// Does this account ask for a second factor?
    mfa: bool,
}

/// Who the token belongs to.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth", responses(
    (status = 200, description = "The person", body = Me),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
))]
pub async fn me(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    let id = actor.user.clone();
    let user = context.app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(Me {
        id: user.id.to_string(),
        email: user.email.to_string(),
        name: user.name.to_string(),
        role: user.role.to_string(),
        organization: actor.organization_name,
        status: user.status.to_string(),
        email_verified: user.email_verified_at.is_some(),
        document_verified: user.document_verified_at.is_some(),
        mfa: user.mfa_since.is_some(),
    }))
}
