//! `/register` and the page after it.

use actix_web::{HttpRequest, HttpResponse};

use super::actions::{Outcome, register};
use super::model::RegistrationParts;
use super::views;
use crate::error::AppError;
use crate::paths;
use crate::web::problems::Problems;
use crate::web::upload::Fields;
use crate::web::{Anyone, Context, Page, SeeOther, Upload};

const TITLE: &str = "Register";

/// `GET /register`
pub async fn form(_: Anyone, context: Context) -> Page {
    Page::public(TITLE, views::form(&context, &Fields::default(), Problems::default()))
}

/// `POST /register`
pub async fn submit(
    _: Anyone,
    context: Context,
    sent: Upload<RegistrationParts>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let outcome = register(&context.app, &context.act(), &sent.fields, sent.files).await?;
    Ok(match outcome {
        Outcome::Received => SeeOther::to(paths::REGISTERED).answer(&request),
        Outcome::Refused(errors) => {
            let view = views::form(&context, &sent.fields, Problems(&errors));
            Page::public(TITLE, view).refused().answer(&request)
        }
    })
}

/// `GET /register/received`: the same whoever registered.
pub async fn received(_: Anyone) -> Page {
    Page::public("Check your email", views::received())
}
