//! What people and programs send: forms, queries and JSON, read strictly and told plainly.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::strict;
use crate::error::AppError;

/// No page's form is larger; files have their own limits.
pub const MAX_FORM: usize = 64 * 1024;

/// The body of a form or of a call, read once (by the CSRF check, say) and kept for the handler.
#[derive(Clone, Debug)]
struct Body(Bytes);

/// The body that was read for the handler of this request, as it was sent.
#[must_use]
pub fn body(request: &HttpRequest) -> Bytes {
    request.extensions().get::<Body>().map(|body| body.0.clone()).unwrap_or_default()
}

/// Is the body a form with files?
#[must_use]
pub fn is_multipart(request: &HttpRequest) -> bool {
    is_sent_as(request, "multipart/form-data")
}

fn is_sent_as(request: &HttpRequest, kind: &str) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| {
        let sent = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        sent.trim_ascii().eq_ignore_ascii_case(kind.as_bytes())
    })
}

/// Reads a body of at most [`MAX_FORM`] bytes and keeps it with the request.
pub async fn buffer(request: &mut ServiceRequest) -> Result<Bytes, AppError> {
    let mut payload = request.take_payload();
    let body = collect(&mut payload, MAX_FORM).await?;
    request.extensions_mut().insert(Body(body.clone()));
    Ok(body)
}

/// How long a body may take to arrive, however little comes at a time.
const PATIENCE: Duration = Duration::from_secs(30);

async fn collect(payload: &mut Payload, limit: usize) -> Result<Bytes, AppError> {
    let whole = tokio::time::timeout(PATIENCE, read(payload, limit)).await;
    whole.unwrap_or_else(|_| {
        Err(AppError::bad_request("slow_body", "The request took too long to arrive. Send it again."))
    })
}

async fn read(payload: &mut Payload, limit: usize) -> Result<Bytes, AppError> {
    let mut body = actix_web::web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a request body broke off");
            AppError::bad_request("incomplete_body", "The request broke off. Send it again.")
        })?;
        if body.len() + chunk.len() > limit {
            return Err(AppError::TooLarge(format!("Send at most {} KiB.", limit / 1024)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A form, `application/x-www-form-urlencoded`; repeated names make a list.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kept = request.extensions().get::<Body>().cloned();
        let is_form = is_sent_as(request, "application/x-www-form-urlencoded");
        let mut payload = payload.take();
        Box::pin(async move {
            let body = match kept {
                Some(Body(body)) => body,
                None => collect(&mut payload, MAX_FORM).await?,
            };
            if !is_form && !body.is_empty() {
                let message = "Send the form as application/x-www-form-urlencoded.";
                return Err(AppError::UnsupportedMedia(message.to_owned()));
            }
            strict::fields(&body, "bad_form").map(Self)
        })
    }
}

/// The query of an address, such as filters.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(strict::fields(request.query_string().as_bytes(), "bad_query").map(Self))
    }
}

/// A JSON body of the API. A field that is missing, unknown or of another type is named in the answer (400).
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = json_body(request, payload, MAX_FORM);
        Box::pin(async move { from_json(&body.await?).map(Self) })
    }
}

/// Reads the body of a call of the API: JSON, of at most `most` bytes.
pub(crate) fn json_body(
    request: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> impl Future<Output = Result<Bytes, AppError>> + use<> {
    let kept = request.extensions().get::<Body>().cloned();
    let is_json = request
        .mime_type()
        .ok()
        .flatten()
        .is_some_and(|mime| mime.subtype() == mime::JSON || mime.suffix() == Some(mime::JSON));
    let request = request.clone();
    let mut payload = payload.take();
    async move {
        let body = match kept {
            Some(Body(body)) => body,
            None => collect(&mut payload, most).await?,
        };
        request.extensions_mut().insert(Body(body.clone()));
        if !is_json && !body.is_empty() {
            return Err(AppError::UnsupportedMedia("Send the body as application/json.".to_owned()));
        }
        Ok(body)
    }
}

/// Takes a body for what it says; no body is an empty object.
pub(crate) fn from_json<T: DeserializeOwned>(body: &Bytes) -> Result<T, AppError> {
    strict::json(if body.is_empty() { b"{}" } else { body })
}

/// Reads an empty field as no value at all.
pub fn empty_is_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    /// A body of which a byte comes every ten seconds, so many times.
    fn trickle(bytes: usize) -> Payload {
        let slowly = stream::iter(0..bytes).then(|_| async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            Ok(Bytes::from_static(b"x"))
        });
        Payload::Stream { payload: Box::pin(slowly) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_not_waited_for() {
        assert_eq!(collect(&mut trickle(2), MAX_FORM).await.unwrap(), "xx");
        let begun = tokio::time::Instant::now();
        let error = collect(&mut trickle(1_000), MAX_FORM).await.unwrap_err();
        assert_eq!((error.code(), begun.elapsed()), ("slow_body", PATIENCE));
    }
}
