//! Short messages after an act: success leaves by itself, with undo it waits, an error stays.

use maud::{Markup, html};

use super::badge::Meaning;
use super::form::csrf_field;
use super::icon::{Icon, icon};

/// One message for the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    pub meaning: Meaning,
    pub text: String,
    /// Where to POST to take the act back.
    pub undo: Option<String>,
}

impl Flash {
    #[must_use]
    pub fn success(text: impl Into<String>) -> Self {
        Self { meaning: Meaning::Ok, text: text.into(), undo: None }
    }

    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self { meaning: Meaning::Bad, text: text.into(), undo: None }
    }

    /// Offers to take the act back by a POST to `url`.
    #[must_use]
    pub fn undo(mut self, url: impl Into<String>) -> Self {
        self.undo = Some(url.into());
        self
    }
}

/// The messages of a page, newest last. An htmx answer may append them to `#toasts`.
#[must_use]
pub fn toasts(messages: &[Flash], csrf: &str) -> Markup {
    html! {
        @for message in messages { (toast(message, csrf)) }
    }
}

fn toast(message: &Flash, csrf: &str) -> Markup {
    let (shape, stays) = match message.meaning {
        Meaning::Ok => (Icon::CircleCheck, false),
        Meaning::Bad => (Icon::CircleX, true),
        Meaning::Warn => (Icon::TriangleAlert, true),
        Meaning::Info | Meaning::Neutral => (Icon::Info, false),
    };
    html! {
        div .toast.(message.meaning.class()) role=(if stays { "alert" } else { "status" })
            data-stays[stays] data-undo[message.undo.is_some()] {
            (icon(shape))
            p { (message.text) }
            @if let Some(url) = &message.undo {
                form .inline-form method="post" action=(url) {
                    (csrf_field(csrf))
                    button .button.quiet.small type="submit" { span .label { "Undo" } }
                }
            }
            button .button.quiet.square.small type="button" title="Dismiss" data-script="" data-dismiss="" {
                (icon(Icon::X))
                span .visually-hidden { "Dismiss" }
            }
        }
    }
}
