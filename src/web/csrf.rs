//! Requests that change something must come from our own pages.
//!
//! Two checks, both must hold: the browser's own word (`Sec-Fetch-Site`, else `Origin`), where it
//! gives one, and a token in the form that only our pages can know. The token is an HMAC over a
//! random cookie of this browser and the session, so it changes at sign-in, needs no row for people
//! who are not signed in, and protects the sign-in form too. Calls with a bearer token or an API key
//! need neither.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use crate::access::{Actor, Means};
use crate::app::App;
use crate::error::AppError;
use crate::keys::Purpose;
use crate::web::{cors, forms};

/// The name of the hidden field, and of the header that htmx sends.
pub const FIELD: &str = "csrf";
pub const HEADER: &str = "x-csrf-token";

/// Where the answer to the check of a multipart form is: its body is read once, by its own extractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenStillDue;

/// The token of this browser and session, for forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsrfToken(String);

impl CsrfToken {
    fn new(app: &App, browser: &str, session: Option<&str>) -> Self {
        let text = format!("{browser}.{}", session.unwrap_or_default());
        Self(hex::encode(app.keys.mac(Purpose::CsrfToken, text.as_bytes())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, sent: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.0.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

/// The refusal, in words for a person who had the page open for long.
#[must_use]
pub fn refusal() -> AppError {
    AppError::forbidden("csrf", "This page is out of date. Go back, reload the page and send it again.")
}

fn cookie_name(app: &App) -> &'static str {
    if app.public_url().scheme() == "https" { "__Host-frontdesk-browser" } else { "frontdesk-browser" }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Does the browser itself say that another site sent this?
fn is_foreign(request: &ServiceRequest, app: &App) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = header("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = header("origin") else { return false };
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    match &app.config.http.app_url {
        Some(ours) => origin != ours.origin().ascii_serialization(),
        None => header("host") != Some(authority),
    }
}

/// Middleware: makes the token, checks it where something changes, gives the browser its cookie.
pub async fn protect<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(AppError::internal("the application is not set up").into());
    };
    let kept = request.cookie(cookie_name(&app)).map(|cookie| cookie.value().to_owned());
    let kept = kept.filter(|value| value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let browser = kept.clone().unwrap_or_else(|| hex::encode(app.random.bytes::<16>()));
    let actor = request.extensions().get::<Actor>().cloned();
    let session = actor.as_ref().map(|actor| actor.session.as_str());
    let token = CsrfToken::new(&app, &browser, session);
    request.extensions_mut().insert(token.clone());
    if !is_safe(request.method())
        && let Err(error) = check(&mut request, &app, actor.as_ref(), &token).await
    {
        return Ok(request.error_response(error).map_into_right_body());
    }
    let mut response = next.call(request).await?;
    if kept.is_none() && is_page(&response) {
        let cookie = Cookie::build(cookie_name(&app), browser)
            .path("/")
            .http_only(true)
            .secure(app.public_url().scheme() == "https")
            .same_site(SameSite::Lax)
            .finish();
        response.response_mut().add_cookie(&cookie)?;
    }
    Ok(response.map_into_left_body())
}

fn is_page<B>(response: &ServiceResponse<B>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

async fn check(
    request: &mut ServiceRequest,
    app: &App,
    actor: Option<&Actor>,
    token: &CsrfToken,
) -> Result<(), AppError> {
    if actor.is_some_and(|actor| actor.means != Means::Cookie) {
        return Ok(());
    }
    let is_api = crate::paths::is_api(request.path());
    // An origin that may call the API brings no cookie, so there is nobody it could act for unasked.
    let invited = is_api && actor.is_none() && cors::is_allowed(request.headers(), app);
    if !invited && is_foreign(request, app) {
        return Err(AppError::forbidden(
            "cross_site",
            "This was sent from another site. Open the page here and send it again.",
        ));
    }
    if is_api && actor.is_none() {
        return Ok(());
    }
    if let Some(sent) = request.headers().get(HEADER) {
        return if token.matches(sent.to_str().unwrap_or_default()) { Ok(()) } else { Err(refusal()) };
    }
    if forms::is_multipart(request.request()) {
        if !crate::paths::takes_files(request.path()) {
            return Err(refusal());
        }
        request.extensions_mut().insert(TokenStillDue);
        return Ok(());
    }
    let body = forms::buffer(request).await?;
    let fields: Vec<(String, String)> = serde_html_form::from_bytes(&body).unwrap_or_default();
    let sent = fields.iter().find(|(name, _)| name == FIELD).map(|(_, value)| value.as_str());
    if sent.is_some_and(|sent| token.matches(sent)) { Ok(()) } else { Err(refusal()) }
}
