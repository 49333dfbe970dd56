//! What happened to one thing, newest first: audit entries, attempts, steps.

use maud::{Markup, html};

use crate::clock::Timestamp;

use super::badge::Meaning;
use super::icon::{Icon, icon};
use super::time::time;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub icon: Icon,
    pub meaning: Meaning,
    /// "Approved the passport."
    pub sentence: Markup,
    /// Who did it; nobody for what the application did by itself.
    pub actor: Option<&'a str>,
    pub at: Timestamp,
    /// What unfolds below the sentence.
    pub details: Option<Markup>,
}

impl<'a> Event<'a> {
    #[must_use]
    pub fn new(icon: Icon, meaning: Meaning, sentence: Markup, at: Timestamp) -> Self {
        Self { icon, meaning, sentence, actor: None, at, details: None }
    }

    #[must_use]
    pub fn by(mut self, actor: &'a str) -> Self {
        self.actor = Some(actor);
        self
    }

    #[must_use]
    pub fn details(mut self, details: Markup) -> Self {
        self.details = Some(details);
        self
    }
}

/// The events in the order given.
#[must_use]
pub fn timeline(events: &[Event<'_>], now: Timestamp) -> Markup {
    html! {
        ol .timeline {
            @for event in events {
                li {
                    span .mark.(event.meaning.class()) { (icon(event.icon)) }
                    div .happened {
                        p { (event.sentence) }
                        p .meta {
                            @if let Some(actor) = event.actor { bdi { (actor) } " · " }
                            (time(event.at, now))
                        }
                        @if let Some(details) = &event.details {
                            details { summary { "Details" } (details) }
                        }
                    }
                }
            }
        }
    }
}
