//! `/email-verification/…`

use actix_web::HttpResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Entered, Resent, Verified};
use crate::accounts::store;
use crate::error::AppError;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, Json, SignedIn};

/// Either `token`, or `email` and `code`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The last part of the link in the mail.
    #[schema(value_type = Option<String>)]
    token: Option<SecretString>,
    #[schema(example = "ada@example.org")]
    email: Option<String>,
    /// The six digits in the mail.
    #[schema(value_type = Option<String>, example = "482913")]
    code: Option<SecretString>,
}

/// What using the token came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyAnswer {
    message: &'static str,
    already_verified: bool,
}

const NOW: VerifyAnswer = VerifyAnswer { message: "The email address is verified.", already_verified: false };
const ALREADY: VerifyAnswer =
    VerifyAnswer { message: "The email address was verified already.", already_verified: true };

/// Verifies an email address by the token that was sent to it, or by the code. Doing so twice is a success. A
/// wrong code and an unknown address are answered the same.
#[utoipa::path(post, path = "/api/v1/email-verification/verify", tag = "email-verification",
    request_body = Verify, responses(
    (status = 200, description = "Verified, now or already", body = VerifyAnswer),
    (status = 400, description = "`token_expired`, `token_unknown`, `code_invalid`, or the body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "10 in 5 minutes from one place; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn verify(_: Anyone, context: Context, Json(sent): Json<Verify>) -> Result<HttpResponse, AppError> {
    let (app, act) = (&context.app, context.act());
    let answer = match (sent.token, sent.email, sent.code) {
        (Some(token), None, None) => by_token(&actions::verify(app, &act, &token).await?)?,
        (None, Some(email), Some(code)) => {
            by_code(actions::verify_by_code(app, &act, &email, code.expose_secret()).await?)?
        }
        _ => return Err(AppError::bad_request("bad_json", "Send either token, or email and code.")),
    };
    Ok(HttpResponse::Ok().json(answer))
}

fn by_token(verified: &Verified) -> Result<VerifyAnswer, AppError> {
    match verified {
        Verified::Now { .. } => Ok(NOW),
        Verified::Already => Ok(ALREADY),
        Verified::Expired => {
            Err(AppError::bad_request("token_expired", "Ask for a new link: this one came too late."))
        }
        Verified::Unknown => Err(AppError::bad_request("token_unknown", "Send the whole token of the link.")),
    }
}

fn by_code(entered: Entered) -> Result<VerifyAnswer, AppError> {
    match entered {
        Entered::Now => Ok(NOW),
        Entered::Already => Ok(ALREADY),
        Entered::Wrong => Err(AppError::bad_request(
            "code_invalid",
            "The address and the code do not fit, or the code is no longer valid. Check both, or ask for a new one.",
        )),
    }
}

/// What came of it, in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResendAnswer {
    message: &'static str,
}

/// Sends the signed-in person another link and code; older ones no longer work.
#[utoipa::path(post, path = "/api/v1/email-verification/resend", tag = "email-verification", responses(
    (status = 200, description = "Sent, or there is nothing to verify any more", body = ResendAnswer),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`, or the CSRF token of a cookie session is missing", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "3 an hour; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn resend(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    let message = match actions::send_to(&context.app, &context.act(), &actor.user).await? {
        Resent::Sent => "An email with a new link and code is on its way.",
        Resent::Verified => "The email address is verified already.",
    };
    Ok(HttpResponse::Ok().json(ResendAnswer { message }))
}

/// Is the address of the signed-in person verified?
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationStatus {
    email_verified: bool,
}

/// Tells whether the address of the signed-in person is verified.
#[utoipa::path(get, path = "/api/v1/email-verification/status", tag = "email-verification", responses(
    (status = 200, description = "Its state", body = VerificationStatus),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn status(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    let id = actor.user;
    let user = context.app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(VerificationStatus { email_verified: user.email_verified_at.is_some() }))
}
