//! The description of the JSON API, made from the handlers (utoipa), OpenAPI 3.1.

mod page;

use actix_web::HttpResponse;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

pub use page::page;

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
    modifiers(&Bearer),
)]
struct Document;

/// How programs sign in.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The whole document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /api/openapi.json`
pub async fn serve(_: Anyone) -> HttpResponse {
    HttpResponse::Ok().json(document())
}
