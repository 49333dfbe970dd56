//! How the email log looks.

mod email;

use maud::{Markup, Render, html};

pub use email::{Details, captured, email, open_captured};

use super::model::{EmailStatus, StatusGroup};
use super::pages::Address;
use super::search;
use super::store::Email;
use crate::clock::Timestamp;
use crate::paths;
use crate::ui::{Cell, Column, Empty, Icon, ListUrl, Meaning, Row, SearchBox, Tab, Table, badge, tabs, time};
use crate::web::pager::Slice;

/// Counts on the tabs where something waits for somebody.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub waiting: i64,
    pub problems: i64,
}

/// A state as a badge.
#[must_use]
pub fn state(status: EmailStatus) -> Markup {
    use EmailStatus as S;
    let meaning = match status {
        S::Sent | S::Delivered => Meaning::Ok,
        S::Queued | S::Sending => Meaning::Info,
        S::Deferred | S::Unknown => Meaning::Warn,
        S::Failed | S::Expired | S::Bounced | S::Complained => Meaning::Bad,
        S::Suppressed | S::Cancelled => Meaning::Neutral,
    };
    badge(meaning, status.title())
}

fn url(status: Option<StatusGroup>) -> ListUrl<'static> {
    ListUrl::new(paths::EMAILS).tab("status", status.map(|status| status.as_str()))
}

/// The search box of the page's top line.
#[must_use]
pub fn search(address: &Address) -> Markup {
    SearchBox::new(paths::EMAILS, "Search recipients and subjects", address.q.as_deref().unwrap_or_default())
        .keeping(url(address.status).kept())
        .help(html! {
            p { "Words are looked for in recipient and subject. More precisely:" }
            ul { @for (example, finds) in search::OPERATORS { li { code { (example) } " " (finds) } } }
        })
        .render()
}

/// The list with its tabs.
#[must_use]
pub fn list(slice: &Slice<Email>, address: &Address, counts: Counts, now: Timestamp) -> Markup {
    let q = address.q.as_deref();
    let here = url(address.status);
    let pager = here.searching(q.unwrap_or_default()).pager(slice.neighbours());
    let parts = search::parts(q.unwrap_or_default());
    html! {
        (tabs("Status", &status_tabs(address, counts)))
        (here.chips(parts.iter().map(|(label, left)| (label.as_str(), left.clone()))))
        @if slice.items.is_empty() {
            @if q.is_some() || address.status.is_some() { (Empty::nothing_matches(paths::EMAILS).icon(Icon::Mail)) }
            @else { (Empty::nothing_yet("No mail yet", "Every mail that is sent will stand here.").icon(Icon::Mail)) }
        } @else {
            (table(&slice.items, now))
            (pager)
        }
    }
}

fn status_tabs(address: &Address, counts: Counts) -> Vec<Tab<'static>> {
    let q = address.q.as_deref().unwrap_or_default();
    let tab = |label, status: Option<StatusGroup>, waiting: i64| Tab {
        label,
        url: url(status).searching(q).to_string(),
        count: u64::try_from(waiting).ok().filter(|count| *count > 0),
        current: address.status == status,
    };
    let mut all = vec![tab("All", None, 0)];
    all.extend(StatusGroup::ALL.iter().map(|group| {
        let waiting = match group {
            StatusGroup::Waiting => counts.waiting,
            StatusGroup::Problem => counts.problems,
            StatusGroup::Sent | StatusGroup::Withheld => 0,
        };
        tab(group.title(), Some(*group), waiting)
    }));
    all
}

fn table<'a>(emails: &[Email], now: Timestamp) -> Table<'a> {
    let rows = emails.iter().map(|email| {
        Row::new(email.id.as_str())
            .label(&email.subject)
            .cell(Cell::link(&paths::email(&email.id), &email.subject).note(email.recipient.as_str()))
            .cell(Cell::of(state(email.status)))
            .cell(Cell::text(email.kind.title()))
            .cell(email.provider.as_deref().map_or_else(Cell::none, Cell::text))
            .cell(Cell::of(time(email.created_at, now)))
    });
    Table::new("Emails")
        .column(Column::text("Mail"))
        .column(Column::badge("State"))
        .column(Column::text("Template"))
        .column(Column::text("Provider").fits().not_on_phone())
        .column(Column::text("When").fits())
        .rows(rows)
}
