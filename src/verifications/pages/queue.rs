//! `GET /verifications`: the queue.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::error::AppError;
use crate::paths;
use crate::verifications::search::{self, Search};
use crate::verifications::store::queue::{self, Tab, View};
use crate::verifications::views;
use crate::web::forms::empty_is_none;
use crate::web::guard::DecideVerifications;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query, SeeOther};

/// Cases on one page.
const PAGE: usize = 50;

/// The list as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    /// The tab; the waiting cases when it is none of ours.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Address {
    fn tab(&self) -> Tab {
        self.state.as_deref().and_then(Tab::parse).unwrap_or(Tab::Waiting)
    }
}

/// `GET /verifications`
pub async fn list(
    who: Allowed<DecideVerifications>,
    context: Context,
    Query(address): Query<Address>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let typed = address.q.as_deref().unwrap_or_default();
    // A pasted id is the way to its case.
    if let Some(id) = search::case_id(typed) {
        return Ok(SeeOther::to(paths::verification(id)).answer(&request));
    }
    let view = View {
        organization: who.actor.organization,
        reviewer: who.actor.user,
        tab: address.tab(),
        search: Search::parse(typed),
        now: context.now,
    };
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let (asked, app) = (view.clone(), context.app.clone());
    let (figures, slice) = context
        .app
        .db
        .read(move |c| {
            let View { organization, reviewer, now, .. } = &asked;
            let crowded = app.crowds.of(organization, *now);
            let figures = queue::figures_except(c, organization, reviewer, *now, &crowded)?;
            app.crowds.note(organization, &figures, &crowded, *now);
            queue::page(c, &asked, &place, PAGE).map(|slice| (figures, slice))
        })
        .await?;
    let list = views::queue::Queue { view: &view, typed, figures: &figures, slice: &slice };
    Ok(Page::list(list.title(), list.main()).search(list.search()).answer(&request))
}
