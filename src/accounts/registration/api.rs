//! `POST /auth/register`

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{Outcome, register};
use super::model::RegistrationParts;
use crate::error::AppError;
use crate::idempotency::{self, Answer};
use crate::web::errors::Problem;
use crate::web::pace::Pace;
use crate::web::{Anyone, Context, Upload};

/// The parts of a registration.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the multipart form; web::upload reads it")]
pub struct RegistrationForm {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// Needed where the password given here opens the account later.
    #[schema(format = Password)]
    password: Option<String>,
    #[schema(example = "+44 20 7946 0958")]
    phone: Option<String>,
    #[schema(value_type = String, example = "passport", pattern = "^(passport|national_id|driving_licence|residence_permit|student_card|proof_of_address|other)$")]
    document_kind: String,
    document_number: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "GB")]
    document_country: Option<String>,
    #[schema(value_type = Option<String>, format = Date, example = "2031-12-31")]
    document_expiry: Option<String>,
    /// 1 to 5 files, each a PDF, JPEG, PNG or WebP of at most 10 MiB. `documents[]` is the same.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 5)]
    documents: Vec<u8>,
}

/// The answer, whether the address was known or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    pub message: &'static str,
}

/// Registers an applicant with documents. Known and unknown addresses are answered the same.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth",
    request_body(content = RegistrationForm, content_type = "multipart/form-data"),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer")),
    responses(
    (status = 202, description = "Received; an email is on its way", body = Message),
    (status = 400, description = "The form cannot be read, or has an unknown field", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "Larger than 5 files of 10 MiB", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Fields or files are refused, each with a sentence", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many in an hour from one address; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many at once; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn submit(
    _: Anyone,
    context: Context,
    sent: Upload<RegistrationParts>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let has_key = request.headers().contains_key(idempotency::HEADER);
    let digest = if has_key { sent.digest() } else { Vec::new() };
    let pace = Pace::begin();
    let answer = idempotency::once(&context, &request, || digest, async {
        match register(&context.app, &context.act(), &sent.fields, sent.files).await? {
            Outcome::Received => {
                let message = "Registration received. Follow the link in the email we sent.";
                Answer::of(StatusCode::ACCEPTED, Message { message })
            }
            Outcome::Refused(errors) => Err(AppError::Invalid(errors)),
        }
    })
    .await;
    if has_key {
        // The answer is kept under its key, which is a write like the others.
        pace.keep_blurred(context.app.config.accounts.answer_floor, &context.app.random).await;
    }
    answer
}
