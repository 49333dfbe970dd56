//! `GET /verifications/{id}`: one case.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Deserialize;

use super::case_id;
use crate::access::Actor;
use crate::documents::{CaseId, DocumentId};
use crate::error::AppError;
use crate::paths;
use crate::verifications::dossier::Dossier;
use crate::verifications::views::case::{CaseView, Notice};
use crate::web::guard::DecideVerifications;
use crate::web::{Allowed, Context, Page, Query};

/// What of the case is shown first.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    pub document: Option<String>,
}

/// `GET /verifications/{id}`
pub async fn show(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let dossier = load(&context, &who.actor, &case_id(&id)?).await?;
    let mut view = CaseView::new(&context, &who.actor, &dossier);
    view.document = address.document.as_deref().and_then(DocumentId::parse);
    Ok(page(&view))
}

/// Reads a case for its page.
pub(super) async fn load(context: &Context, reviewer: &Actor, id: &CaseId) -> Result<Dossier, AppError> {
    let (reviewer, id) = (reviewer.clone(), id.clone());
    context.app.db.read(move |c| Dossier::load(c, &reviewer, &id)).await
}

/// The page around a view.
pub(super) fn page(view: &CaseView<'_>) -> Page {
    let page = Page::list(view.title(), view.main()).parent("Verifications", paths::VERIFICATIONS);
    match view.notice {
        Notice::None | Notice::Preview => page,
        Notice::Conflict(_) => page.status(StatusCode::CONFLICT),
        Notice::Errors(_) => page.refused(),
    }
}
