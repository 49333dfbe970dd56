//! The queue: tabs, search, rows.

use maud::{Markup, Render, html};

use crate::paths;
use crate::ui::{
    Button, Cell, Chip, Column, Empty, Icon, Meaning, Row, SearchBox, Table, badge, callout, chips, time,
};
use crate::ui::{Tab as UiTab, tabs};
use crate::verifications::masking;
use crate::verifications::search::OPERATORS;
use crate::verifications::store::queue::{COUNTED, Figures, Listed, Order, Tab, View};
use crate::web::pager::{Cursor, Slice};

/// All that a page of the queue shows.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    pub view: &'a View,
    /// The search as it was typed.
    pub typed: &'a str,
    pub figures: &'a Figures,
    pub slice: &'a Slice<Listed>,
}

fn label(tab: Tab) -> &'static str {
    match tab {
        Tab::Waiting => "Waiting",
        Tab::Mine => "Mine",
        Tab::Claimed => "Claimed",
        Tab::ResubmissionAsked => "Asked again",
        Tab::Approved => "Approved",
        Tab::Rejected => "Rejected",
        Tab::All => "All",
    }
}

fn url(tab: Tab, q: &str, place: Option<(&str, &Cursor)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if tab != Tab::Waiting {
        query.append_pair("state", tab.as_str());
    }
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some((name, cursor)) = place {
        query.append_pair(name, &cursor.encode());
    }
    match query.finish() {
        query if query.is_empty() => paths::VERIFICATIONS.to_owned(),
        query => format!("{}?{query}", paths::VERIFICATIONS),
    }
}

impl Queue<'_> {
    /// The title; from the second page on it says so.
    #[must_use]
    pub fn title(&self) -> String {
        let further = if self.slice.previous.is_some() { ", further page" } else { "" };
        match self.view.shown_tab() {
            Tab::Waiting if further.is_empty() => "Verifications".to_owned(),
            tab => format!("Verifications: {}{further}", label(tab).to_lowercase()),
        }
    }

    /// The search box of the top line, with what can be typed.
    #[must_use]
    pub fn search(&self) -> Markup {
        let kept = [("state", self.view.tab.as_str())];
        let kept: &[(&str, &str)] = if self.view.tab == Tab::Waiting { &[] } else { &kept };
        let help = html! {
            p { "Words are looked for in names, addresses and document numbers; quotes keep words together. A case id opens its case." }
            dl .facts {
                @for (_, example, meaning) in OPERATORS {
                    div { dt { code { (example) } } dd { (meaning) } }
                }
            }
        };
        SearchBox::new(paths::VERIFICATIONS, "Search cases", self.typed).keeping(kept).help(help).render()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        html! {
            (self.tabs())
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
            1 => "1 case".to_owned(),
            number if self.slice.next.is_some() => format!("{number} cases, and more"),
            number => format!("{number} cases"),
        }
    }

    /// While something is searched for, the figures would be those of another list.
    fn count(&self, tab: Tab) -> Option<u64> {
        let figure = self.figures.of(tab)?;
        let shown = self.view.search.is_empty() && figure <= COUNTED;
        shown.then(|| u64::try_from(figure).unwrap_or_default())
    }

    fn tabs(&self) -> Markup {
        let tab = |tab: &Tab| UiTab {
            label: label(*tab),
            url: url(*tab, self.typed, None),
            count: self.count(*tab),
            current: self.view.shown_tab() == *tab,
        };
        tabs("State", &Tab::ALL.iter().map(tab).collect::<Vec<_>>())
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
            Tab::Waiting => {
                Empty::nothing_yet("Nothing waits", "New registrations appear here, the oldest first.")
                    .icon(Icon::CircleCheck)
            }
            Tab::Mine => Empty::nothing_yet("You hold no case", "Claim one from the waiting cases.")
                .icon(Icon::Hand)
                .action("See what waits", paths::VERIFICATIONS),
            Tab::Claimed => {
                Empty::nothing_yet("Nobody holds a case", "Cases that reviewers work on appear here.")
            }
            Tab::ResubmissionAsked => Empty::nothing_yet(
                "Nothing was asked for again",
                "Cases that wait for their applicant appear here.",
            ),
            Tab::Approved => Empty::nothing_yet("Nothing approved yet", "Approved applicants appear here."),
            Tab::Rejected => Empty::nothing_yet("Nothing rejected yet", "Rejected applicants appear here."),
            Tab::All => {
                Empty::nothing_yet("No cases yet", "A case appears when somebody registers with documents.")
            }
        }
        .render()
    }

    /// Nobody handles what waits.
    fn shows_handlers(&self) -> bool {
        self.view.shown_tab() != Tab::Waiting
    }

    fn table(&self) -> Markup {
        let when = match self.view.shown_tab().order() {
            Order::NewestDecision => "Decided",
            Order::OldestSubmission | Order::NewestSubmission => "Submitted",
        };
        let table = Table::new("Verification cases")
            .column(Column::text("Applicant"))
            .column(Column::badge("State"))
            .column(Column::text("Document"))
            .column(Column::text("Country").not_on_phone())
            .column(Column::number("Files").fits().not_on_phone());
        let table = if self.shows_handlers() { table.column(Column::text("Handled by")) } else { table };
        table
            .column(Column::text(when).fits())
            .rows(self.slice.items.iter().map(|row| self.row(row)))
            .render()
    }

    fn row(&self, listed: &Listed) -> Row {
        let (case, now) = (&listed.case, self.view.now);
        let hidden = masking::hides(case, self.figures.mask_until_claimed, &self.view.reviewer, now);
        let (name, email) = if hidden {
            (masking::initials(&listed.applicant_name), masking::masked_email(&listed.applicant_email))
        } else {
            (listed.applicant_name.clone(), listed.applicant_email.clone())
        };
        let country = case.declared_country.map(|country| country.name());
        let handler =
            listed.handler(now).map(|(id, name)| if *id == self.view.reviewer { "You" } else { name });
        let moment = match self.view.shown_tab().order() {
            Order::NewestDecision => case.decided_at.unwrap_or(case.submitted_at),
            Order::OldestSubmission | Order::NewestSubmission => case.submitted_at,
        };
        let row = Row::new(case.id.as_str())
            .cell(Cell::link(&paths::verification(&case.id), &name).note(&email))
            .cell(Cell::of(super::state(case.state_at(now))))
            .cell(Cell::text(case.declared_kind.label()))
            .cell(country.map_or_else(Cell::none, Cell::text))
            .cell(Cell::text(&listed.documents().to_string()));
        let row =
            if self.shows_handlers() { row.cell(handler.map_or_else(Cell::none, Cell::text)) } else { row };
        row.cell(Cell::of(html! {
            @if case.is_overdue(now) { (badge(Meaning::Bad, "Overdue")) " " }
            (time(moment, now))
        }))
    }

    /// Which way time runs depends on the list, so the steps are named by their order.
    fn pager(&self) -> Markup {
        let step = |name, cursor: &Option<Cursor>| {
            cursor.as_ref().map(|cursor| url(self.view.tab, self.typed, Some((name, cursor))))
        };
        let (previous, next) = (step("before", &self.slice.previous), step("after", &self.slice.next));
        html! {
            @if previous.is_some() || next.is_some() {
                nav .pager aria-label="Pages" {
                    @if let Some(url) = &previous {
                        (Button::secondary("Previous").icon(Icon::ChevronLeft).href(url).id("page-previous").small())
                    }
                    @if let Some(url) = &next {
                        (Button::secondary("Next").icon(Icon::ChevronRight).href(url).id("page-next").small())
                    }
                }
            }
        }
    }
}
