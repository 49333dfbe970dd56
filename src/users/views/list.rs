//! The list of users: tabs, search, rows.

use maud::{Markup, Render, html};

use crate::access::Role;
use crate::paths;
use crate::ui::{
    Cell, Chip, Column, Empty, Icon, Meaning, Pager, Row, SearchBox, Tab as UiTab, Table, badge, callout,
    chips, icon, tabs, time,
};
use crate::users::model::Person;
use crate::users::search::OPERATORS;
use crate::users::store::figures::Figures;
use crate::users::store::list::{Tab, View};
use crate::web::pager::{Cursor, Slice};

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

fn url(tab: Tab, q: &str, place: Option<(&str, &Cursor)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if tab != Tab::All {
        query.append_pair("status", tab.as_str());
    }
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some((name, cursor)) = place {
        query.append_pair(name, &cursor.encode());
    }
    match query.finish() {
        query if query.is_empty() => paths::USERS.to_owned(),
        query => format!("{}?{query}", paths::USERS),
    }
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
        let kept = [("status", self.view.tab.as_str())];
        let kept: &[(&str, &str)] = if self.view.tab == Tab::All { &[] } else { &kept };
        let help = html! {
            p { "Words are looked for in names, addresses and phone numbers; quotes keep words together. An id opens its person." }
            dl .facts {
                @for (_, example, meaning) in OPERATORS {
                    div { dt { code { (example) } } dd { (meaning) } }
                }
            }
        };
        SearchBox::new(paths::USERS, "Search users", self.typed).keeping(kept).help(help).render()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        html! {
            (self.tabs())
            (self.roles())
            (self.chips())
            @if !self.view.search.problems.is_empty() {
                (callout(Meaning::Warn, "A part of the search was not understood", html! {
                    ul { @for problem in &self.view.search.problems { li { (problem) } } }
                }))
            }
            p .visually-hidden data-announce="" { (self.announcement()) }
            @if self.slice.items.is_empty() { (self.empty()) } @else { (self.table()) (self.pager()) }
        }
    }

    fn announcement(&self) -> String {
        match self.slice.items.len() {
            1 => "1 user".to_owned(),
            number if self.slice.next.is_some() => format!("{number} users, and more"),
            number => format!("{number} users"),
        }
    }

    fn tabs(&self) -> Markup {
        // While something is searched for, the figures would be those of another list.
        let count = |tab: Tab| self.figures.of(tab).filter(|_| self.view.search.is_empty());
        let tab = |tab: &Tab| UiTab {
            label: label(*tab),
            url: url(*tab, self.typed, None),
            count: count(*tab),
            current: self.view.shown_tab() == *tab,
        };
        tabs("Status", &Tab::ALL.iter().map(tab).collect::<Vec<_>>())
    }

    /// The roles to choose from: each writes its operator into the search.
    fn roles(&self) -> Markup {
        let chosen = self.view.search.role();
        let to = |role| url(self.view.tab, &self.view.search.with_role(role), None);
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
        let search = &self.view.search;
        let active: Vec<Chip<'_>> = search
            .terms
            .iter()
            .enumerate()
            .map(|(index, (text, _))| Chip {
                label: text,
                without: url(self.view.tab, &search.without(index), None),
            })
            .collect();
        chips(&active, &url(self.view.tab, "", None))
    }

    fn empty(&self) -> Markup {
        if !self.typed.is_empty() {
            return Empty::nothing_matches(&url(self.view.tab, "", None)).render();
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
        let step = |name, cursor: &Option<Cursor>| {
            cursor.as_ref().map(|cursor| url(self.view.tab, self.typed, Some((name, cursor))))
        };
        Pager { newer: step("before", &self.slice.previous), older: step("after", &self.slice.next) }.render()
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
