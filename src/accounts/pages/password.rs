//! `/account/password` and `/activate`: choosing a password.

use actix_session::Session;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use secrecy::SecretString;
use serde::Deserialize;

use super::dead_link;
use crate::access::{Actor, Role};
use crate::accounts::change_password::{self, Refused};
use crate::accounts::password::new_password_field;
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::error::AppError;
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, FieldError, Meaning, callout, error_summary};
use crate::web::guard::AnySession;
use crate::web::{Anyone, Context, Form, Page, SeeOther, link};
use crate::{console, paths, sessions};

const COOKIE: &str = "frontdesk-activate";
const ACTIVATE: &str = "Choose your password";

/// What the forms send.
#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    current: SecretString,
    #[serde(default)]
    new: SecretString,
}

/// `GET /account/password`
pub async fn change_form(AnySession(actor): AnySession, context: Context) -> Page {
    Page::public(title(&actor), change_view(&context, &actor, None))
}

/// `POST /account/password`
pub async fn change(
    AnySession(actor): AnySession,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (app, act) = (&context.app, context.act());
    match change_password::change(app, &act, &actor, &sent.current, &sent.new).await? {
        Ok(opened) => {
            sessions::remember(&session, &opened)?;
            let next = SeeOther::to(console::start_of(actor.role));
            Ok(next.saying("Your password was changed. Other devices were signed out.").answer(&request))
        }
        Err(refused) => {
            let view = change_view(&context, &actor, Some(&refused));
            Ok(Page::public(title(&actor), view).refused().answer(&request))
        }
    }
}

fn title(actor: &Actor) -> &'static str {
    if actor.must_change_password { ACTIVATE } else { "Change your password" }
}

/// The field a refusal belongs to, and its sentence.
fn complaint(refused: &Refused) -> (&'static str, &str) {
    match refused {
        Refused::Current => ("current", "This is not your present password. Enter it again."),
        Refused::Rules(sentence) => ("new", sentence),
        Refused::Same => ("new", "This is the password you have now. Choose another one."),
        Refused::Link(_) => ("new", "The link is no longer valid."),
    }
}

fn change_view(context: &Context, actor: &Actor, refused: Option<&Refused>) -> Markup {
    let told = refused.map(complaint);
    let of = |field: &str| told.filter(|(name, _)| *name == field).map(|(_, sentence)| sentence);
    let fields = html! {
        @if !actor.must_change_password {
            (Field::password("current", "Present password").error(of("current")).autocomplete("current-password"))
        }
        (new_password_field(actor.role, "new", "New password", of("new")))
        (actions(html! { (Button::primary("Save the password")) }))
    };
    html! {
        (summary(told))
        @if actor.must_change_password && refused.is_none() {
            (callout(Meaning::Info, "Your temporary password worked", html! {
                p { "Choose a password of your own now; nothing else opens before." }
            }))
        }
        (ui::Form::post(paths::PASSWORD, context.csrf()).id("password-form").body(fields))
    }
}

fn summary(told: Option<(&str, &str)>) -> Markup {
    let errors: Vec<FieldError> =
        told.into_iter().map(|(field, message)| FieldError { field, message }).collect();
    error_summary(&errors)
}

/// `GET /activate/{token}`
pub async fn activate_link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    link::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::ACTIVATE)
}

/// `GET /activate`
pub async fn activate_form(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = link::token(&request, COOKIE).unwrap_or_default();
    let now = context.now;
    let verdict = context.app.db.read(move |c| tokens::peek(c, Purpose::Activation, &token, now)).await?;
    Ok(match verdict {
        Verdict::Valid(_) => Page::public(ACTIVATE, activate_view(&context, None)),
        verdict => Page::public(ACTIVATE, dead(&verdict)),
    })
}

/// `POST /activate`
pub async fn activate(
    _: Anyone,
    context: Context,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = link::token(&request, COOKIE).unwrap_or_default();
    match change_password::activate(&context.app, &context.act(), &token, &sent.new).await? {
        Ok(()) => {
            let next = SeeOther::to(paths::LOGIN).saying("Your password is set. Sign in with it now.");
            let mut response = next.answer(&request);
            link::forget(&mut response, &context.app, COOKIE);
            Ok(response)
        }
        Err(Refused::Link(verdict)) => Ok(Page::public(ACTIVATE, dead(&verdict)).answer(&request)),
        Err(refused) => {
            Ok(Page::public(ACTIVATE, activate_view(&context, Some(&refused))).refused().answer(&request))
        }
    }
}

fn dead(verdict: &Verdict) -> Markup {
    dead_link(verdict, "Write to us to get a new one.")
}

fn activate_view(context: &Context, refused: Option<&Refused>) -> Markup {
    let told = refused.map(complaint);
    let error = told.map(|(_, sentence)| sentence);
    let fields = html! {
        (new_password_field(Role::Member, "new", "New password", error))
        (actions(html! { (Button::primary("Save the password")) }))
    };
    html! {
        (summary(told))
        (ui::Form::post(paths::ACTIVATE, context.csrf()).id("activate-form").body(fields))
    }
}
