//! Adding and removing passkeys.

use actix_session::Session;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::Deserialize;

use super::{LAST, TITLE, enrolled};
use crate::access::Actor;
use crate::accounts::mfa::model::{PasskeyId, passkey_name};
use crate::accounts::mfa::passkeys::{self, Added, Answer, Refused};
use crate::accounts::mfa::{store, views};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::web::guard::FreshlySignedIn;
use crate::web::problems::Problems;
use crate::web::{Context, Form, Page, SeeOther};

#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    challenge: SecretString,
    #[serde(default)]
    credential: String,
}

/// `POST /account/mfa/passkeys/options`
pub async fn options(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
) -> Result<HttpResponse, AppError> {
    let question = passkeys::ask_new(&context.app, &context.act(), &actor).await?;
    Ok(HttpResponse::Ok().json(question))
}

/// `POST /account/mfa/passkeys`
pub async fn add(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    session: Session,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let name = match passkey_name(&sent.name) {
        Ok(name) => name,
        Err(message) => return refused(&context, &actor, &sent, message, &request).await,
    };
    let answer = Answer { challenge: sent.challenge.clone(), credential: sent.credential.clone() };
    match passkeys::add(&context.app, &context.act(), &actor, name, &answer).await? {
        Ok(Added::First(first)) => enrolled(&context, &actor, &session, &first, &request).await,
        Ok(Added::Further) => Ok(SeeOther::to(paths::MFA).saying("The passkey was added.").answer(&request)),
        Err(why) => refused(&context, &actor, &sent, sentence(why), &request).await,
    }
}

fn sentence(why: Refused) -> &'static str {
    match why {
        Refused::NotProven => "The passkey could not be checked. Try again, and answer within 5 minutes.",
        Refused::Known => "This passkey is here already. Use another device, or remove it first.",
        Refused::TooMany => "You have 20 passkeys. Remove one that you do not use.",
    }
}

async fn refused(
    context: &Context,
    actor: &Actor,
    sent: &Fields,
    message: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = actor.user.clone();
    let factors = context.app.db.read(move |c| store::factors(c, &id)).await?;
    let errors = [FieldError::new("name", message)];
    let view = views::overview(context, actor, &factors, Problems(&errors), &sent.name);
    Ok(Page::public(TITLE, view).refused().answer(request))
}

/// `POST /account/mfa/passkeys/{id}/remove`
pub async fn remove(
    FreshlySignedIn(actor): FreshlySignedIn,
    context: Context,
    id: Path<String>,
) -> Result<SeeOther, AppError> {
    let id = PasskeyId::parse(&id).ok_or(AppError::NotFound)?;
    let removed = passkeys::remove(&context.app, &context.act(), &actor, &id).await?;
    Ok(SeeOther::to(paths::MFA).saying(if removed { "The passkey was removed." } else { LAST }))
}
