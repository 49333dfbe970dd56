//! `/verify-email`: the page behind the link.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::actions::{self, Entered, Link, Verified, look_at, send_new_link, verify};
use super::{CASE_COOKIE, views};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::web::problems::Problems;
use crate::web::{Anyone, Context, Form, Page, SeeOther, link as links};

const COOKIE: &str = "frontdesk-verify-email";
const ENTER: &str = "Enter the code from the email";

/// `GET /verify-email/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::VERIFY_EMAIL)
}

/// `GET /verify-email`
pub async fn page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match look_at(&context.app, &token, context.now).await? {
        Link::Ready(user) => Page::public("Confirm your email address", views::ready(&context, &user)),
        Link::Verified(user) => {
            let case = links::token(&request, CASE_COOKIE).is_some();
            Page::public("Your email address is verified", views::verified(&user, case))
        }
        Link::Expired => Page::public("This link is no longer valid", views::expired(&context)),
        Link::Unknown => Page::public("This link is not complete", views::unknown()),
    })
}

/// `POST /verify-email`
pub async fn confirm(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match verify(&context.app, &context.act(), &token).await? {
        Verified::Now { case: Some(case) } => {
            links::open(&context.app, CASE_COOKIE, &case, paths::VERIFY_EMAIL)
        }
        Verified::Already => SeeOther::to(paths::VERIFY_EMAIL)
            .saying("Your email address was verified already.")
            .answer(&request),
        Verified::Now { case: None } | Verified::Expired | Verified::Unknown => {
            SeeOther::to(paths::VERIFY_EMAIL).answer(&request)
        }
    })
}

/// `POST /verify-email/new-link`
pub async fn resend(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let older = links::token(&request, COOKIE).unwrap_or_default();
    send_new_link(&context.app, &context.act(), &older).await?;
    Ok(SeeOther::to(paths::VERIFY_EMAIL_SENT).answer(&request))
}

/// `GET /verify-email/sent`
pub async fn sent(_: Anyone) -> Page {
    Page::public("Check your email", views::sent())
}

/// What the form of the code sends.
#[derive(Debug, Deserialize)]
pub struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    code: String,
}

/// `GET /verify-email/code`
pub async fn code_form(_: Anyone, context: Context) -> Page {
    Page::public(ENTER, views::code(&context, "", Problems::default()))
}

/// `POST /verify-email/code`
pub async fn enter_code(
    _: Anyone,
    context: Context,
    Form(sent): Form<Typed>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let done = SeeOther::to(paths::VERIFY_EMAIL_DONE);
    match actions::verify_by_code(&context.app, &context.act(), &sent.email, &sent.code).await? {
        Entered::Now => Ok(done.answer(&request)),
        Entered::Already => Ok(done.saying("Your email address was verified already.").answer(&request)),
        Entered::Wrong => {
            let problems = [FieldError::new("code", views::WRONG_CODE)];
            let view = views::code(&context, &sent.email, Problems(&problems));
            Ok(Page::public(ENTER, view).refused().answer(&request))
        }
    }
}

/// `GET /verify-email/done`: after a code.
pub async fn done(_: Anyone) -> Page {
    Page::public("Your email address is verified", views::done())
}
