//! How one mail looks: what it says (masked), where it is, and every attempt to send it.

use maud::{Markup, Render, html};

use super::state;
use crate::clock::Timestamp;
use crate::mail::address::Party;
use crate::mail::model::{EmailStatus, Outcome};
use crate::mail::pages::Part;
use crate::mail::store::{Attempt, Email};
use crate::paths;
use crate::ui::{
    Button, Event, Facts, Icon, Meaning, Tab, callout, copyable, duration, tabs, time, time_absolute,
    timeline,
};

/// What the page of a mail shows.
#[derive(Clone, Copy, Debug)]
pub struct Details<'a> {
    pub email: &'a Email,
    pub attempts: &'a [Attempt],
    /// The masked text, when that part is shown.
    pub text: Option<&'a str>,
}

/// The link to the kept message.
#[must_use]
pub fn open_captured(email: &Email) -> Markup {
    Button::primary("Open captured message").icon(Icon::Eye).href(&paths::email_captured(&email.id)).render()
}

/// The page of one mail.
#[must_use]
pub fn email(details: &Details<'_>, now: Timestamp) -> Markup {
    let email = details.email;
    html! {
        (advice(email, now))
        div .columns {
            div .column-main {
                section .panel {
                    h2 { "What it says" }
                    @if email.is_erased() {
                        (callout(Meaning::Info, "What it said was erased", html! {
                            p { "Its recipient was erased, and the address and the words of this mail with them." }
                        }))
                    } @else {
                        p { strong { (email.subject) } }
                        p .meta { "Links, codes and passwords are hidden here." }
                        (part_tabs(&paths::email(&email.id), details.text.is_some()))
                        (part(details.text, &paths::email_preview(&email.id), "The mail, with secrets hidden"))
                    }
                }
                section .panel { h2 { "What happened" } (history(details, now)) }
            }
            aside .column-side { section .panel { h2 { "Facts" } (facts(email)) } }
        }
    }
}

/// The page of a kept message.
#[must_use]
pub fn captured(email: &Email, text: Option<&str>) -> Markup {
    let raw = paths::email_captured_raw(&email.id);
    html! {
        (callout(Meaning::Warn, "This shows what only the recipient should see", html! {
            p { "Links and passwords in it work. The audit log records that you opened it." }
        }))
        (Facts::new()
            .fact("To", party(&email.recipient()))
            .text("Subject", &email.subject))
        (part_tabs(&paths::email_captured(&email.id), text.is_some()))
        (part(text, &paths::email_captured_body(&email.id), "The whole message"))
        p { (Button::secondary("Download message").icon(Icon::Download).href(&raw)) }
    }
}

fn part_tabs(page: &str, is_text: bool) -> Markup {
    let tab =
        |label, part: Part, current| Tab { label, url: format!("{page}?part={part}"), count: None, current };
    tabs("Part", &[tab("HTML", Part::Html, !is_text), tab("Text", Part::Text, is_text)])
}

fn part(text: Option<&str>, frame: &str, title: &str) -> Markup {
    html! {
        @match text {
            Some(text) => pre .mail-text tabindex="0" aria-label=(title) { (linked(text)) },
            None => iframe .mail-frame src=(frame) title=(title) {},
        }
    }
}

/// Text with the addresses that stand alone on their line as links.
fn linked(text: &str) -> Markup {
    html! {
        @for line in text.lines() {
            @if line.starts_with("https://") || line.starts_with("http://") {
                a href=(line) target="_blank" rel="noopener noreferrer" { (line) } "\n"
            } @else {
                (line) "\n"
            }
        }
    }
}

/// What the state means for who looks, where it asks for something.
fn advice(email: &Email, now: Timestamp) -> Markup {
    let reply = email.last_reply.as_deref().unwrap_or_default();
    let said = html! { p .mono { bdi { (reply) } } };
    match email.status {
        EmailStatus::Failed => callout(
            Meaning::Bad,
            "This mail was not accepted",
            html! { (said) p { "Check the address with the recipient, or mend what the answer names." } },
        ),
        EmailStatus::Expired => callout(
            Meaning::Warn,
            "This mail was not sent in time",
            html! { p { "Its links would not have worked any more. Start again what caused it." } },
        ),
        EmailStatus::Unknown => callout(
            Meaning::Warn,
            "Nobody knows whether this mail arrived",
            html! {
                (said)
                @match email.next_attempt_at {
                    Some(at) => p { "It is sent again " (time(at, now)) ", under the same Message-ID." },
                    None => p { "It is not sent again by itself. Ask the recipient whether it arrived." },
                }
            },
        ),
        EmailStatus::Queued if email.tries > 0 => callout(
            Meaning::Info,
            "The last try did not succeed",
            html! { (said) @if let Some(at) = email.next_attempt_at { p { "Next try " (time(at, now)) "." } } },
        ),
        _ => html! {},
    }
}

