//! The audit log in the console.

use actix_web::web::Path;
use serde::Deserialize;

use super::store::{self, EntryId, Filter};
use super::views;
use crate::error::AppError;
use crate::paths;
use crate::web::forms::empty_is_none;
use crate::web::guard::SearchAudit;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query};

/// Entries on one page.
const PAGE: usize = 50;

/// Filters as they stand in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub area: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

/// `GET /audit`
pub async fn list(
    who: Allowed<SearchAudit>,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let filter = Filter { text: address.q.clone(), area: address.area.clone() };
    let organization = who.actor.organization;
    let slice = context.app.db.read(move |c| store::page(c, &organization, &filter, &place, PAGE)).await?;
    Ok(Page::list("Audit", views::list(&slice, &address, context.now)).search(views::search(&address)))
}

/// `GET /audit/{id}`
pub async fn entry(who: Allowed<SearchAudit>, context: Context, id: Path<String>) -> Result<Page, AppError> {
    let id = EntryId::parse(&id).ok_or(AppError::NotFound)?;
    let organization = who.actor.organization;
    let found = context.app.db.read(move |c| store::by_id(c, &organization, &id)).await?;
    let entry = found.ok_or(AppError::NotFound)?;
    Ok(Page::console(views::sentence(&entry.action), views::entry(&entry)).parent("Audit", paths::AUDIT))
}
