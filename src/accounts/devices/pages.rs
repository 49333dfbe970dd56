//! `/end-sessions`: the page behind the link of the mail about a new device.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;

use super::{actions, views};
use crate::accounts::tokens::Verdict;
use crate::error::AppError;
use crate::paths;
use crate::web::{Anyone, Context, Page, SeeOther, link as links};

const COOKIE: &str = "frontdesk-end-sessions";
const TITLE: &str = "Sign out everywhere";

/// `GET /end-sessions/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::END_SESSIONS)
}

/// `GET /end-sessions`
pub async fn page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match actions::look(&context.app, &token, context.now).await? {
        Verdict::Valid(_) => Page::public(TITLE, views::ready(&context)),
        verdict => Page::public(TITLE, views::dead(&verdict)),
    })
}

/// `POST /end-sessions`
pub async fn end(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match actions::end_sessions(&context.app, &context.act(), &token).await? {
        Verdict::Valid(_) => {
            let next = SeeOther::to(paths::FORGOT_PASSWORD);
            let next = next.saying("You are signed out everywhere. Choose a new password now.");
            let mut response = next.answer(&request);
            links::forget(&mut response, &context.app, COOKIE);
            response
        }
        verdict => Page::public(TITLE, views::dead(&verdict)).answer(&request),
    })
}
