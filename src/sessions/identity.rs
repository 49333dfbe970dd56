//! Middleware: who is behind a request, by session cookie or by access token.

use actix_session::SessionExt;
use actix_web::HttpMessage;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web;

use super::{cookie, store};
use crate::access::{Actor, Means};
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::error::AppError;
use crate::paths;

/// Puts the [`Actor`] into the request; a bearer token that is not good is refused, not ignored.
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
            Err(error) => return Ok(request.error_response(error).map_into_right_body()),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

async fn find(request: &ServiceRequest) -> Result<Option<Actor>, AppError> {
    let sent = request.headers().get(header::AUTHORIZATION).filter(|_| paths::is_api(request.path()));
    let Some(sent) = sent else { return cookie::who(&request.get_session()) };
    let app = request.app_data::<web::Data<App>>().cloned();
    let app = app.ok_or_else(|| AppError::internal("the application is not set up"))?;
    let token = sent.to_str().ok().and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let hash = token.map(|(_, token)| fingerprint(token.trim())).ok_or_else(refused)?;
    let now = app.clock.now();
    let live = app.db.read(move |c| store::live(c, &hash, now)).await?;
    let actor = live.map(|live| live.actor).filter(|actor| actor.means == Means::Bearer);
    actor.map(Some).ok_or_else(refused)
}

fn refused() -> AppError {
    AppError::Unauthorized {
        code: "token_invalid",
        message: "The access token is not valid any more; sign in or refresh it.".to_owned(),
    }
}
