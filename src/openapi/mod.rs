//! The description of the JSON API, made from the handlers (utoipa), OpenAPI 3.1.

mod common;
mod examples;
mod page;
mod security;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::OpenApi;

pub use page::page;

use security::Schemes;
use utoipa::openapi::path::{Operation, PathItem};

use crate::error::AppError;
use crate::routes;
use crate::web::Anyone;

#[derive(OpenApi)]
#[openapi(
    info(title = "Frontdesk", description = "The operations desk for the accounts of an application."),
    paths(
        crate::accounts::api::login,
        crate::accounts::api::refresh,
        crate::accounts::api::logout,
        crate::accounts::api::me,
        crate::accounts::mfa::api::answer,
        crate::accounts::mfa::api::confirm,
        crate::verifications::api::list,
        crate::verifications::api::get,
        crate::verifications::api::claim,
        crate::verifications::api::release,
        crate::verifications::api::decide,
        crate::users::api::list,
        crate::users::api::get,
        crate::users::api::change,
        crate::users::api::suspend,
        crate::users::api::reinstate,
        crate::users::api::unlock,
        crate::users::api::force_password_reset,
        crate::accounts::registration::api::submit,
        crate::accounts::verify_email::api::verify,
        crate::api_keys::api::list,
        crate::api_keys::api::create,
        crate::api_keys::api::rotate,
        crate::api_keys::api::revoke,
        crate::sessions::access_token::api::jwks,
        crate::accounts::invites::api::create,
        crate::accounts::invites::api::list,
        crate::accounts::invites::api::validate,
        crate::accounts::invites::api::revoke,
        crate::accounts::invites::api::accept,
        crate::accounts::verify_email::api::resend,
        crate::accounts::verify_email::api::status,
        crate::accounts::reset::api::forgot,
        crate::accounts::reset::api::request,
        crate::accounts::reset::api::validate,
        crate::accounts::reset::api::reset,
        crate::sessions::api::list,
        crate::sessions::api::revoked,
        crate::revocations::api::family,
        crate::revocations::api::user,
        crate::revocations::api::one,
        crate::revocations::api::matching,
        crate::revocations::api::revocation,
        crate::security::api::audit,
        crate::health::api::overall,
        crate::health::api::database,
        crate::health::api::storage,
        crate::health::api::redis,
        crate::health::api::liveness,
        crate::health::api::readiness,
    ),
    modifiers(&Schemes),
)]
struct Document;

/// The whole document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for endpoint in routes::table() {
        let item = document.paths.paths.get_mut(&endpoint.pattern);
        if let Some(operation) = item.and_then(|item| operation(item, endpoint.method.as_str())) {
            operation.security = security::requirements(&endpoint);
            common::complete(operation, &endpoint);
            examples::of_operation(operation);
        }
    }
    examples::of_schemas(&mut document);
    document
}

fn operation<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// The document as it is sent; nothing of it changes while the program runs.
static JSON: LazyLock<Option<String>> = LazyLock::new(|| document().to_json().ok());

/// `GET /api/openapi.json`
pub async fn serve(_: Anyone) -> Result<HttpResponse, AppError> {
    let json = JSON.as_ref().ok_or_else(|| AppError::internal("the OpenAPI document cannot be written"))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(json.as_str()))
}
