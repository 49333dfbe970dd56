//! `/password-reset/…` and `/auth/forgot-password`

use actix_web::HttpResponse;
use actix_web::web::Path;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Dead, Link, Refused};
use super::requests;
use crate::accounts::password::complaint;
use crate::error::{AppError, FieldError};
use crate::mail::EmailAddress;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, Json};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    #[schema(example = "ada@example.org")]
    email: String,
}

/// What came of it, in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetMessage {
    message: &'static str,
}

/// The answer to every request, whether the address has an account or not.
const RECEIVED: ResetMessage =
    ResetMessage { message: "If there is an account with this address, a link is on its way to it." };

/// Asks for a link to reset a password. Known and unknown addresses are answered the same.
#[utoipa::path(post, path = "/api/v1/password-reset/request", tag = "password-reset",
    request_body = ResetRequest, responses(
    (status = 200, description = "Received; the same for every address", body = ResetMessage),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`email` is no address", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "3 an hour for an address and from one place; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn request(
    _: Anyone,
    context: Context,
    Json(sent): Json<ResetRequest>,
) -> Result<HttpResponse, AppError> {
    let email = EmailAddress::parse(&sent.email)
        .map_err(|problem| AppError::invalid("email", problem.to_string()))?;
    requests::ask(&context.app, &context.act(), &email).await?;
    Ok(HttpResponse::Ok().json(RECEIVED))
}

/// The same as `/api/v1/password-reset/request`.
#[utoipa::path(post, path = "/api/v1/auth/forgot-password", tag = "auth",
    request_body = ResetRequest, responses(
    (status = 200, description = "Received; the same for every address", body = ResetMessage),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`email` is no address", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "3 an hour for an address and from one place; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn forgot(
    anyone: Anyone,
    context: Context,
    sent: Json<ResetRequest>,
) -> Result<HttpResponse, AppError> {
    request(anyone, context, sent).await
}

/// Is a link still good? Tells nothing of whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetValidity {
    valid: bool,
    /// Why not: `expired` (also when a newer one was sent), `used` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "expired", pattern = "^(expired|used|unknown)$")]
    reason: Option<&'static str>,
}

impl From<Link> for ResetValidity {
    fn from(link: Link) -> Self {
        let reason = match link {
            Link::Ready(_) => None,
            Link::Dead(Dead::Expired) => Some("expired"),
            Link::Dead(Dead::Used) => Some("used"),
            Link::Dead(Dead::Unknown) => Some("unknown"),
        };
        Self { valid: reason.is_none(), reason }
    }
}

/// Looks at a token without using it up.
#[utoipa::path(get, path = "/api/v1/password-reset/validate/{token}", tag = "password-reset",
    params(("token" = String, Path, description = "The last part of the link in the mail")), responses(
    (status = 200, description = "Good, or why not", body = ResetValidity),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn validate(_: Anyone, context: Context, token: Path<String>) -> Result<HttpResponse, AppError> {
    let token = SecretString::from(token.into_inner());
    let link = actions::look(&context.app, &token, context.now).await?;
    Ok(HttpResponse::Ok().json(ResetValidity::from(link)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The last part of the link in the mail.
    #[schema(value_type = String)]
    token: SecretString,
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// Sets a new password with a token and uses it up. Every session and token family of the user ends.
#[utoipa::path(post, path = "/api/v1/password-reset/reset", tag = "password-reset",
    request_body = Reset, responses(
    (status = 200, description = "The password was changed", body = ResetMessage),
    (status = 400, description = "`token_invalid`, or the body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The password breaks rules, each told in `errors`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "5 in 5 minutes from one place; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many at once; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn reset(_: Anyone, context: Context, Json(sent): Json<Reset>) -> Result<HttpResponse, AppError> {
    match actions::reset(&context.app, &context.act(), &sent.token, &sent.new_password).await? {
        Ok(_) => Ok(HttpResponse::Ok().json(ResetMessage {
            message: "The password was changed. Every session of the account has ended.",
        })),
        Err(Refused::Link(_)) => Err(AppError::bad_request(
            "token_invalid",
            "The token is not valid any more: ask for a new link.",
        )),
        Err(Refused::Rules { broken, .. }) => {
            let sentences = broken.iter().filter_map(|rule| complaint(&[*rule]));
            Err(AppError::Invalid(sentences.map(|text| FieldError::new("new_password", text)).collect()))
        }
    }
}
