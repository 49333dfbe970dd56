//! `/account/email`, `/confirm-address` and `/undo-address`.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::actions::{self, Link, look};
use super::{undo as back, views};
use crate::accounts::tokens::{Purpose, Verdict};
use crate::error::{AppError, FieldError};
use crate::mail::EmailAddress;
use crate::paths;
use crate::web::guard::FreshlySignedIn;
use crate::web::problems::Problems;
use crate::web::{Anyone, Context, Form, Page, SeeOther, SignedIn, link as links};

const CONFIRM_COOKIE: &str = "frontdesk-confirm-address";
const UNDO_COOKIE: &str = "frontdesk-undo-address";
const CHANGE: &str = "Change your email address";

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    email: String,
}

/// `GET /account/email`
pub async fn form(FreshlySignedIn(actor): FreshlySignedIn, context: Context) -> Page {
    Page::public(CHANGE, views::form(&context, &actor.email, "", Problems::default()))
}

/// `POST /account/email`
pub async fn request(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    Form(sent): Form<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let problem = match EmailAddress::parse(&sent.email) {
        Err(problem) => problem.to_string(),
        Ok(new) => match actions::request(&context.app, &context.act(), &actor.user, new).await? {
            Ok(()) => return Ok(SeeOther::to(paths::ACCOUNT_EMAIL_SENT).answer(&request)),
            Err(refused) => refused.sentence().to_owned(),
        },
    };
    let problems = [FieldError::new("email", problem)];
    let view = views::form(&context, &actor.email, &sent.email, Problems(&problems));
    Ok(Page::public(CHANGE, view).refused().answer(&request))
}

/// `GET /account/email/sent`: the same whether the new address is taken or not.
pub async fn sent(_: SignedIn) -> Page {
    Page::public("Check your new mailbox", views::sent())
}

/// `GET /confirm-address/{token}`
pub async fn confirm_link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    let token = SecretString::from(token.into_inner());
    links::open(&context.app, CONFIRM_COOKIE, &token, paths::CONFIRM_ADDRESS)
}

/// `GET /confirm-address`
pub async fn confirm_page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, CONFIRM_COOKIE).unwrap_or_default();
    Ok(match look(&context.app, Purpose::AddressChange, &token, context.now).await? {
        Link::Ready(change) => Page::public("Confirm your new address", views::confirm(&context, &change)),
        Link::Dead(verdict) => dead(&verdict, views::ask_again()),
    })
}

/// `POST /confirm-address`
pub async fn confirm(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, CONFIRM_COOKIE).unwrap_or_default();
    Ok(match actions::confirm(&context.app, &context.act(), &token).await? {
        Ok(new) => {
            let page = Page::public("Your address is changed", views::confirmed(&new));
            let mut response = page.answer(&request);
            links::forget(&mut response, &context.app, CONFIRM_COOKIE);
            response
        }
        Err(verdict) => dead(&verdict, views::ask_again()).answer(&request),
    })
}

/// `GET /undo-address/{token}`
pub async fn undo_link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, UNDO_COOKIE, &SecretString::from(token.into_inner()), paths::UNDO_ADDRESS)
}

/// `GET /undo-address`
pub async fn undo_page(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, UNDO_COOKIE).unwrap_or_default();
    Ok(match look(&context.app, Purpose::AddressUndo, &token, context.now).await? {
        Link::Ready(change) => Page::public("Take the change back", views::undo(&context, &change)),
        Link::Dead(verdict) => dead(&verdict, views::write_to_us()),
    })
}

/// `POST /undo-address`
pub async fn undo(_: Anyone, context: Context, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, UNDO_COOKIE).unwrap_or_default();
    Ok(match back::undo(&context.app, &context.act(), &token).await? {
        Ok(()) => {
            let mut response = Page::public("Your old address is back", views::undone()).answer(&request);
            links::forget(&mut response, &context.app, UNDO_COOKIE);
            response
        }
        Err(verdict) => dead(&verdict, views::write_to_us()).answer(&request),
    })
}

fn dead(verdict: &Verdict, next: maud::Markup) -> Page {
    let title = match verdict {
        Verdict::Used => "This link was used already",
        Verdict::Expired | Verdict::Valid(_) => "This link is no longer valid",
        Verdict::Unknown => "This link is not complete",
    };
    Page::public(title, views::dead(verdict, next))
}
