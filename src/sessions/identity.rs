//! Middleware: who is behind a request, by session cookie, access token or API key.

use actix_session::SessionExt;
use actix_web::HttpMessage;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use secrecy::SecretString;

use super::access_token::{self, Invalid};
use super::{cookie, store};
use crate::access::Actor;
use crate::api_keys;
use crate::app::App;
use crate::error::AppError;
use crate::paths;
use crate::web::client::Client;
use crate::web::guard::RefusedSender;

/// Where a key may be sent instead of in `Authorization`.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Puts the [`Actor`] into the request. A token or key that is not good makes it a request of nobody, whatever
/// cookie it brings, with the refusal beside it: what is for everyone answers (a client whose access token has
/// expired can refresh it), everything else answers the refusal.
pub async fn identify<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    // Probes and assets answer without asking anybody.
    if !paths::is_anonymous(request.path()) {
        match find(&request).await {
            Ok(Some(actor)) => {
                request.extensions_mut().insert(actor);
            }
            Ok(None) => {}
            Err(AppError::Unauthorized { code, message }) => {
                request.extensions_mut().insert(RefusedSender { code, message });
            }
            Err(error) => return Ok(request.error_response(error).map_into_right_body()),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// What a program sent to say who it is.
enum Sent {
    Token(SecretString),
    Key(SecretString),
}

fn sent(request: &ServiceRequest) -> Result<Option<Sent>, AppError> {
    let text = |value: &HeaderValue| value.to_str().ok().map(|text| text.trim().to_owned());
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let text = text(value).unwrap_or_default();
        let (scheme, secret) = text.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused(Invalid::Forged));
        }
        let secret = secret.trim();
        let secret_ = SecretString::from(secret);
        return Ok(Some(if api_keys::is_key(secret) { Sent::Key(secret_) } else { Sent::Token(secret_) }));
    }
    let key = request.headers().get(API_KEY);
    Ok(key.map(|value| Sent::Key(SecretString::from(text(value).unwrap_or_default()))))
}

async fn find(request: &ServiceRequest) -> Result<Option<Actor>, AppError> {
    let sent = if paths::is_api(request.path()) { sent(request)? } else { None };
    let Some(sent) = sent else { return cookie::who(&request.get_session()) };
    let app = request.app_data::<web::Data<App>>().map(|app| App::clone(app));
    let app = app.ok_or_else(|| AppError::internal("the application is not set up"))?;
    match sent {
        Sent::Token(token) => by_token(&app, token).await.map(Some),
        Sent::Key(key) => {
            let ip = request.extensions().get::<Client>().map(|client| client.ip.to_string());
            api_keys::actions::recognise(&app, key, ip).await.map(Some)
        }
    }
}

/// The person of an access token, as of now: the token only names the session.
///
/// # Errors
/// 401 for a token that is not good, or outages.
pub async fn by_token(app: &App, token: SecretString) -> Result<Actor, AppError> {
    let (app_, now) = (app.clone(), app.clock.now());
    let live = app
        .db
        .read(move |c| {
            let claims = match access_token::read(c, &app_, now, &token)? {
                Ok(claims) => claims,
                Err(invalid) => return Err(refused(invalid)),
            };
            let live = store::live_api(c, &claims.sid, now)?;
            live.filter(|live| live.actor.user == claims.sub).ok_or_else(|| refused(Invalid::Forged))
        })
        .await?;
    if now.since(live.seen_at) >= cookie::TOUCH_AFTER {
        let id = live.actor.session.clone();
        app.db.write(move |c| store::touch(c, &id, now)).await?;
    }
    Ok(live.actor)
}

fn refused(invalid: Invalid) -> AppError {
    let (code, message) = match invalid {
        Invalid::Expired => ("token_expired", "The access token has expired; refresh it."),
        Invalid::Forged => {
            ("token_invalid", "The access token is not valid any more; sign in or refresh it.")
        }
    };
    AppError::Unauthorized { code, message: message.to_owned() }
}
