//! The queue: tabs, search, rows.

use maud::{Markup, Render, html};

use crate::paths;
use crate::ui::{
    Button, Cell, Column, Empty, Icon, ListUrl, Meaning, Row, SearchBox, Tab as UiTab, Table, announcement,
    badge, not_understood, search_help, tabs, time,
};
use crate::verifications::masking;
use crate::verifications::search::OPERATORS;
use crate::verifications::store::queue::{COUNTED, Figures, Listed, Order, Tab, View};
use crate::web::pager::Slice;

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

fn url(tab: Tab) -> ListUrl<'static> {
    let named = Some(tab).filter(|tab| *tab != Tab::Waiting);
    ListUrl::new(paths::VERIFICATIONS).tab("state", named.map(|tab| tab.as_str()))
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
        let words = "Words are looked for in names, addresses and document numbers; quotes keep words together. A case id opens its case.";
        SearchBox::new(paths::VERIFICATIONS, "Search cases", self.typed)
            .keeping(url(self.view.tab).kept())
            .help(search_help(words, OPERATORS))
            .render()
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        html! {
            (self.tabs())
            (self.chips())
            (not_understood(&self.view.search.problems))
            (announcement(self.slice.items.len(), self.slice.next.is_some(), ("case", "cases")))
            @if self.slice.items.is_empty() { (self.empty()) } @else { (self.table()) (self.pager()) }
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
            url: url(*tab).searching(self.typed).to_string(),
            count: self.count(*tab),
            current: self.view.shown_tab() == *tab,
        };
        tabs("State", &Tab::ALL.iter().map(tab).collect::<Vec<_>>())
    }

    fn chips(&self) -> Markup {
        url(self.view.tab).chips(self.view.search.each_with_the_others())
    }

    fn empty(&self) -> Markup {
        if !self.typed.is_empty() {
            return Empty::nothing_matches(&url(self.view.tab).to_string()).render();
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
        let steps = url(self.view.tab).searching(self.typed).pager(self.slice.neighbours());
        let (previous, next) = (steps.newer, steps.older);
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
