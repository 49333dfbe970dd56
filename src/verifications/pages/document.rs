//! `GET /documents/{id}`: the bytes that reviewers see.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::documents::DocumentId;
use crate::error::AppError;
use crate::verifications::actions;
use crate::web::guard::DecideVerifications;
use crate::web::{Allowed, Context};

/// `GET /documents/{id}`
pub async fn open(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = DocumentId::parse(&id).ok_or(AppError::NotFound)?;
    let shown = actions::open_document(&context.app, &context.act(), &who.actor, &id).await?;
    Ok(shown.answer())
}
