//! `/case`: pages of the applicant's own case.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;

use super::actions::{self, Outcome};
use super::model::CaseParts;
use super::views;
use super::visit::{self, Visit};
use crate::accounts::verify_email::CASE_COOKIE;
use crate::documents::{DocumentId, shown};
use crate::error::AppError;
use crate::paths;
use crate::web::problems::Problems;
use crate::web::upload::Fields;
use crate::web::{Anyone, Context, Page, SeeOther, Upload, link as links};

const TITLE: &str = "Your registration";

/// `GET /case/link/{token}`
pub async fn link(_: Anyone, context: Context, token: Path<String>) -> HttpResponse {
    links::open(&context.app, CASE_COOKIE, &SecretString::from(token.into_inner()), paths::CASE)
}

/// `GET /case`
pub async fn case(_: Anyone, context: Context, request: HttpRequest) -> Result<Page, AppError> {
    let visitor = match visit::of(&context, &request).await? {
        Visit::Known(visitor) => visitor,
        Visit::Stranger(verdict) => return Ok(Page::public(TITLE, views::stranger(verdict.as_ref()))),
    };
    Ok(match actions::load(&context.app, &visitor).await? {
        Some(own) => {
            let view = views::case(&context, &own, &Fields::default(), Problems::default());
            Page::public(TITLE, view)
        }
        None => Page::public(TITLE, views::no_case()),
    })
}

/// `GET /case/documents/{id}`
pub async fn document(
    _: Anyone,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let Visit::Known(visitor) = visit::of(&context, &request).await? else {
        return Err(AppError::NotFound);
    };
    let id = DocumentId::parse(&id).ok_or(AppError::NotFound)?;
    let document = actions::open(&context.app, &context.act(), &visitor, &id).await?;
    Ok(shown::read(&context.app, document).await?.answer())
}

/// `POST /case/documents`
pub async fn submit(
    _: Anyone,
    context: Context,
    sent: Upload<CaseParts>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let Visit::Known(visitor) = visit::of(&context, &request).await? else {
        // The page says what is wrong with the link.
        return Ok(SeeOther::to(paths::CASE).answer(&request));
    };
    let own = actions::load(&context.app, &visitor).await?.ok_or(AppError::NotFound)?;
    let act = visitor.act(&context, own.user.name.as_str());
    let outcome = actions::submit(&context.app, &act, &visitor, &own, &sent.fields, sent.files).await?;
    Ok(match outcome {
        Outcome::Received => {
            let mut response = SeeOther::to(paths::CASE_RECEIVED).answer(&request);
            links::forget(&mut response, &context.app, CASE_COOKIE);
            response
        }
        Outcome::Refused(errors) => {
            let view = views::case(&context, &own, &sent.fields, Problems(&errors));
            Page::public(TITLE, view).refused().answer(&request)
        }
    })
}

/// `GET /case/received`
pub async fn received(_: Anyone) -> Page {
    Page::public("We have your documents", views::received())
}
