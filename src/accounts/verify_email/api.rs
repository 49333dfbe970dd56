//! `POST /email-verification/verify`

use actix_web::HttpResponse;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Verified};
use crate::error::AppError;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, Json};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The last part of the link in the mail.
    #[schema(value_type = String)]
    token: SecretString,
}

/// What using the token came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyAnswer {
    message: &'static str,
    already_verified: bool,
}

/// Verifies the email address that the token was sent to. Doing so twice is a success.
#[utoipa::path(post, path = "/api/v1/email-verification/verify", tag = "email-verification",
    request_body = Verify, responses(
    (status = 200, description = "Verified, now or already", body = VerifyAnswer),
    (status = 400, description = "`token_expired`, `token_unknown`, or the body cannot be read", body = Problem, content_type = "application/problem+json"),
))]
pub async fn verify(_: Anyone, context: Context, Json(sent): Json<Verify>) -> Result<HttpResponse, AppError> {
    let answer = match actions::verify(&context.app, &context.act(), &sent.token).await? {
        Verified::Now { .. } => {
            VerifyAnswer { message: "The email address is verified.", already_verified: false }
        }
        Verified::Already => {
            VerifyAnswer { message: "The email address was verified already.", already_verified: true }
        }
        Verified::Expired => {
            return Err(AppError::bad_request(
                "token_expired",
                "Ask for a new link: this one came too late.",
            ));
        }
        Verified::Unknown => {
            return Err(AppError::bad_request("token_unknown", "Send the whole token of the link."));
        }
    };
    Ok(HttpResponse::Ok().json(answer))
}
