//! `GET /invites`

use serde::Deserialize;

use crate::accounts::invites::model::State;
use crate::accounts::invites::store::{self, Filter};
use crate::accounts::invites::views::list as views;
use crate::error::AppError;
use crate::web::forms::empty_is_none;
use crate::web::guard::ManageUsers;
use crate::web::pager::Place;
use crate::web::{Allowed, Context, Page, Query};

/// Invites on one page.
const PAGE: usize = 50;

/// The list as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Address {
    /// A state, or `all`; the open ones when it is none of ours.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    pub q: Option<String>,
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Address {
    /// The state to show; all of them when nothing.
    pub fn state(&self) -> Option<State> {
        match self.state.as_deref() {
            Some("all") => None,
            other => Some(other.and_then(State::parse).unwrap_or(State::Open)),
        }
    }
}

/// `GET /invites`
pub async fn list(
    who: Allowed<ManageUsers>,
    context: Context,
    Query(address): Query<Address>,
) -> Result<Page, AppError> {
    let place = Place::read(address.after.as_deref(), address.before.as_deref());
    let filter = Filter { state: address.state(), text: address.q.clone() };
    let (organization, now) = (who.actor.organization, context.now);
    let (slice, open) = context
        .app
        .db
        .read(move |c| {
            let slice = store::page(c, &organization, &filter, (&place, PAGE), now)?;
            Ok::<_, AppError>((slice, store::count_open(c, &organization, now)?))
        })
        .await?;
    let main = views::list(&slice, &address, open, now);
    Ok(Page::list("Invites", main).search(views::search(&address)).action(views::action()))
}
