//! How API keys look.

use maud::{Markup, html};
use secrecy::ExposeSecret;

use super::actions::Issued;
use super::model::{ApiKey, State};
use super::pages::Fields;
use super::store::{Listed, Maker};
use crate::access::Scope;
use crate::audit::Entry;
use crate::clock::Timestamp;
use crate::error::FieldError;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{
    Button, Cell, Choice, Choices, Column, Empty, Event, Facts, Field, Form, Icon, Meaning, Pager, Row,
    Table, badge, callout, copyable, time, time_absolute, timeline,
};
use crate::web::pager::Slice;
use crate::web::problems::Problems;

fn state(state: State) -> Markup {
    let (meaning, word) = match state {
        State::Active => (Meaning::Ok, "Active"),
        State::Replaced => (Meaning::Warn, "Replaced"),
        State::Paused => (Meaning::Warn, "Paused"),
        State::Expired => (Meaning::Neutral, "Expired"),
        State::Revoked => (Meaning::Bad, "Revoked"),
    };
    badge(meaning, word)
}

/// Why a key is paused.
fn pause(maker: &Maker) -> String {
    format!("{} is {}", maker.name, maker.status.label().to_lowercase())
}

fn works(key: &ApiKey, now: Timestamp) -> bool {
    matches!(key.state(now), State::Active | State::Replaced)
}

/// The list.
#[must_use]
pub fn list(slice: &Slice<Listed>, now: Timestamp) -> Markup {
    if slice.items.is_empty() {
        let text = "A key lets a program call the API in the name of your organization.";
        return maud::Render::render(&Empty::nothing_yet("No API keys yet", text).icon(Icon::KeyRound));
    }
    let at = |name: &str, cursor: &crate::web::pager::Cursor| {
        format!("{}?{name}={}", paths::API_KEYS, cursor.encode())
    };
    let pager = Pager {
        newer: slice.previous.as_ref().map(|cursor| at("before", cursor)),
        older: slice.next.as_ref().map(|cursor| at("after", cursor)),
    };
    let rows = slice.items.iter().map(|listed| row(listed, now));
    html! {
        (Table::new("API keys")
            .column(Column::text("Name"))
            .column(Column::badge("State"))
            .column(Column::text("May do").not_on_phone())
            .column(Column::text("Made by").not_on_phone())
            .column(Column::text("Last used").fits())
            .column(Column::text("Expires").fits())
            .rows(rows))
        (pager)
    }
}

fn row(listed: &Listed, now: Timestamp) -> Row {
    let key = &listed.key;
    let used = key.last_used_at.map_or_else(Cell::none, |at| Cell::of(time(at, now)));
    let state_now = listed.state(now);
    let state = Cell::of(state(state_now));
    let state = if state_now == State::Paused { state.note(&pause(&listed.maker)) } else { state };
    Row::new(key.id.as_str())
        .quiet(!works(key, now))
        .cell(Cell::link(&paths::api_key(&key.id), &key.name).note(&format!("{}…", key.beginning())))
        .cell(state)
        .cell(Cell::text(&in_short(&key.scopes())))
        .cell(Cell::text(&listed.maker.name))
        .cell(used)
        .cell(Cell::of(time(key.expires_at, now)))
}

