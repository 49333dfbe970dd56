//! `/account/mfa/app`: setting an authenticator app up, and removing it.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::{LAST, enrolled};
use crate::access::Actor;
use crate::accounts::mfa::totp::{self, Confirmed, Refused};
use crate::accounts::mfa::views;
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::web::guard::FreshlySignedIn;
use crate::web::problems::Problems;
use crate::web::{Context, Form, Page, SeeOther};

const TITLE: &str = "Set up an authenticator app";

#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    code: SecretString,
}

/// `POST /account/mfa/app`
pub async fn begin(FreshlySignedIn(actor): FreshlySignedIn, context: Context) -> Result<SeeOther, AppError> {
    totp::begin(&context.app, &context.act(), &actor.user).await?;
    Ok(SeeOther::to(paths::TOTP))
}

/// `GET /account/mfa/app`
pub async fn form(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    page(&context, &actor, &[], &request).await
}

async fn page(
    context: &Context,
    actor: &Actor,
    errors: &[FieldError],
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let Some(app) = totp::pending(&context.app, actor, context.now).await? else {
        return Ok(SeeOther::to(paths::MFA).answer(request));
    };
    let page = Page::public(TITLE, views::set_up(context, &app, Problems(errors))?);
    Ok(if errors.is_empty() { page } else { page.refused() }.answer(request))
}

/// `POST /account/mfa/app/code`
pub async fn confirm(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match totp::confirm(&context.app, &context.act(), &actor, &sent.code).await? {
        Ok(Confirmed::First(first)) => enrolled(&context, &actor, &session, &first, &request).await,
        Ok(Confirmed::Further) => {
            Ok(SeeOther::to(paths::MFA).saying("The authenticator app is set up.").answer(&request))
        }
        Err(Refused::NothingPending) => Ok(SeeOther::to(paths::MFA)
            .saying("Setting up the app took too long, or is done already. Look below.")
            .answer(&request)),
        Err(Refused::WrongCode) => {
            let message =
                "This is not the code of now. Wait for the next one, and check the clock of the phone.";
            page(&context, &actor, &[FieldError::new("code", message)], &request).await
        }
    }
}

/// `POST /account/mfa/app/remove`
pub async fn remove(FreshlySignedIn(actor): FreshlySignedIn, context: Context) -> Result<SeeOther, AppError> {
    let removed = totp::remove(&context.app, &context.act(), &actor).await?;
    Ok(SeeOther::to(paths::MFA).saying(if removed { "The authenticator app was removed." } else { LAST }))
}
