//! Callers of the API are told how the limits stand that they met (draft-ietf-httpapi-ratelimit-headers).
//!
//! `RateLimit-Policy: "login";q=5;w=300` is the limit: so many within so many seconds.
//! `RateLimit: "login";r=4;t=300` is what remains, and when there is more again.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::limits::{self, Standing};
use crate::paths;

pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Middleware.
pub async fn tell<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if !paths::is_api(request.path()) {
        return next.call(request).await;
    }
    let (response, met) = limits::watch(next.call(request)).await;
    let mut response = response?;
    if !met.is_empty() {
        let policy = |one: &Standing| {
            format!("\"{}\";q={};w={}", one.limit.name, one.limit.most, one.limit.window.num_seconds())
        };
        let left =
            |one: &Standing| format!("\"{}\";r={};t={}", one.limit.name, one.remaining, one.reset.as_secs());
        insert(&mut response, POLICY, &met, policy);
        insert(&mut response, LIMIT, &met, left);
    }
    Ok(response)
}

fn insert<B>(
    response: &mut ServiceResponse<B>,
    name: HeaderName,
    met: &[Standing],
    item: impl Fn(&Standing) -> String,
) {
    let items: Vec<String> = met.iter().map(item).collect();
    if let Ok(value) = HeaderValue::from_str(&items.join(", ")) {
        response.headers_mut().insert(name, value);
    }
}
