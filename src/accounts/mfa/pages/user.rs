//! `/users/{id}/mfa`: the factors of a user, and their reset.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::access::UserId;
use crate::accounts::User;
use crate::accounts::mfa::{Factors, reset as actions, views};
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::web::guard::{Fresh, ManageUsers};
use crate::web::problems::Problems;
use crate::web::{Allowed, Context, Form, Page, SeeOther};

#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(default)]
    reason: String,
}

/// `GET /users/{id}/mfa`
pub async fn user(guard: Allowed<ManageUsers>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let (user, factors) = actions::look_at(&context.app, &guard.actor, &id).await?;
    Ok(page(&context, &user, &factors, &[], ""))
}

fn page(context: &Context, user: &User, factors: &Factors, errors: &[FieldError], reason: &str) -> Page {
    Page::console("Second factor", views::user(context, user, factors, Problems(errors), reason))
}

/// `POST /users/{id}/mfa/reset`
pub async fn reset(
    guard: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    Form(sent): Form<Fields>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let (app, act) = (&context.app, context.act());
    match actions::by_administrator(app, &act, &guard.actor, &id, &sent.reason).await? {
        Ok(user) => {
            let done = format!("The second factor of {} was reset.", user.name);
            Ok(SeeOther::to(paths::user_mfa(&id)).saying(done).answer(&request))
        }
        Err(why) => {
            let (user, factors) = actions::look_at(app, &guard.actor, &id).await?;
            let errors = [FieldError::new("reason", why.to_string())];
            Ok(page(&context, &user, &factors, &errors, &sent.reason).refused().answer(&request))
        }
    }
}
