//! A state in one word, with a dot in the colour of its meaning.

use maud::{Markup, html};

/// What a state means to the person who sees it; the only source of colour in content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Done, healthy, delivered.
    Ok,
    /// Needs somebody soon.
    Warn,
    /// Failed, refused, down.
    Bad,
    /// Under way.
    Info,
    /// Nothing to say about it.
    Neutral,
}

impl Meaning {
    /// The class that carries the meaning's colours.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Neutral => "neutral",
        }
    }
}

/// A word with a dot; the word alone must say the state.
#[must_use]
pub fn badge(meaning: Meaning, word: &str) -> Markup {
    html! { span .badge.(meaning.class()) { (word) } }
}