/// The first scope, and how many more.
fn in_short(scopes: &[Scope]) -> String {
    match scopes {
        [] => "Nothing".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// The form of a new key.
#[must_use]
pub fn form(csrf: &str, sent: &Fields, errors: &[FieldError]) -> Markup {
    let problems = Problems(errors);
    let scopes: Vec<Choice<'_>> = Scope::ALL
        .iter()
        .map(|scope| Choice::new(scope.as_str(), scope.label()).hint(scope.as_str()))
        .collect();
    let chosen: Vec<&str> = sent.scopes.iter().map(String::as_str).collect();
    let lives = [("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "1 year")];
    let lives = lives.map(|(value, label)| Choice::new(value, label));
    let days = sent.expires_in_days.map(|days| days.to_string()).unwrap_or_default();
    let fields = html! {
        (Field::text("name", "Name").value(&sent.name).maxlength(60).error(problems.of("name"))
            .hint("What will use it, such as “Nightly import”."))
        (Choices::checkboxes("scopes", "What it may do", &scopes).chosen(&chosen).error(problems.of("scopes"))
            .hint("Only what the program needs."))
        (Field::select("expires_in_days", "Works for", &lives).value(&days).short()
            .error(problems.of("expires_in_days"))
            .hint("Replace it before: the old key then works on for a while."))
        (actions(html! { (Button::primary("Create the key")) }))
    };
    html! {
        (problems.summary())
        (Form::post(paths::API_KEYS, csrf).id("key-form").body(fields))
    }
}

/// The one page that shows a whole key.
#[must_use]
pub fn issued(issued: &Issued, now: Timestamp) -> Markup {
    let key = &issued.key;
    html! {
        div .stack {
            (callout(Meaning::Warn, "This page is the only one that shows it", html! {
                p { "Copy the key to where the program finds its secrets. We keep only a fingerprint of it." }
            }))
            (Facts::new()
                .text("Name", &key.name)
                .fact("Key", copyable("API key", issued.text.expose_secret()))
                .fact("May do", scopes(key, None))
                .fact("Expires", html! { (time_absolute(key.expires_at)) " (" (time(key.expires_at, now)) ")" }))
            p { "Programs send it after " code { "Authorization: Bearer" } ", or as " code { "X-Api-Key" } "." }
            (Button::primary("I have copied it").href(&paths::api_key(&key.id)))
        }
    }
}

/// What a key may do, and what of it rests since its maker has not the role for it any more.
fn scopes(key: &ApiKey, maker: Option<&Maker>) -> Markup {
    let resting = |scope: Scope| maker.filter(|maker| !maker.role.allows(scope.permission()));
    html! {
        ul {
            @for scope in key.scopes() {
                li {
                    (scope.label()) " " code .muted { (scope) }
                    @if let Some(maker) = resting(scope) {
                        ": not while " (maker.name) " has the role " (maker.role.label())
                    }
                }
            }
        }
    }
}

/// One key with its history.
#[must_use]
pub fn key(listed: &Listed, entries: &[Entry], now: Timestamp) -> Markup {
    let key = &listed.key;
    html! {
        div .stack {
            (facts(listed, now))
            @if works(key, now) {
                div .form-actions {
                    @if key.state(now) == State::Active {
                        (Button::primary("Replace the key").href(&paths::api_key_rotate(&key.id)))
                    }
                    (Button::danger("Revoke the key").href(&paths::api_key_revoke(&key.id)))
                }
            }
            h2 { "History" }
            (history(entries, now))
        }
    }
}

fn facts(listed: &Listed, now: Timestamp) -> Facts {
    let key = &listed.key;
    let mut facts = Facts::new()
        .fact(
            "State",
            html! {
                (state(listed.state(now)))
                @if listed.state(now) == State::Paused {
                    " Paused: " (pause(&listed.maker)) ". Replace the key, and the new one is yours."
                }
            },
        )
        .fact("Begins with", copyable("beginning of the key", &key.beginning()))
        .fact("May do", scopes(key, Some(&listed.maker)))
        .text("Made by", &listed.maker.name)
        .fact("Made", time_absolute(key.created_at))
        .fact(if key.expires_at <= now { "Expired" } else { "Expires" }, time_absolute(key.expires_at));
    facts = match key.last_used_at {
        None => facts.text("Last used", "Never"),
        Some(at) => facts.fact(
            "Last used",
            html! {
                (time(at, now))
                @if let Some(ip) = &key.last_used_ip { " from " (ip) }
            },
        ),
    };
    if let Some(successor) = &key.successor_id {
        let link = html! { a href=(paths::api_key(successor)) { "The key that took its place" } };
        facts = facts.fact("Replaced by", link);
    }
    facts
}

fn history(entries: &[Entry], now: Timestamp) -> Markup {
    let events: Vec<Event<'_>> = entries.iter().rev().map(event).collect();
    timeline(&events, now)
}

fn event(entry: &Entry) -> Event<'_> {
    let (icon, meaning, sentence) = match entry.action.as_str() {
        "api_key.created" => (Icon::Plus, Meaning::Ok, "Made the key."),
        "api_key.rotated" => (Icon::RefreshCw, Meaning::Info, "Replaced the key."),
        "api_key.revoked" => (Icon::Ban, Meaning::Bad, "Revoked the key."),
        other => {
            let words = html! { (crate::audit::sentence(other)) "." };
            return Event::new(Icon::Circle, Meaning::Neutral, words, entry.at).by(&entry.actor_name);
        }
    };
    Event::new(icon, meaning, html! { (sentence) }, entry.at).by(&entry.actor_name)
}

/// Asks how a key is to be replaced.
#[must_use]
pub fn ask_rotate(key: &ApiKey, csrf: &str, now: Timestamp) -> Markup {
    if key.state(now) != State::Active {
        return closed(key);
    }
    let overlaps =
        [("24", "24 hours"), ("1", "1 hour"), ("168", "7 days"), ("0", "Not at all: it stops at once")];
    let overlaps = overlaps.map(|(value, label)| Choice::new(value, label));
    let fields = html! {
        p { "A new key with the same name and scopes is made and shown once. Administrators are told by mail." }
        (Field::select("overlap_hours", "The old key works on for", &overlaps).value("24").short()
            .hint("Put the new key into every program within this time."))
        (actions(html! {
            (Button::primary("Replace the key"))
            (Button::secondary("Cancel").href(&paths::api_key(&key.id)))
        }))
    };
    Form::post(&paths::api_key_rotate(&key.id), csrf).id("rotate-form").body(fields)
}

/// Asks whether a key is really to be revoked.
#[must_use]
pub fn ask_revoke(key: &ApiKey, csrf: &str, now: Timestamp) -> Markup {
    if !works(key, now) {
        return closed(key);
    }
    let fields = html! {
        p {
            "Programs that use " code { (key.beginning()) "…" }
            " are refused from this moment on. This cannot be taken back."
        }
        (actions(html! {
            (Button::danger("Revoke the key"))
            (Button::secondary("Cancel").href(&paths::api_key(&key.id)))
        }))
    };
    Form::post(&paths::api_key_revoke(&key.id), csrf).id("revoke-form").body(fields)
}

/// There is nothing left to do with this key.
fn closed(key: &ApiKey) -> Markup {
    html! {
        div .stack {
            p { "This key was replaced, has expired or was revoked." }
            (Button::secondary("Back to the key").href(&paths::api_key(&key.id)))
        }
    }
}
