//! The list of invites.

use maud::{Markup, Render, html};

use super::state;
use crate::accounts::invites::model::State;
use crate::accounts::invites::pages::Address;
use crate::accounts::invites::store::Listed;
use crate::clock::Timestamp;
use crate::paths;
use crate::ui::{Button, Cell, Column, Empty, Icon, ListUrl, Row, SearchBox, Tab, Table, tabs, time};
use crate::web::pager::Slice;

/// The one act of the list.
pub fn action() -> Markup {
    Button::primary("Invite somebody").icon(Icon::Plus).href(paths::INVITE_NEW).id("invite").render()
}

/// The search box of the page's top line.
pub fn search(address: &Address) -> Markup {
    SearchBox::new(paths::INVITES, "Search addresses and names", address.q.as_deref().unwrap_or_default())
        .keeping(url(address.state.as_deref()).kept())
        .render()
}

fn url(state: Option<&str>) -> ListUrl<'_> {
    ListUrl::new(paths::INVITES).tab("state", state)
}

/// The list with its tabs.
pub fn list(slice: &Slice<Listed>, address: &Address, open: i64, now: Timestamp) -> Markup {
    let (here, q) = (url(address.state.as_deref()), address.q.as_deref());
    let pager = here.searching(q.unwrap_or_default()).pager(slice.neighbours());
    let quoted = q.map(|q| format!("“{q}”"));
    html! {
        (tabs("State", &state_tabs(address, open)))
        (here.chips(quoted.as_deref().map(|quoted| (quoted, String::new())).into_iter()))
        @if slice.items.is_empty() { (empty(address)) } @else {
            (table(&slice.items, now))
            (pager)
        }
    }
}

fn state_tabs(address: &Address, open: i64) -> Vec<Tab<'static>> {
    let (current, q) = (address.state(), address.q.as_deref().unwrap_or_default());
    let tab = |label, state: Option<State>, name: Option<&str>, count: i64| Tab {
        label,
        url: url(name).searching(q).to_string(),
        count: u64::try_from(count).ok().filter(|count| *count > 0),
        current: current == state,
    };
    let mut all: Vec<Tab<'static>> = State::ALL
        .iter()
        .map(|state| match state {
            State::Open => tab(state.label(), Some(*state), None, open),
            other => tab(state.label(), Some(*state), Some(other.as_str()), 0),
        })
        .collect();
    all.push(tab("All", None, Some("all"), 0));
    all
}

fn empty(address: &Address) -> Markup {
    let clear = url(Some("all")).to_string();
    if address.q.is_some() {
        return Empty::nothing_matches(&clear).render();
    }
    let (title, text) = match address.state() {
        Some(State::Open) => ("No open invites", "Whoever is invited stands here until they answer."),
        Some(State::Accepted) => {
            ("No accepted invites", "Whoever opens an account by an invite stands here.")
        }
        Some(State::Expired) => ("No expired invites", "Invites that nobody answered in time stand here."),
        Some(State::Revoked) => {
            ("No revoked invites", "Invites that were taken back or replaced stand here.")
        }
        None => ("No invites yet", "Every invite will stand here."),
    };
    Empty::nothing_yet(title, text).icon(Icon::UserPlus).render()
}

fn table<'a>(listed: &[Listed], now: Timestamp) -> Table<'a> {
    let rows = listed.iter().map(|Listed { invite, inviter }| {
        let mut who = Cell::link(&paths::invite(&invite.id), invite.email.as_str());
        if let Some(name) = &invite.name {
            who = who.note(name.as_str());
        }
        let current = invite.state(now);
        let ends = match (current, invite.accepted_at, invite.revoked_at) {
            (State::Accepted, Some(at), _) | (State::Revoked, _, Some(at)) => time(at, now),
            _ => time(invite.expires_at, now),
        };
        Row::new(invite.id.as_str())
            .cell(who)
            .cell(Cell::of(state(current)))
            .cell(Cell::text(invite.role.label()))
            .cell(Cell::text(inviter))
            .cell(Cell::of(time(invite.sent_at, now)))
            .cell(Cell::of(ends))
    });
    Table::new("Invites")
        .column(Column::text("Address"))
        .column(Column::badge("State"))
        .column(Column::text("Role").fits())
        .column(Column::text("Invited by").not_on_phone())
        .column(Column::text("Sent").fits().not_on_phone())
        .column(Column::text("Ends or ended").fits())
        .rows(rows)
}