/// A name in any script beside an address that reads from left to right.
fn party(party: &Party) -> Markup {
    html! {
        @match &party.name {
            Some(name) => { bdi { (name) } " " span .muted { "<" (party.address) ">" } }
            None => (party.address),
        }
    }
}

fn facts(email: &Email) -> Facts {
    let mut facts = Facts::new()
        .stacked()
        .fact("State", state(email.status))
        .fact("To", party(&email.recipient()))
        .fact("From", party(&email.sender()))
        .text("Template", email.kind.title())
        .text("Priority", email.priority.as_str())
        .fact("Put into the outbox", time_absolute(email.created_at));
    let moments = [
        ("Not before", (email.not_before > email.created_at).then_some(email.not_before)),
        ("Next try", email.next_attempt_at),
        ("Of no use after", email.expires_at),
        ("Settled", email.settled_at),
    ];
    for (term, moment) in moments {
        if let Some(moment) = moment {
            facts = facts.fact(term, time_absolute(moment));
        }
    }
    if let Some(provider) = &email.provider {
        facts = facts.text("Provider", provider);
    }
    if let Some(id) = &email.provider_message_id {
        facts = facts.fact("Id at the provider", copyable("id at the provider", id));
    }
    facts
        .fact("Message-ID", copyable("Message-ID", &email.message_id))
        .fact("Id", copyable("id", email.id.as_str()))
}

/// Every attempt, newest first, down to the row itself.
fn history(details: &Details<'_>, now: Timestamp) -> Markup {
    let mut events: Vec<Event<'_>> = details.attempts.iter().rev().map(event).collect();
    let queued = html! { "Put into the outbox." };
    events.push(Event::new(Icon::Mail, Meaning::Neutral, queued, details.email.created_at));
    timeline(&events, now)
}

fn event(attempt: &Attempt) -> Event<'_> {
    let provider = &attempt.provider;
    let (icon, meaning, sentence) = match attempt.outcome {
        None => (Icon::Send, Meaning::Info, html! { "Being handed to " (provider) "." }),
        Some(Outcome::Accepted) => (Icon::MailCheck, Meaning::Ok, html! { "Accepted by " (provider) "." }),
        Some(Outcome::Transient) => (Icon::RotateCw, Meaning::Warn, html! { "Put off by " (provider) "." }),
        Some(Outcome::Throttled) => (Icon::Clock, Meaning::Warn, html! { (provider) " asked to wait." }),
        Some(Outcome::ProviderDown) => {
            (Icon::Unplug, Meaning::Warn, html! { (provider) " could not be used." })
        }
        Some(Outcome::Permanent) => {
            (Icon::MailX, Meaning::Bad, html! { "Recipient refused by " (provider) "." })
        }
        Some(Outcome::MessageFault) => {
            (Icon::MailX, Meaning::Bad, html! { "The message could not be sent." })
        }
        Some(Outcome::Unknown) => {
            (Icon::MailWarning, Meaning::Warn, html! { "Given to " (provider) "; no answer came." })
        }
        Some(Outcome::NotMarked) => (Icon::CircleMinus, Meaning::Neutral, html! { "Not sent." }),
        Some(Outcome::Lost) => {
            (Icon::CircleMinus, Meaning::Neutral, html! { "Not sent: its process stopped before." })
        }
    };
    let event = Event::new(icon, meaning, sentence, attempt.started_at);
    if attempt.reply.is_none() && attempt.duration_ms.is_none() {
        return event;
    }
    event.details(html! {
        (Facts::new()
            .text("Answer", attempt.reply.as_deref().unwrap_or_default())
            .text("Took", &attempt.duration_ms.map(took).unwrap_or_default())
            .text("Process", &attempt.instance))
    })
}

fn took(millis: i64) -> String {
    if millis < 1_000 { format!("{millis} ms") } else { duration(chrono::TimeDelta::milliseconds(millis)) }
}
