//! One middleware turns every failure into what was asked for: a page, an htmx toast, or problem+json.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use maud::{Markup, html};
use serde::Serialize;

use super::context::Context;
use super::guard;
use super::page::{Page, is_htmx};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::ui::{Flash, toasts};

/// RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "type": "about:blank", "title": "We could not read that", "status": 400,
    "detail": "The field “email” is missing.", "instance": "/api/v1/auth/login", "code": "bad_json",
    "errors": [{ "field": "email", "message": "The field “email” is missing." }],
    "request_id": "0190a1b2-0000-7000-8000-000000000000"
}))]
pub struct Problem {
    /// A URI that names the kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// One sentence that says what to do.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    pub request_id: String,
    /// The present state, after a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<serde_json::Value>,
}

/// Middleware.
pub async fn render<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let response = next.call(request).await?;
    let Some(error) = response.response().error() else { return Ok(response.map_into_left_body()) };
    let own = error.as_error::<AppError>();
    let foreign = own.is_none().then(|| translate(response.status(), error));
    let answer = {
        let request = response.request();
        let error = own.or(foreign.as_ref());
        error.map(|error| answer(request, error))
    };
    let Some(mut answer) = answer else { return Ok(response.map_into_left_body()) };
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(response.into_response(answer).map_into_right_body())
}

/// An error of the web framework itself, in our words.
fn translate(status: StatusCode, error: &actix_web::Error) -> AppError {
    match status {
        StatusCode::NOT_FOUND => AppError::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => AppError::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge("Send less at once.".to_owned()),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            AppError::UnsupportedMedia("Send the body in the content type that is read here.".to_owned())
        }
        status if status.is_client_error() => {
            AppError::bad_request("bad_request", "The request could not be read; check it and send it again.")
        }
        _ => AppError::internal(error.to_string()),
    }
}

/// Renders an error for the one who asked.
#[must_use]
pub fn answer(request: &HttpRequest, error: &AppError) -> HttpResponse {
    let request_id = Context::of(request).map(|context| context.request_id).unwrap_or_default();
    match error {
        AppError::Internal(cause) => tracing::error!(%request_id, cause = %chain(cause.as_ref()), "failed"),
        AppError::Unavailable(cause) => {
            tracing::warn!(%request_id, cause = %chain(cause.as_ref()), "unavailable");
        }
        _ => {}
    }
    let mut response = if paths::is_for_programs(request.path()) {
        problem(request, error, request_id)
    } else if let Some(elsewhere) = redirect(request, error) {
        elsewhere
    } else if is_htmx(request) {
        toast(request, error)
    } else {
        page(request, error, &request_id)
    };
    if let Some(wait) = error.retry_after()
        && let Ok(value) = header::HeaderValue::from_str(&wait.as_secs().max(1).to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Somebody who has to sign in, or to change a temporary password, is led there and back.
fn redirect(request: &HttpRequest, error: &AppError) -> Option<HttpResponse> {
    let url = match error {
        AppError::Unauthenticated => {
            let back = match *request.method() {
                Method::GET => request.uri().path_and_query().map_or("/", |path| path.as_str()),
                _ => "/",
            };
            paths::login_then(back)
        }
        AppError::Forbidden { code: "password_change_required", .. } => paths::PASSWORD.to_owned(),
        AppError::Forbidden { code: guard::ENROL, .. } => paths::MFA.to_owned(),
        AppError::Forbidden { code: guard::FRESH_FACTOR, .. } if is_plain_form(request) => {
            return Some(held(request));
        }
        AppError::Forbidden { code: guard::FRESH_FACTOR, .. } => paths::confirm_then(&back(request)),
        _ => return None,
    };
    Some(super::page::SeeOther::to(url).answer(request))
}

/// Was a form sent whose fields can be sent again?
fn is_plain_form(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    *request.method() == Method::POST
        && !is_htmx(request)
        && content_type
            .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"))
}

/// The browser takes the fields of the form along to the page that asks for a factor.
fn held(request: &HttpRequest) -> HttpResponse {
    let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, paths::confirm_held(next))).finish()
}

/// Where the person was: the page itself, or the one whose form was sent.
fn back(request: &HttpRequest) -> String {
    if *request.method() == Method::GET {
        return request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    }
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let url = referer.and_then(|url| url::Url::parse(url).ok());
    url.map_or_else(
        || paths::HOME.to_owned(),
        |url| url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
    )
}

fn problem(request: &HttpRequest, error: &AppError, request_id: String) -> HttpResponse {
    let status = error.status_code();
    let errors = match error {
        AppError::Invalid(errors) | AppError::BadRequest { errors, .. } => errors.clone(),
        _ => Vec::new(),
    };
    let current = match error {
        AppError::Conflict { current, .. } => current.clone(),
        _ => None,
    };
    let body = Problem {
        kind: "about:blank".to_owned(),
        title: error.title().to_owned(),
        status: status.as_u16(),
        detail: match error {
            AppError::NotFound => "There is nothing here for you: check the path and the id.".to_owned(),
            AppError::MethodNotAllowed => "Use a method that the header Allow names.".to_owned(),
            _ => error.advice(),
        },
        instance: instance(request),
        code: error.code().to_owned(),
        errors,
        request_id,
        current,
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    match serde_json::to_vec(&body) {
        Ok(json) => response.content_type("application/problem+json").body(json),
        Err(_) => response.finish(),
    }
}

/// The path of the request, without a token that stands in it: answers are kept in logs of others.
fn instance(request: &HttpRequest) -> String {
    match request.match_pattern() {
        Some(pattern) if pattern.contains("{token}") => pattern,
        _ => request.path().to_owned(),
    }
}

fn toast(request: &HttpRequest, error: &AppError) -> HttpResponse {
    let csrf = Context::of(request).map(|context| context.csrf().to_owned()).unwrap_or_default();
    let message = Flash::error(format!("{}. {}", error.title(), error.advice()));
    HttpResponse::build(error.status_code())
        .insert_header((header::VARY, "HX-Request"))
        .insert_header(("hx-retarget", "#toasts"))
        .insert_header(("hx-reswap", "beforeend"))
        .content_type("text/html; charset=utf-8")
        .body(toasts(&[message], &csrf).into_string())
}

fn page(request: &HttpRequest, error: &AppError, request_id: &str) -> HttpResponse {
    Page::public(error.title(), explanation(error, request_id)).status(error.status_code()).answer(request)
}

fn explanation(error: &AppError, request_id: &str) -> Markup {
    html! {
        p { (error.advice()) }
        p { a href=(paths::HOME) { "Go to the start" } }
        @if matches!(error, AppError::Internal(_) | AppError::Unavailable(_)) {
            p .meta { "Request id: " code { (request_id) } }
        }
    }
}
