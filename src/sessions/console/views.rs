//! How the list of sessions looks.

use maud::{Markup, Render, html};

use crate::access::SessionId;
use crate::clock::Timestamp;
use crate::paths;
use crate::sessions::listing::{Listed, Session, State};
use crate::sessions::search::{OPERATORS, Search};
use crate::sessions::store::Kind;
use crate::ui::table::bulk_bar;
use crate::ui::{
    Button, Cell, Column, Empty, Icon, ListUrl, Meaning, Row, SearchBox, Tab, Table, announcement, badge,
    not_understood, search_help, tabs, time,
};
use crate::web::pager::Slice;

/// The form that the checkboxes belong to.
const BULK: &str = "bulk";

/// All that a page of the list shows.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    pub state: State,
    pub search: &'a Search,
    /// The search as it was typed.
    pub typed: &'a str,
    pub slice: &'a Slice<Listed>,
    pub now: Timestamp,
    /// The session of whoever looks.
    pub own: &'a SessionId,
    pub csrf: &'a str,
    pub may_end: bool,
}

/// The state of a session in its word and colour.
#[must_use]
pub fn state(session: &Session, now: Timestamp) -> Markup {
    let state = session.state(now);
    let meaning = match state {
        State::Open => Meaning::Ok,
        State::Ended => Meaning::Bad,
        State::Expired | State::All => Meaning::Neutral,
    };
    badge(meaning, state.label())
}

/// What the session runs on.
#[must_use]
pub fn kind_and_device(session: &Session) -> String {
    match session.kind {
        Kind::Browser => session.device.clone(),
        Kind::Api => format!("API: {}", session.device),
    }
}

/// The ways to what was ended before, and to ending the sessions of a list.
#[must_use]
pub fn further(may_end: bool) -> Markup {
    html! {
        @if may_end {
            (Button::secondary("End by list").href(paths::PEOPLE_REVOCATION).id("end-list"))
        }
        (Button::secondary("Revocations").icon(Icon::History).href(paths::REVOCATIONS).id("revocations"))
    }
}

fn url(state: State) -> ListUrl<'static> {
    let named = Some(state).filter(|state| *state != State::Open);
    ListUrl::new(paths::SESSIONS).tab("state", named.map(|state| state.as_str()))
}

impl List<'_> {
    /// The search box of the top line, with what can be typed.
    #[must_use]
    pub fn search_box(&self) -> Markup {
        let words = "Words are looked for in people’s names and addresses; quotes keep words together.";
        SearchBox::new(paths::SESSIONS, "Search sessions", self.typed)
            .keeping(url(self.state).kept())
            .help(search_help(words, OPERATORS))
            .render()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        let pager = url(self.state).searching(self.typed).pager(self.slice.neighbours());
        html! {
            (self.tabs())
            (self.chips())
            (not_understood(&self.search.typed.problems))
            (announcement(self.slice.items.len(), self.slice.next.is_some(), ("session", "sessions")))
            @if self.slice.items.is_empty() {
                (self.empty())
            } @else {
                @if self.selects() { (self.end_all()) }
                (self.table())
                (pager)
                @if self.selects() {
                    (bulk_bar(BULK, paths::NEW_REVOCATION, self.csrf, html! {
                        (Button::danger("End selected").id("end-selected").small())
                    }))
                }
            }
        }
    }

    fn tabs(&self) -> Markup {
        let tab = |state: &State| Tab {
            label: state.label(),
            url: url(*state).searching(self.typed).to_string(),
            count: None,
            current: self.state == *state,
        };
        tabs("State", &State::ALL.iter().map(tab).collect::<Vec<_>>())
    }

    fn chips(&self) -> Markup {
        url(self.state).chips(self.search.typed.each_with_the_others())
    }

    fn empty(&self) -> Markup {
        if !self.typed.is_empty() {
            return Empty::nothing_matches(&url(self.state).to_string()).render();
        }
        match self.state {
            State::Open | State::All => {
                Empty::nothing_yet("Nobody is signed in", "A session appears when somebody signs in.")
            }
            State::Ended => Empty::nothing_yet(
                "No session was ended",
                "Sessions that were ended before their time appear here.",
            ),
            State::Expired => Empty::nothing_yet(
                "No session has expired",
                "Sessions that ended by themselves appear here for 30 days.",
            ),
        }
        .render()
    }

    /// Only open sessions can be ended.
    fn selects(&self) -> bool {
        self.may_end && self.state == State::Open
    }

    fn end_all(&self) -> Markup {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", self.typed);
        let all = format!("{}?{}", paths::NEW_REVOCATION, query.finish());
        let label = if self.search.typed.is_empty() { "End all open sessions" } else { "End all that match" };
        html! {
            div .list-acts {
                (Button::secondary(label).href(&all).id("end-matching").small())
            }
        }
    }

    fn table(&self) -> Markup {
        let shows_country = self.slice.items.iter().any(|row| row.session.country.is_some());
        let table = Table::new("Sessions")
            .column(Column::text("Person"))
            .column(Column::badge("State"))
            .column(Column::text("Device"))
            .column(Column::text("IP").not_on_phone());
        let table = if shows_country { table.column(Column::text("Country").not_on_phone()) } else { table };
        let table = table
            .column(Column::text("Started").fits().only_wide())
            .column(Column::text("Last seen").fits())
            .column(
                Column::text(if self.state == State::Ended { "Ended" } else { "Expires" })
                    .fits()
                    .not_on_phone(),
            )
            .column(Column::text("Family").fits().only_wide());
        let table = if self.selects() { table.selectable(BULK) } else { table };
        table.rows(self.slice.items.iter().map(|row| self.row(row, shows_country))).render()
    }

    fn row(&self, listed: &Listed, shows_country: bool) -> Row {
        let session = &listed.session;
        let own = session.id == *self.own;
        let device = Cell::text(&kind_and_device(session));
        let row = Row::new(session.id.as_str())
            .label(&format!("{}, {}", listed.name, session.device))
            .quiet(session.state(self.now) != State::Open)
            .cell(Cell::link(&paths::user_security(&session.user_id), &listed.name).note(&listed.email))
            .cell(Cell::of(state(session, self.now)))
            .cell(if own { device.note("This session is yours") } else { device })
            .cell(if session.ip.is_empty() { Cell::none() } else { Cell::text(&session.ip) });
        let row = if shows_country {
            row.cell(session.country.as_deref().map_or_else(Cell::none, Cell::text))
        } else {
            row
        };
        let until = session.ended_at.unwrap_or(session.over_at());
        row.cell(Cell::of(time(session.created_at, self.now)))
            .cell(Cell::of(time(session.seen_at, self.now)))
            .cell(Cell::of(time(until, self.now)))
            .cell(match session.kind {
                Kind::Api => Cell::of(html! { a href=(paths::family(&session.id)) { "Show" span .visually-hidden { " the family of " (listed.name) } } }),
                Kind::Browser => Cell::none(),
            })
    }
}
