//! The list of users: tabs, search, rows.

use maud::{Markup, Render, html};

use crate::access::Role;
use crate::paths;
use crate::ui::{
    Cell, Column, Empty, Icon, ListUrl, Meaning, Row, SearchBox, Tab as UiTab, Table, announcement, badge,
    icon, not_understood, search_help, tabs, time,
};
use crate::users::model::Person;
use crate::users::search::OPERATORS;
use crate::users::store::figures::Figures;
use crate::users::store::list::{Tab, View};
use crate::web::pager::Slice;

/// All that a page of the list shows.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    pub view: &'a View,
    /// The search as it was typed.
    pub typed: &'a str,
    pub figures: &'a Figures,
    pub slice: &'a Slice<Person>,
}

fn label(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "All",
        Tab::Locked => "Locked",
        tab => tab.status().map_or("", |status| status.label()),
    }
}

fn url(tab: Tab) -> ListUrl<'static> {
    let named = Some(tab).filter(|tab| *tab != Tab::All);
    ListUrl::new(paths::USERS).tab("status", named.map(|tab| tab.as_str()))
}

impl List<'_> {
    /// The title; from the second page on it says so.
    #[must_use]
    pub fn title(&self) -> String {
        let further = if self.slice.previous.is_some() { ", further page" } else { "" };
        match self.view.shown_tab() {
            Tab::All if further.is_empty() => "Users".to_owned(),
            tab => format!("Users: {}{further}", label(tab).to_lowercase()),
        }
    }

    /// The search box of the top line, with what can be typed.
    #[must_use]
    pub fn search(&self) -> Markup {
        let words = "Words are looked for in names, addresses and phone numbers; quotes keep words together. An id opens its person.";
        SearchBox::new(paths::USERS, "Search users", self.typed)
            .keeping(url(self.view.tab).kept())
            .help(search_help(words, OPERATORS))
            .render()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        html! {
            (self.tabs())
            (self.roles())
            (self.chips())
            (not_understood(&self.view.search.problems))
            (announcement(self.slice.items.len(), self.slice.next.is_some(), ("user", "users")))
            @if self.slice.items.is_empty() { (self.empty()) } @else { (self.table()) (self.pager()) }
        }
    }

    fn tabs(&self) -> Markup {
        // While something is searched for, the figures would be those of another list.
        let count = |tab: Tab| self.figures.of(tab).filter(|_| self.view.search.is_empty());
        let tab = |tab: &Tab| UiTab {
            label: label(*tab),
            url: url(*tab).searching(self.typed).to_string(),
            count: count(*tab),
            current: self.view.shown_tab() == *tab,
        };
        tabs("Status", &Tab::ALL.iter().map(tab).collect::<Vec<_>>())
    }

    /// The roles to choose from: each writes its operator into the search.
    fn roles(&self) -> Markup {
        let chosen = self.view.search.role();
        let to = |role| url(self.view.tab).searching(&self.view.search.with_role(role)).to_string();
        html! {
            details .menu.role-filter {
                summary .button.secondary.small {
                    (icon(Icon::Funnel))
                    span .label { "Role: " (chosen.map_or("any", Role::label)) }
                    (icon(Icon::ChevronDown))
                }
                div .menu-panel {
                    ul {
                        li { a href=(to(None)) aria-current=[chosen.is_none().then_some("true")] { "Any" } }
                        @for role in Role::ALL {
                            li {
                                a href=(to(Some(*role))) id={ "role-" (role) }
                                    aria-current=[(chosen == Some(*role)).then_some("true")] { (role.label()) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn chips(&self) -> Markup {
        url(self.view.tab).chips(self.view.search.each_with_the_others())
    }

    fn empty(&self) -> Markup {
        if !self.typed.is_empty() {
            return Empty::nothing_matches(&url(self.view.tab).to_string()).render();
        }
        match self.view.tab {
            Tab::All => Empty::nothing_yet("No users yet", "Whoever registers or is invited appears here."),
            Tab::Active => {
                Empty::nothing_yet("Nobody is active", "Approved applicants and staff appear here.")
            }
            Tab::Pending => {
                Empty::nothing_yet("Nobody waits", "Applicants appear here until somebody has decided.")
            }
            Tab::Suspended => {
                Empty::nothing_yet("Nobody is suspended", "Whoever is kept out for a while appears here.")
            }
            Tab::Banned => {
                Empty::nothing_yet("Nobody is banned", "Whoever is kept out for good appears here.")
            }
            Tab::Rejected => Empty::nothing_yet("Nobody was rejected", "Rejected applicants appear here."),
            Tab::Locked => Empty::nothing_yet(
                "Nobody is locked",
                "Accounts with too many wrong passwords appear here while their lock lasts.",
            ),
        }
        .icon(Icon::Users)
        .render()
    }

    fn table(&self) -> Markup {
        Table::new("Users")
            .column(Column::text("User"))
            .column(Column::badge("Status"))
            .column(Column::text("Role").fits())
            .column(Column::text("Second factor").not_on_phone())
            .column(Column::text("Last sign-in").fits())
            .column(Column::text("Created").fits().only_wide())
            .rows(self.slice.items.iter().map(|person| self.row(person)))
            .render()
    }

    fn row(&self, person: &Person) -> Row {
        let now = self.view.now;
        let link = Cell::link(&paths::user(&person.id), person.name.as_str());
        let erased = person.erased_at.is_some();
        let moment = |at| Cell::of(time(at, now));
        Row::new(person.id.as_str())
            .cell(if erased { link.note(&short(person)) } else { link.note(person.email.as_str()) })
            .cell(Cell::of(super::status(person, now)))
            .cell(Cell::text(person.role.label()))
            .cell(match person.mfa_since {
                Some(_) => Cell::text("On"),
                None if person.role.is_staff() => Cell::of(badge(Meaning::Warn, "Missing")),
                None => Cell::none(),
            })
            .cell(person.last_login_at.map_or_else(Cell::none, moment))
            .cell(moment(person.created_at))
            .quiet(erased)
    }

    fn pager(&self) -> Markup {
        url(self.view.tab).searching(self.typed).pager(self.slice.neighbours()).render()
    }
}

/// What tells erased people apart: the beginning and the end of their id.
fn short(person: &Person) -> String {
    let id = person.id.as_str();
    format!(
        "{}…{}",
        id.get(..8).unwrap_or_default(),
        id.get(id.len().saturating_sub(4)..).unwrap_or_default()
    )
}
