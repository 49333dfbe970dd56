//! Pages of other origins may call the API when the operator names their origin (`CORS_ORIGIN`): with tokens
//! and keys, never with our cookies.

use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

use crate::app::App;
use crate::paths;

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, X-Api-Key, X-Request-Id";
const EXPOSED: &str =
    "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
/// How long a browser may keep what a preflight said, in seconds.
const KEEP: &str = "600";

/// Does the request come from a page of a named origin?
#[must_use]
pub fn is_allowed(headers: &HeaderMap, app: &App) -> bool {
    origin(headers, app).is_some()
}

fn origin(headers: &HeaderMap, app: &App) -> Option<HeaderValue> {
    let sent = headers.get(header::ORIGIN)?;
    let allowed = &app.config.http.cors_origins;
    allowed.iter().any(|one| one.as_bytes() == sent.as_bytes()).then(|| sent.clone())
}

/// Middleware.
pub async fn share<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().filter(|_| paths::is_api(request.path()));
    let Some(app) = app.filter(|app| !app.config.http.cors_origins.is_empty()) else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    let origin = origin(request.headers(), app);
    let is_preflight = *request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight && origin.is_some() {
        request.into_response(preflight()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    Ok(response)
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, KEEP))
        .finish()
}
