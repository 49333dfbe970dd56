//! `/setup`: the page behind the link that the first start prints.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use secrecy::SecretString;
use serde::Deserialize;

use super::dead_link;
use crate::access::Role;
use crate::accounts::password::new_password_field;
use crate::accounts::setup::{self, NewStaff, StaffError};
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::error::{AppError, FieldError};
use crate::mail::{DisplayName, EmailAddress};
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, error_summary};
use crate::web::{Anyone, Context, Form, Page, SeeOther, link};
use crate::{paths, web};

const COOKIE: &str = "frontdesk-setup";
const TITLE: &str = "Create the first operator";

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
}

/// `GET /setup/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    web::link::open(&context.app, COOKIE, &SecretString::from(token.into_inner()), paths::SETUP)
}

/// `GET /setup`
pub async fn form(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let token = link::token(&request, COOKIE).unwrap_or_default();
    let now = context.now;
    let verdict = context.app.db.read(move |c| tokens::peek(c, Purpose::Setup, &token, now)).await?;
    Ok(match verdict {
        Verdict::Valid(_) => Page::public(TITLE, view(&context, &Fields::default(), &[])),
        verdict => Page::public(TITLE, dead(&verdict)),
    })
}

/// `POST /setup`
pub async fn create(
    _: Anyone,
    context: Context,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let refused =
        |errors: &[FieldError]| Page::public(TITLE, view(&context, &sent, errors)).refused().answer(&request);
    let staff = match parse(&sent) {
        Ok(staff) => staff,
        Err(errors) => return Ok(refused(&errors)),
    };
    let token = link::token(&request, COOKIE).unwrap_or_default();
    match setup::create_first_operator(&context.app, &context.act(), &token, staff).await {
        Ok(_) => {
            let next = SeeOther::to(paths::LOGIN).saying("The operator was created. Sign in now.");
            let mut response = next.answer(&request);
            link::forget(&mut response, &context.app, COOKIE);
            Ok(response)
        }
        Err(StaffError::Link(verdict)) => Ok(Page::public(TITLE, dead(&verdict)).answer(&request)),
        Err(other) => match AppError::from(other) {
            AppError::Invalid(errors) => Ok(refused(&errors)),
            error => Err(error),
        },
    }
}

fn parse(sent: &Fields) -> Result<NewStaff, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = DisplayName::parse(&sent.name)
        .map_err(|error| errors.push(FieldError::new("name", error.to_string())));
    let email = EmailAddress::parse(&sent.email)
        .map_err(|error| errors.push(FieldError::new("email", error.to_string())));
    match (name, email) {
        (Ok(name), Ok(email)) => {
            let password = sent.password.clone();
            Ok(NewStaff { email, name, role: Role::Operator, password })
        }
        _ => Err(errors),
    }
}

fn dead(verdict: &Verdict) -> Markup {
    dead_link(
        verdict,
        "Start Frontdesk again to get a new link, or run “frontdesk admin create” on its machine.",
    )
}

fn view(context: &Context, values: &Fields, errors: &[FieldError]) -> Markup {
    let of =
        |field: &str| errors.iter().find(|error| error.field == field).map(|error| error.message.as_str());
    let summary: Vec<ui::FieldError> =
        errors.iter().map(|error| ui::FieldError { field: &error.field, message: &error.message }).collect();
    let fields = html! {
        (Field::text("name", "Name").value(&values.name).error(of("name")).autocomplete("name"))
        (Field::email("email", "Email address").value(&values.email).error(of("email")).autocomplete("username"))
        (new_password_field(Role::Operator, "password", "Password", of("password")))
        (actions(html! { (Button::primary("Create the operator")) }))
    };
    html! {
        (error_summary(&summary))
        p { "The operator may do everything that the other roles may." }
        (ui::Form::post(paths::SETUP, context.csrf()).id("setup-form").body(fields))
    }
}
