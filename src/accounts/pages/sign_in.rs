//! `/login` and `/logout`.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use secrecy::SecretString;
use serde::Deserialize;

use crate::accounts::User;
use crate::accounts::devices::cookie;
use crate::accounts::mfa::pages::CODE_COOKIE;
use crate::accounts::mfa::{Step, views as mfa};
use crate::accounts::sign_in::{self, Admitted, Attempt, Refused};
use crate::accounts::sign_out;
use crate::error::AppError;
use crate::sessions;
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, FieldError, error_summary};
use crate::web::guard::AnySession;
use crate::web::{Anyone, Context, Form, Page, Query, SeeOther, link};
use crate::{console, paths};

/// Where to go after signing in.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: Option<String>,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    next: Option<String>,
}

/// `GET /login`
pub async fn form(
    Anyone(actor): Anyone,
    context: Context,
    Query(Next { next }): Query<Next>,
    request: HttpRequest,
) -> HttpResponse {
    match actor {
        Some(actor) => {
            let start = console::start_of(actor.role);
            SeeOther::to(paths::local_or(next.as_deref(), start)).answer(&request)
        }
        None => Page::public("Sign in", view(&context, "", next.as_deref(), None)).answer(&request),
    }
}

/// `POST /login`
pub async fn login(
    _: Anyone,
    context: Context,
    session: Session,
    Form(sent): Form<Credentials>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let Credentials { email, password, next } = sent;
    let attempt = Attempt { email, password, device: cookie::read(&request, &context.app) };
    match sign_in::by_browser(&context.app, &context.act(), &attempt).await? {
        Ok(Step::Done(admitted)) => admit(&context, &session, &admitted, next.as_deref(), &request),
        Ok(Step::SecondFactor(token)) => {
            let next = paths::login_code_then(next.as_deref());
            Ok(link::open(&context.app, CODE_COOKIE, &token, &next))
        }
        Err(why) => Ok(refused(&context, &attempt.email, next.as_deref(), why, &request)),
    }
}

/// Lets a person in who has shown everything that is asked for: the cookies, and the first page.
pub fn admit(
    context: &Context,
    session: &Session,
    admitted: &Admitted,
    next: Option<&str>,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    sessions::remember(session, &admitted.opened)?;
    let mut response = welcome(&admitted.user, next, request);
    let known = cookie::of(&admitted.device, &context.app);
    response.add_cookie(&known).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(response)
}

/// The form again, with what was wrong.
pub fn refused(
    context: &Context,
    email: &str,
    next: Option<&str>,
    why: Refused,
    request: &HttpRequest,
) -> HttpResponse {
    Page::public("Sign in", view(context, email, next, Some(why))).refused().answer(request)
}

/// The form, after a passkey that did not sign anybody in.
pub fn refused_passkey(
    context: &Context,
    next: Option<&str>,
    message: &str,
    request: &HttpRequest,
) -> HttpResponse {
    let summary = error_summary(&[FieldError { field: "email", message }]);
    let main = html! { (summary) (view(context, "", next, None)) };
    Page::public("Sign in", main).refused().answer(request)
}

fn welcome(user: &User, next: Option<&str>, request: &HttpRequest) -> HttpResponse {
    let url = if user.must_change_password {
        paths::PASSWORD
    } else {
        paths::local_or(next, console::start_of(user.role))
    };
    SeeOther::to(url).answer(request)
}

/// `POST /logout`
pub async fn logout(
    AnySession(actor): AnySession,
    context: Context,
    session: Session,
) -> Result<SeeOther, AppError> {
    sign_out::sign_out(&context.app, &context.act(), &actor).await?;
    sessions::forget(&session);
    Ok(SeeOther::to(paths::LOGIN).saying("You are signed out."))
}

fn view(context: &Context, email: &str, next: Option<&str>, refused: Option<Refused>) -> Markup {
    let problems: Vec<FieldError> =
        refused.iter().map(|refused| FieldError { field: "email", message: refused.sentence() }).collect();
    // What the account says is no fault of a field: the fields stay unmarked then.
    let wrong = refused.filter(|refused| *refused == Refused::Credentials).map(Refused::sentence);
    let fields = html! {
        @if let Some(next) = next { input type="hidden" name="next" value=(next); }
        (Field::email("email", "Email address").value(email).error(wrong).autocomplete("username"))
        (Field::password("password", "Password").autocomplete("current-password"))
        (actions(html! { (Button::primary("Sign in")) }))
    };
    html! {
        (error_summary(&problems))
        (ui::Form::post(paths::LOGIN, context.csrf()).id("login-form").body(fields))
        (mfa::passkey_sign_in(context, next))
        p .meta { a href=(paths::FORGOT_PASSWORD) { "Forgot your password?" } }
        p .meta { "No account yet? " a href=(paths::REGISTER) { "Register" } }
    }
}
