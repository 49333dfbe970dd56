//! `/forgot-password` and `/reset-password`.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::actions::{Link, Refused, look, reset};
use super::{requests, views};
use crate::accounts::password::complaint;
use crate::error::{AppError, FieldError};
use crate::mail::EmailAddress;
use crate::paths;
use crate::web::problems::Problems;
use crate::web::{Anyone, Context, Form, Page, SeeOther, link as links};

const COOKIE: &str = "frontdesk-reset-password";
const FORGOT: &str = "Forgot your password?";
const CHOOSE: &str = "Choose a new password";

/// What the form of the request sends.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    email: String,
}

/// `GET /forgot-password`
pub async fn form(_: Anyone, context: Context) -> Page {
    Page::public(FORGOT, views::forgot(&context, "", Problems::default()))
}

/// `POST /forgot-password`
pub async fn request(
    _: Anyone,
    context: Context,
    Form(sent): Form<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match EmailAddress::parse(&sent.email) {
        Ok(email) => {
            requests::ask(&context.app, &context.act(), &email).await?;
            Ok(SeeOther::to(paths::FORGOT_PASSWORD_SENT).answer(&request))
        }
        Err(problem) => {
            let problems = [FieldError::new("email", problem.to_string())];
            let view = views::forgot(&context, &sent.email, Problems(&problems));
            Ok(Page::public(FORGOT, view).refused().answer(&request))
        }
    }
}

/// `GET /forgot-password/sent`: the same whoever asked.
pub async fn sent(_: Anyone) -> Page {
    Page::public("Check your email", views::sent())
}

/// `GET /reset-password/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::RESET_PASSWORD)
}

/// `GET /reset-password`
pub async fn page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    Ok(match look(&context.app, &token, context.now).await? {
        Link::Ready(user) => Page::public(CHOOSE, views::choose(&context, user.role, Problems::default())),
        Link::Dead(why) => Page::public(views::dead_title(why), views::dead(why)),
    })
}

/// What the form of the new password sends.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    new: SecretString,
}

/// `POST /reset-password`
pub async fn choose(
    _: Anyone,
    context: Context,
    Form(sent): Form<Chosen>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    match reset(&context.app, &context.act(), &token, &sent.new).await? {
        Ok(_) => {
            let next = SeeOther::to(paths::LOGIN).saying("Your password was changed. Sign in with it now.");
            let mut response = next.answer(&request);
            links::forget(&mut response, &context.app, COOKIE);
            Ok(response)
        }
        Err(Refused::Link(why)) => {
            Ok(Page::public(views::dead_title(why), views::dead(why)).answer(&request))
        }
        Err(Refused::Rules { broken, role }) => {
            let problems = [FieldError::new("new", complaint(&broken).unwrap_or_default())];
            let view = views::choose(&context, role, Problems(&problems));
            Ok(Page::public(CHOOSE, view).refused().answer(&request))
        }
    }
}
