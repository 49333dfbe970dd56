//! `GET /sessions`: who is and was signed in.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::views;
use crate::access::Permission;
use crate::error::AppError;
use crate::sessions::listing::{self, State, View};
use crate::sessions::search::Search;
use crate::web::forms::empty_is_none;
use crate::web::guard::SeeUsers;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query};

/// Sessions on one page.
const PAGE: usize = 50;

/// The list as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    /// The tab; the open sessions when it is none of ours.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Address {
    fn state(&self) -> State {
        self.state.as_deref().and_then(State::parse).unwrap_or(State::Open)
    }
}

/// `GET /sessions`
pub async fn list(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(address): Query<Address>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let typed = address.q.as_deref().unwrap_or_default();
    let search = Search::parse(typed);
    let view = View {
        organization: who.actor.organization,
        state: address.state(),
        filter: search.filter.clone(),
        now: context.now,
    };
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let asked = view.clone();
    let slice = context.app.db.read(move |c| listing::page(c, &asked, &place, PAGE)).await?;
    let list = views::List {
        state: view.state,
        search: &search,
        typed,
        slice: &slice,
        now: context.now,
        own: &who.actor.session,
        csrf: context.csrf(),
        may_end: who.actor.role.allows(Permission::RevokeSessions),
    };
    let page = Page::list("Sessions", list.main()).search(list.search_box());
    Ok(page.action(views::further(list.may_end)).answer(&request))
}
