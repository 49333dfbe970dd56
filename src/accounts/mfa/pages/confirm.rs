//! `/account/confirm`: showing a factor again, then going on to where it was asked for.
//!
//! A form that was refused for want of a fresh factor comes here with its fields (307), waits in the page,
//! and is sent on (307 again) once the factor was shown. Passwords do not wait: they are asked for anew.

use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;

use super::Next;
use crate::access::Actor;
use crate::accounts::mfa::challenge::Proof;
use crate::accounts::mfa::passkeys::{self, Answer};
use crate::accounts::mfa::step_up::{self, Refused, Shown};
use crate::accounts::mfa::views::{self, Held};
use crate::accounts::mfa::{Code, store};
use crate::error::{AppError, FieldError};
use crate::web::csrf;
use crate::web::problems::Problems;
use crate::web::{Context, Form, Page, Query, SeeOther, SignedIn};
use crate::{paths, sessions};

const TITLE: &str = "Confirm that it is you";
/// What our own fields begin with.
const OWN: &str = "confirm_";

type Sent = Vec<(String, String)>;

/// `GET /account/confirm`
pub async fn confirm_form(
    SignedIn(actor): SignedIn,
    context: Context,
    Query(Next { next }): Query<Next>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = paths::local_or(next.as_deref(), paths::HOME).to_owned();
    page(&context, &actor, Held { next, fields: None }, &[], &request).await
}

/// `POST /account/confirm/held`
pub async fn held(
    SignedIn(actor): SignedIn,
    context: Context,
    Query(Next { next }): Query<Next>,
    Form(sent): Form<Sent>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = paths::local_or(next.as_deref(), paths::HOME).to_owned();
    page(&context, &actor, Held { next, fields: Some(waiting(sent)) }, &[], &request).await
}

/// The fields of another form that may wait in a page.
fn waiting(sent: Sent) -> Sent {
    let is_secret =
        |name: &str| name.contains("password") || matches!(name, "current" | "new" | "code" | "token");
    let own = |name: &str| name == csrf::FIELD || name.starts_with(OWN);
    sent.into_iter().filter(|(name, _)| !own(name) && !is_secret(name)).collect()
}

async fn page(
    context: &Context,
    actor: &Actor,
    held: Held,
    errors: &[FieldError],
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = actor.user.clone();
    let factors = context.app.db.read(move |c| store::factors(c, &id)).await?;
    let page = Page::public(TITLE, views::confirm(context, &factors, &held, Problems(errors)));
    Ok(if errors.is_empty() { page } else { page.refused() }.answer(request))
}

/// `POST /account/confirm`
pub async fn confirm(
    SignedIn(actor): SignedIn,
    context: Context,
    session: Session,
    Form(sent): Form<Sent>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (shown, field) = shown(&sent);
    let next = paths::local_or(value(&sent, "confirm_next"), paths::HOME).to_owned();
    let is_held = value(&sent, "confirm_held").is_some();
    match step_up::confirm(&context.app, &context.act(), &actor, &shown).await? {
        Ok(opened) => {
            if let Some(opened) = opened {
                sessions::remember(&session, &opened)?;
            }
            Ok(if is_held { send_on(&next) } else { SeeOther::to(next).answer(&request) })
        }
        Err(why) => {
            let held = Held { next, fields: is_held.then(|| waiting(sent)) };
            page(&context, &actor, held, &[FieldError::new(field, sentence(why))], &request).await
        }
    }
}

/// The browser sends the same fields to the form's own address.
fn send_on(next: &str) -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, next)).finish()
}

fn value<'a>(sent: &'a Sent, name: &str) -> Option<&'a str> {
    sent.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// What was shown, and the field it was shown in.
fn shown(sent: &Sent) -> (Shown, &'static str) {
    let secret = |name: &str| SecretString::from(value(sent, name).unwrap_or_default().to_owned());
    if let Some(credential) = value(sent, "confirm_credential") {
        let answer = Answer { challenge: secret("confirm_challenge"), credential: credential.to_owned() };
        return (Shown::Factor(Proof::Passkey(answer)), "confirm_code");
    }
    if value(sent, "confirm_password").is_some() {
        return (Shown::Password(secret("confirm_password")), "confirm_password");
    }
    (Shown::Factor(Proof::Code(Code::read(&secret("confirm_code")))), "confirm_code")
}

fn sentence(why: Refused) -> &'static str {
    match why {
        Refused::Wrong => "This is not right, or was used before. Try again.",
        Refused::NeedsFactor => "You have a second factor now: show that one.",
    }
}

/// `POST /account/confirm/passkey/options`
pub async fn options(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    let question = passkeys::ask_known(&context.app, &context.act(), &actor.user).await?;
    Ok(HttpResponse::Ok().json(question.ok_or(AppError::NotFound)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_waits_without_its_passwords_and_our_own_fields() {
        let pair = |name: &str| (name.to_owned(), "x".to_owned());
        let sent = ["csrf", "role", "reason", "new_password", "current", "confirm_code", "reason"].map(pair);
        let names: Vec<String> = waiting(sent.into()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["role", "reason", "reason"]);
    }
}
