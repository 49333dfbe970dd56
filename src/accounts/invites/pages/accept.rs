//! `/invite`: the page behind the link.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use crate::access::Actor;
use crate::accounts::invites::accept::{self, Accepted, Answer, Standing};
use crate::accounts::invites::views::accept as views;
use crate::error::AppError;
use crate::paths;
use crate::web::{Anyone, Context, Form, Page, SeeOther, link as links};

const COOKIE: &str = "frontdesk-invite";

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: SecretString,
}

/// `GET /invite/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::INVITE)
}

/// `GET /invite`
pub async fn offer(Anyone(actor): Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    let offer = match accept::look(&context.app, &context.act(), &token).await? {
        Standing::Open(offer) => offer,
        dead => return Ok(gone(&dead)),
    };
    if let Some(actor) = actor {
        return Ok(signed_in(&context, &actor, offer.invite.email.as_str()));
    }
    let name = offer.invite.name.clone().map(|name| name.to_string()).unwrap_or_default();
    Ok(Page::public(views::title(&offer), views::form(&context, &offer, &name, &[])))
}

/// An invite makes an account of its own; whoever is signed in has one.
fn signed_in(context: &Context, actor: &Actor, invited: &str) -> Page {
    Page::public("You are signed in already", views::signed_in(context, actor, invited))
}

fn gone(standing: &Standing) -> Page {
    let (title, main) = views::gone(standing);
    Page::public(title, main)
}

/// `POST /invite`
pub async fn accept(
    Anyone(actor): Anyone,
    context: Context,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = links::token(&request, COOKIE).unwrap_or_default();
    if actor.is_some() {
        return Ok(SeeOther::to(paths::INVITE).answer(&request));
    }
    let answer = Answer { name: sent.name.clone(), password: sent.password };
    Ok(match accept::accept(&context.app, &context.act(), &token, answer).await? {
        Accepted::Opened(user) => {
            let said =
                format!("Welcome, {}. Your account is open: sign in with your new password.", user.name);
            let mut response = SeeOther::to(paths::LOGIN).saying(said).answer(&request);
            links::forget(&mut response, &context.app, COOKIE);
            response
        }
        Accepted::Dead(standing) => gone(&standing).answer(&request),
        Accepted::AddressTaken => {
            Page::public("You have an account already", views::taken()).answer(&request)
        }
        Accepted::Invalid(offer, errors) => {
            let view = views::form(&context, &offer, &sent.name, &errors);
            Page::public(views::title(&offer), view).refused().answer(&request)
        }
    })
}
