//! A box that says something about the whole page before anything else is read.

use maud::{Markup, html};

use super::badge::Meaning;
use super::icon::{Icon, icon};

/// A message with its meaning; `body` may hold a paragraph, a list, a button.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
pub fn callout(meaning: Meaning, title: &str, body: Markup) -> Markup {
    let shape = match meaning {
        Meaning::Ok => Icon::CircleCheck,
        Meaning::Warn => Icon::TriangleAlert,
        Meaning::Bad => Icon::CircleX,
        Meaning::Info | Meaning::Neutral => Icon::Info,
    };
    html! {
        div .callout.(meaning.class()) role="note" {
            (icon(shape))
            div {
                p .title { (title) }
                (body)
            }
        }
    }
}
