//! What happened to a case and its documents, in sentences.

use maud::{Markup, html};
use serde_json::Value;

use crate::audit::Entry;
use crate::clock::Timestamp;
use crate::ui::{Event, Icon, Meaning, timeline};
use crate::verifications::actions::OPENED;
use crate::verifications::dossier::Dossier;
use crate::verifications::reasons::ReasonCode;

/// The history, newest first. `hidden` keeps the name of the applicant out of it.
#[must_use]
pub fn history(dossier: &Dossier, hidden: bool, now: Timestamp) -> Markup {
    let events: Vec<Event<'_>> =
        dossier.entries.iter().rev().map(|entry| event(entry, dossier, hidden)).collect();
    timeline(&events, now)
}

fn event<'a>(entry: &'a Entry, dossier: &'a Dossier, hidden: bool) -> Event<'a> {
    let (icon, meaning, sentence) = match entry.action.as_str() {
        "verification.opened" | "verification.submitted" => (Icon::Inbox, Meaning::Neutral, "Documents were handed in."),
        "verification.resubmitted" => (Icon::Upload, Meaning::Neutral, "Documents were handed in again."),
        "verification.claimed" => (Icon::Hand, Meaning::Info, "Claimed the case."),
        "verification.released" => (Icon::Undo2, Meaning::Neutral, "Gave the case back."),
        "verification.claim_expired" => (Icon::CalendarClock, Meaning::Neutral, "The claim ended by itself."),
        "verification.approved" => (Icon::Check, Meaning::Ok, "Approved the documents."),
        "verification.rejected" => (Icon::X, Meaning::Bad, "Rejected the documents."),
        "verification.resubmission_asked" => (Icon::RefreshCw, Meaning::Info, "Asked for documents again."),
        OPENED => return opened(entry, dossier),
        other => {
            let words = html! { (crate::audit::sentence(other)) "." };
            return by(Event::new(Icon::Circle, Meaning::Neutral, words, entry.at), entry, dossier, hidden);
        }
    };
    let event = Event::new(icon, meaning, html! { (sentence) }, entry.at);
    let event = by(event, entry, dossier, hidden);
    match details(entry) {
        Some(details) => event.details(details),
        None => event,
    }
}

fn opened<'a>(entry: &'a Entry, dossier: &'a Dossier) -> Event<'a> {
    let document = dossier.documents.iter().find(|document| document.id.as_str() == entry.target_id);
    let what = document.map_or("a document", |document| document.kind.label());
    Event::new(Icon::Eye, Meaning::Neutral, html! { "Opened: " (what) "." }, entry.at).by(&entry.actor_name)
}

fn by<'a>(event: Event<'a>, entry: &'a Entry, dossier: &Dossier, hidden: bool) -> Event<'a> {
    match entry.actor_kind.as_str() {
        "system" => event,
        "visitor" => event.by("The applicant"),
        _ if hidden && entry.actor_id.as_deref() == Some(dossier.applicant.id.as_str()) => event.by("The applicant"),
        _ => event.by(&entry.actor_name),
    }
}

/// The reason and the text that the applicant was sent.
fn details(entry: &Entry) -> Option<Markup> {
    let after: Option<Value> = entry.after.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let message = after.as_ref().and_then(|after| after.get("message")).and_then(Value::as_str);
    let reason = entry.reason.as_deref().and_then(ReasonCode::parse);
    if message.is_none() && reason.is_none() {
        return None;
    }
    Some(html! {
        @if let Some(reason) = reason { p { "Reason: " (reason.title()) } }
        @if let Some(message) = message { p .quoted { bdi { (message) } } }
    })
}
