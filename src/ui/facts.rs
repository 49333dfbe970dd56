//! A definition list: what is known about one thing.

use maud::{Markup, Render, html};

/// A list of facts: `Facts::new().text("Name", &user.name).fact("Status", badge(…))`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    rows: Vec<(String, Markup)>,
    stacked: bool,
}

impl Facts {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The term above its value instead of beside it, for narrow columns with long values.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// A fact of any markup.
    #[must_use]
    pub fn fact(mut self, term: &str, value: Markup) -> Self {
        self.rows.push((term.to_owned(), value));
        self
    }

    /// A fact in words, in their own writing direction; nothing known reads as "Not provided".
    #[must_use]
    pub fn text(self, term: &str, value: &str) -> Self {
        let value = if value.is_empty() {
            html! { span .muted { "Not provided" } }
        } else {
            html! { bdi { (value) } }
        };
        self.fact(term, value)
    }
}

impl Render for Facts {
    fn render(&self) -> Markup {
        html! {
            dl .facts.stacked[self.stacked] {
                @for (term, value) in &self.rows {
                    div { dt { (term) } dd { (value) } }
                }
            }
        }
    }
}

/// Stands for a value that is kept from this reader; `what` says which.
#[must_use]
pub fn masked(what: &str) -> Markup {
    html! {
        span .masked {
            span aria-hidden="true" { "••••••" }
            span .visually-hidden { (what) " hidden" }
        }
    }
}
