//! The console's navigation as data: groups of links, with counts where something waits for the reader.

use maud::{Markup, Render, html};

use super::format::count;
use super::icon::{Icon, icon};

/// One place to go to.
#[derive(Clone, Debug)]
pub struct Entry {
    pub label: &'static str,
    pub url: String,
    pub icon: Icon,
    /// How many wait there for this reader; zero shows nothing.
    pub waiting: u64,
    /// Whether the page shown lies there.
    pub current: bool,
}

impl Entry {
    #[must_use]
    pub fn new(label: &'static str, url: impl Into<String>, icon: Icon) -> Self {
        Self { label, url: url.into(), icon, waiting: 0, current: false }
    }

    #[must_use]
    pub fn waiting(mut self, number: u64) -> Self {
        self.waiting = number;
        self
    }

    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }
}

/// Entries under one heading: Decide, Look up, Watch, Set up.
#[derive(Clone, Debug)]
pub struct Group {
    pub heading: &'static str,
    pub entries: Vec<Entry>,
}

/// The whole navigation; groups without entries are left out.
#[derive(Clone, Debug, Default)]
pub struct Nav(pub Vec<Group>);

impl Render for Nav {
    fn render(&self) -> Markup {
        html! {
            @for group in self.0.iter().filter(|group| !group.entries.is_empty()) {
                h2 { (group.heading) }
                ul { @for entry in &group.entries { li { (link(entry)) } } }
            }
        }
    }
}

fn link(entry: &Entry) -> Markup {
    html! {
        a href=(entry.url) aria-current=[entry.current.then_some("page")] {
            (icon(entry.icon))
            span .label { (entry.label) }
            @if entry.waiting > 0 {
                span .count { (count(entry.waiting)) span .visually-hidden { " waiting" } }
            }
        }
    }
}
