//! Where a list has no rows: nothing yet, nothing matches, or it could not be loaded.

use maud::{Markup, Render, html};

use super::button::Button;
use super::icon::{Icon, icon};

/// Why there are no rows, and the way on.
#[derive(Clone, Debug)]
pub struct Empty<'a> {
    icon: Icon,
    title: &'a str,
    text: &'a str,
    action: Option<(&'a str, &'a str)>,
}

impl<'a> Empty<'a> {
    /// There is nothing yet; `text` says what will fill the list.
    #[must_use]
    pub fn nothing_yet(title: &'a str, text: &'a str) -> Self {
        Self { icon: Icon::Inbox, title, text, action: None }
    }

    /// Rows exist, but none passes the filters; `clear` is the URL of the list without them.
    #[must_use]
    pub fn nothing_matches(clear: &'a str) -> Self {
        Self {
            icon: Icon::SearchX,
            title: "Nothing matches",
            text: "Try other words or fewer filters.",
            action: Some(("Clear filters", clear)),
        }
    }

    /// The rows could not be read; `retry` is the URL to try again.
    #[must_use]
    pub fn could_not_load(retry: &'a str) -> Self {
        Self {
            icon: Icon::Unplug,
            title: "This could not be loaded",
            text: "Nothing was lost. Try again in a moment.",
            action: Some(("Try again", retry)),
        }
    }

    /// Another icon than the kind's own.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = icon;
        self
    }

    /// The first thing to do, as a link.
    #[must_use]
    pub fn action(mut self, label: &'a str, url: &'a str) -> Self {
        self.action = Some((label, url));
        self
    }
}

impl Render for Empty<'_> {
    fn render(&self) -> Markup {
        html! {
            div .empty {
                (icon(self.icon))
                p .title { (self.title) }
                p { (self.text) }
                @if let Some((label, url)) = self.action { (Button::secondary(label).href(url)) }
            }
        }
    }
}
