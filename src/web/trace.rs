//! One span and one log line per request, under a request id that every answer carries.

use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use tracing::Instrument;

use crate::app::App;

/// The id of a request: the caller's when it sent a well-formed one, otherwise ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

fn accepted(text: &str) -> Option<String> {
    let fine = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fine.then(|| text.to_owned())
}

/// Middleware, the outermost.
pub async fn request<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let sent = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = sent.and_then(accepted).unwrap_or_else(|| made(&request));
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    // The path may hold a token; the pattern never does.
    let span = tracing::info_span!("request", id = %id, %method);
    let begun = Instant::now();
    async move {
        let mut response = next.call(request).await?;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HEADER, value);
        }
        let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        let status = response.status().as_u16();
        let elapsed = begun.elapsed();
        if route.starts_with("/health") || route.starts_with("/assets") {
            tracing::debug!(%route, status, ?elapsed, "answered");
        } else {
            tracing::info!(%route, status, ?elapsed, "answered");
        }
        Ok(response)
    }
    .instrument(span)
    .await
}

fn made(request: &ServiceRequest) -> String {
    request
        .app_data::<web::Data<App>>()
        .map(|app| app.random.uuid(app.clock.now()).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_break_a_log_line_is_not_taken() {
        assert_eq!(accepted("abc-1.2_3").as_deref(), Some("abc-1.2_3"));
        for bad in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert_eq!(accepted(bad), None, "{bad:?}");
        }
    }
}
