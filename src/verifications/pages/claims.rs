//! Claim, renew and release, from the case page.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::Render;

use super::{case, case_id};
use crate::access::Actor;
use crate::documents::CaseId;
use crate::error::AppError;
use crate::paths;
use crate::verifications::actions;
use crate::verifications::model::Refusal;
use crate::verifications::views::case::{CaseView, Notice};
use crate::web::guard::DecideVerifications;
use crate::web::page::is_htmx;
use crate::web::{Allowed, Context, Fragment, SeeOther};

/// `POST /verifications/{id}/claim`
pub async fn claim(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = case_id(&id)?;
    match actions::claim(&context.app, &context.act(), &who.actor, &id).await? {
        Ok(_) => Ok(SeeOther::to(paths::verification(&id)).answer(&request)),
        Err(refusal) => refused(&context, &who.actor, &id, refusal, &request).await,
    }
}

/// `POST /verifications/{id}/renew`: the open page does it by itself.
pub async fn renew(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    use actix_web::Responder;
    let id = case_id(&id)?;
    let renewed = actions::renew(&context.app, &context.act(), &who.actor, &id).await?;
    if is_htmx(&request) {
        let dossier = case::load(&context, &who.actor, &id).await?;
        let view = CaseView::new(&context, &who.actor, &dossier);
        let mut response = Fragment(view.claim().render()).respond_to(&request);
        if renewed.is_err() {
            *response.status_mut() = StatusCode::CONFLICT;
        }
        return Ok(response);
    }
    match renewed {
        Ok(()) => Ok(SeeOther::to(paths::verification(&id)).answer(&request)),
        Err(refusal) => refused(&context, &who.actor, &id, refusal, &request).await,
    }
}

/// `POST /verifications/{id}/release`
pub async fn release(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = case_id(&id)?;
    match actions::release(&context.app, &context.act(), &who.actor, &id).await? {
        Ok(()) => Ok(SeeOther::to(paths::VERIFICATIONS).saying("The case is free again.").answer(&request)),
        Err(refusal) => refused(&context, &who.actor, &id, refusal, &request).await,
    }
}

/// `POST /verifications/{id}/leave`: the page does it by itself when it goes away, and nobody reads the answer.
pub async fn leave(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    actions::leave(&context.app, &context.act(), &who.actor, &case_id(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The case as it is now, with why it could not be done; 409 unless the refusal is no conflict.
async fn refused(
    context: &Context,
    reviewer: &Actor,
    id: &CaseId,
    refusal: Refusal,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    if refusal == Refusal::OwnCase {
        return Err(refusal.into());
    }
    let dossier = case::load(context, reviewer, id).await?;
    let mut view = CaseView::new(context, reviewer, &dossier);
    view.notice = Notice::Conflict(refusal);
    Ok(case::page(&view).answer(request))
}
