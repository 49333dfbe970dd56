//! What happened to a person, in sentences, with what staff wrote about it.

use maud::{Markup, html};
use serde_json::Value;

use crate::access::Role;
use crate::audit::{self, Entry};
use crate::clock::Timestamp;
use crate::ui::{Event, Icon, Meaning, timeline};
use crate::users::dossier::{Dossier, ENTRIES};

/// The history, newest first.
#[must_use]
pub fn history(dossier: &Dossier, now: Timestamp) -> Markup {
    let events: Vec<Event<'_>> =
        dossier.entries.iter().take(ENTRIES).map(|entry| event(entry, dossier)).collect();
    html! {
        @if events.is_empty() {
            p .muted { "Nothing was recorded about this person." }
        } @else {
            (timeline(&events, now))
            @if dossier.entries.len() > ENTRIES { p .muted { "Older entries are in the audit log." } }
        }
    }
}

fn event<'a>(entry: &'a Entry, dossier: &'a Dossier) -> Event<'a> {
    let (icon, meaning) = look(&entry.action);
    let sentence = html! {
        (sentence(entry))
        @if let Some(reason) = &entry.reason { span .quoted { bdi { (reason) } } }
    };
    let event = Event::new(icon, meaning, sentence, entry.at);
    match entry.actor_kind.as_str() {
        "user" if entry.actor_id.as_deref() == Some(dossier.person.id.as_str()) => {
            event.by(dossier.person.name.as_str())
        }
        "user" | "command" => event.by(&entry.actor_name),
        _ => event,
    }
}

fn look(action: &str) -> (Icon, Meaning) {
    match action {
        "user.suspended" => (Icon::UserX, Meaning::Bad),
        "user.banned" => (Icon::Ban, Meaning::Bad),
        "user.reinstated" | "user.unbanned" => (Icon::UserCheck, Meaning::Ok),
        "user.unlocked" => (Icon::LockOpen, Meaning::Ok),
        "user.password_reset_forced" | "user.password_changed" => (Icon::KeyRound, Meaning::Info),
        "user.role_changed" => (Icon::Users, Meaning::Info),
        "user.email_verified" => (Icon::MailCheck, Meaning::Ok),
        "user.erasure_scheduled" | "user.erased" => (Icon::Trash2, Meaning::Warn),
        "user.erasure_cancelled" => (Icon::Undo2, Meaning::Neutral),
        "session.started" => (Icon::LogIn, Meaning::Neutral),
        _ => (Icon::Circle, Meaning::Neutral),
    }
}

fn sentence(entry: &Entry) -> String {
    let role = |json: &Option<String>| {
        let value: Option<Value> = json.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let role = value.as_ref().and_then(|value| value.get("role")).and_then(Value::as_str);
        role.and_then(Role::parse).map(Role::label)
    };
    match entry.action.as_str() {
        "user.suspended" => "Suspended.".to_owned(),
        "user.reinstated" => "Reinstated.".to_owned(),
        "user.banned" => "Banned.".to_owned(),
        "user.unbanned" => "The ban was taken back.".to_owned(),
        "user.unlocked" => "Unlocked.".to_owned(),
        "user.password_reset_forced" => "A new password was asked for.".to_owned(),
        "user.password_changed" => "The password was changed.".to_owned(),
        "user.email_verified" => "The address was verified.".to_owned(),
        "user.erasure_scheduled" => "An erasure was scheduled.".to_owned(),
        "user.erasure_cancelled" => "The erasure was cancelled.".to_owned(),
        "user.erased" => "Erased.".to_owned(),
        "session.started" => "Signed in.".to_owned(),
        "user.role_changed" => match (role(&entry.before), role(&entry.after)) {
            (Some(from), Some(to)) => format!("The role was changed from {from} to {to}."),
            _ => "The role was changed.".to_owned(),
        },
        other => format!("{}.", audit::sentence(other)),
    }
}
