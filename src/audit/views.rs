//! How audit entries look.

use maud::{Markup, Render, html};

use super::pages::Address;
use super::store::Entry;
use crate::clock::Timestamp;
use crate::paths;
use crate::ui::{
    Cell, Chip, Column, Empty, Facts, Pager, Row, SearchBox, Tab, Table, chips, copyable, tabs, time,
    time_absolute,
};
use crate::web::pager::Slice;

/// Areas of the log, as tabs.
const AREAS: &[(&str, &str)] = &[
    ("verification", "Verifications"),
    ("document", "Documents"),
    ("user", "Users"),
    ("session", "Sessions"),
    ("invite", "Invites"),
    ("api_key", "API keys"),
    ("email", "Mail"),
];

/// An action in words: `verification.approved` reads "Verification approved".
#[must_use]
pub fn sentence(action: &str) -> String {
    let words = action.replace("api_key", "API key").replace(['.', '_'], " ").replace(" mfa", " MFA");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn url(address: &Address, area: Option<&str>, extra: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", address.q.as_deref()), ("area", area)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(extra);
    let query = query.finish();
    if query.is_empty() { paths::AUDIT.to_owned() } else { format!("{}?{query}", paths::AUDIT) }
}

/// The search box of the page's top line.
#[must_use]
pub fn search(address: &Address) -> Markup {
    let area = address.area.clone().unwrap_or_default();
    let keep = [("area", area.as_str())];
    let keep: &[(&str, &str)] = if area.is_empty() { &[] } else { &keep };
    SearchBox::new(paths::AUDIT, "Search actions, people and ids", address.q.as_deref().unwrap_or_default())
        .keeping(keep)
        .render()
}

/// The list with its tabs.
#[must_use]
pub fn list(slice: &Slice<Entry>, address: &Address, now: Timestamp) -> Markup {
    let current = address.area.as_deref();
    let mut areas =
        vec![Tab { label: "All", url: url(address, None, &[]), count: None, current: current.is_none() }];
    areas.extend(AREAS.iter().map(|(area, label)| Tab {
        label,
        url: url(address, Some(area), &[]),
        count: None,
        current: current == Some(area),
    }));
    let pager = Pager {
        newer: slice.previous.as_ref().map(|at| url(address, current, &[("before", &at.encode())])),
        older: slice.next.as_ref().map(|at| url(address, current, &[("after", &at.encode())])),
    };
    html! {
        (tabs("Areas", &areas))
        @if let Some(text) = &address.q {
            @let without = Address { q: None, ..address.clone() };
            (chips(&[Chip { label: &format!("“{text}”"), without: url(&without, current, &[]) }], paths::AUDIT))
        }
        @if slice.items.is_empty() {
            @if address.q.is_some() || current.is_some() { (Empty::nothing_matches(paths::AUDIT)) }
            @else { (Empty::nothing_yet("Nothing recorded yet", "Every decision and change will stand here.")) }
        } @else {
            (table(&slice.items, now))
            (pager)
        }
    }
}

fn table<'a>(entries: &[Entry], now: Timestamp) -> Table<'a> {
    let rows = entries.iter().map(|entry| {
        let target = format!("{} {}", sentence(&entry.target_kind), entry.target_id);
        Row::new(entry.id.as_str())
            .cell(Cell::link(&paths::audit_entry(&entry.id), &sentence(&entry.action)))
            .cell(Cell::text(&entry.actor_name))
            .cell(Cell::text(&target))
            .cell(entry.ip.as_deref().map_or_else(Cell::none, Cell::text))
            .cell(Cell::of(time(entry.at, now)))
    });
    Table::new("Audit entries")
        .column(Column::text("What"))
        .column(Column::text("Who"))
        .column(Column::text("To what").not_on_phone())
        .column(Column::text("From").not_on_phone())
        .column(Column::text("When").fits())
        .rows(rows)
}

/// One entry whole.
#[must_use]
pub fn entry(entry: &Entry) -> Markup {
    let mut facts = Facts::new()
        .fact("When", time_absolute(entry.at))
        .text("Who", &entry.actor_name)
        .text("To what", &sentence(&entry.target_kind))
        .fact("Id", copyable("id", &entry.target_id));
    let optional = [
        ("Reason", &entry.reason),
        ("From", &entry.ip),
        ("With", &entry.user_agent),
        ("Request id", &entry.request_id),
    ];
    for (term, value) in optional {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            facts = facts.text(term, value);
        }
    }
    html! {
        (facts)
        @for (heading, json) in [("Before", &entry.before), ("After", &entry.after)] {
            @if let Some(json) = json { h2 { (heading) } (fields(json)) }
        }
    }
}

fn fields(json: &str) -> Markup {
    let parsed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    let mut facts = Facts::new();
    for (name, value) in &parsed {
        let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        facts = facts.text(&sentence(name), &text);
    }
    facts.render()
}
