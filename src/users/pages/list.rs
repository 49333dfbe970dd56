//! `GET /users`: who is there.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::error::AppError;
use crate::paths;
use crate::users::search::{self, Search};
use crate::users::store::figures::figures;
use crate::users::store::list::{self as lists, Tab, View};
use crate::users::views;
use crate::web::forms::empty_is_none;
use crate::web::guard::SeeUsers;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query, SeeOther};

/// Users on one page.
const PAGE: usize = 50;

/// The list as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    /// The tab; all users when it is none of ours.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

/// `GET /users`
pub async fn list(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(address): Query<Address>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let typed = address.q.as_deref().unwrap_or_default();
    // A pasted id is the way to its person.
    if let Some(id) = search::user_id(typed) {
        return Ok(SeeOther::to(paths::user(id)).answer(&request));
    }
    let view = View {
        organization: who.actor.organization,
        tab: address.status.as_deref().and_then(Tab::parse).unwrap_or(Tab::All),
        search: Search::parse(typed),
        now: context.now,
    };
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let asked = view.clone();
    let (figures, slice) = context
        .app
        .db
        .read(move |c| {
            let figures = figures(c, &asked.organization, asked.now)?;
            lists::page(c, &asked, &place, PAGE).map(|slice| (figures, slice))
        })
        .await?;
    let list = views::list::List { view: &view, typed, figures: &figures, slice: &slice };
    Ok(Page::list(list.title(), list.main()).search(list.search()).answer(&request))
}
