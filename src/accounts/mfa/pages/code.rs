//! `/login/code`, the second step of a sign-in, and `/login/passkey`, the whole of one.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::Next;
use crate::accounts::devices::cookie;
use crate::accounts::mfa::challenge::{self, Proof, Refused};
use crate::accounts::mfa::model::Purpose;
use crate::accounts::mfa::passkeys::Answer;
use crate::accounts::mfa::{Code, Factors, views};
use crate::accounts::pages;
use crate::error::{AppError, FieldError};
use crate::web::problems::Problems;
use crate::web::{Anyone, Context, Form, Page, Query, link};

/// The cookie with the token of the challenge.
pub(crate) const COOKIE: &str = "frontdesk-code";
const TITLE: &str = "Enter your code";

#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    code: SecretString,
    #[serde(default)]
    challenge: SecretString,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    next: Option<String>,
}

impl Fields {
    fn answer(&self) -> Answer {
        Answer { challenge: self.challenge.clone(), credential: self.credential.clone() }
    }
}

/// `GET /login/code`
pub async fn code_form(
    _: Anyone,
    context: Context,
    Query(Next { next }): Query<Next>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    page(&context, next.as_deref(), &[], &request).await
}

async fn page(
    context: &Context,
    next: Option<&str>,
    errors: &[FieldError],
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = link::token(request, COOKIE).unwrap_or_default();
    let asked = challenge::asked(&context.app, Purpose::BrowserSignIn, &token, context.now).await?;
    Ok(match asked {
        Some((_, factors)) => open(context, &factors, next, errors),
        None => Page::public("Sign in again", views::over()),
    }
    .answer(request))
}

fn open(context: &Context, factors: &Factors, next: Option<&str>, errors: &[FieldError]) -> Page {
    let page = Page::public(TITLE, views::code(context, factors, next, Problems(errors)));
    if errors.is_empty() { page } else { page.refused() }
}

/// `POST /login/code`
pub async fn send_code(
    _: Anyone,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let proof = Proof::Code(Code::read(&sent.code));
    answer(&context, &session, &proof, sent.next.as_deref(), &request).await
}

/// `POST /login/code/passkey`
pub async fn send_passkey(
    _: Anyone,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let proof = Proof::Passkey(sent.answer());
    answer(&context, &session, &proof, sent.next.as_deref(), &request).await
}

async fn answer(
    context: &Context,
    session: &Session,
    proof: &Proof,
    next: Option<&str>,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = link::token(request, COOKIE).unwrap_or_default();
    let device = cookie::read(request, &context.app);
    match challenge::answer_browser(&context.app, &context.act(), &token, proof, &device).await? {
        Ok(admitted) => {
            let mut response = pages::admit(context, session, &admitted, next, request)?;
            link::forget(&mut response, &context.app, COOKIE);
            Ok(response)
        }
        Err(Refused::NotOpen(why)) => Ok(pages::refused(context, "", next, why, request)),
        Err(Refused::Over) => page(context, next, &[], request).await,
        Err(Refused::Wrong { left }) => {
            let message = match (proof, left) {
                (Proof::Passkey(_), _) => {
                    "The passkey could not be checked. Try again, or use a code.".to_owned()
                }
                (_, 1) => "This is not right, or was used before. You have one more try.".to_owned(),
                (_, left) => format!("This is not right, or was used before. You have {left} more tries."),
            };
            page(context, next, &[FieldError::new("code", message)], request).await
        }
    }
}

/// `POST /login/code/passkey/options`
pub async fn passkey_options(
    _: Anyone,
    context: Context,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = link::token(&request, COOKIE).unwrap_or_default();
    let question = challenge::ask_passkeys(&context.app, &context.act(), &token).await?;
    Ok(HttpResponse::Ok().json(question.ok_or(AppError::NotFound)?))
}

/// `POST /login/passkey/options`
pub async fn sign_in_options(_: Anyone, context: Context) -> Result<HttpResponse, AppError> {
    Ok(HttpResponse::Ok().json(challenge::ask_anyone(&context.app, &context.act()).await?))
}

/// `POST /login/passkey`
pub async fn sign_in_with_passkey(
    _: Anyone,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = sent.next.as_deref();
    let device = cookie::read(&request, &context.app);
    match challenge::by_passkey(&context.app, &context.act(), &sent.answer(), &device).await? {
        Ok(admitted) => pages::admit(&context, &session, &admitted, next, &request),
        Err(Refused::NotOpen(why)) => Ok(pages::refused(&context, "", next, why, &request)),
        Err(Refused::Wrong { .. } | Refused::Over) => {
            let message = "This passkey is not known here, or it took too long. Sign in with your password.";
            Ok(pages::refused_passkey(&context, next, message, &request))
        }
    }
}
