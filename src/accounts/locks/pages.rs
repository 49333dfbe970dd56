//! `/unlock`: the page behind the link of the mail about a lock.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;

use super::{actions, views};
use crate::accounts::tokens::Verdict;
use crate::error::AppError;
use crate::paths;
use crate::web::{Anyone, Context, Page, SeeOther, link as links};

const COOKIE: &str = "frontdesk-unlock";
const TITLE: &str = "Unlock your account";

/// `GET /unlock/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::UNLOCK)
}

/// `GET /unlock`
pub async fn page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match actions::look(&context.app, &token, context.now).await? {
        Verdict::Valid(_) => Page::public(TITLE, views::ready(&context)),
        verdict => Page::public(TITLE, views::dead(&verdict)),
    })
}

/// `POST /unlock`
pub async fn unlock(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match actions::unlock(&context.app, &context.act(), &token).await? {
        Verdict::Valid(_) => {
            let next = SeeOther::to(paths::LOGIN).saying("Your account is unlocked. Sign in now.");
            let mut response = next.answer(&request);
            links::forget(&mut response, &context.app, COOKIE);
            response
        }
        verdict => Page::public(TITLE, views::dead(&verdict)).answer(&request),
    })
}
