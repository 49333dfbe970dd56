//! What stands around the table of a list: status tabs, search, filter chips, Newer and Older.
//!
//! All are links or GET forms, so every view of a list has its URL. Where scripts run, htmx fetches the same
//! URL and replaces the content of `<main>`; tabs, chips and pages replace the search too, which keeps filters.

use maud::{Markup, Render, html};

use super::format::count;
use super::icon::{Icon, icon};
use super::layout::MAIN_ID;

/// One tab over a list.
#[derive(Clone, Debug)]
pub struct Tab<'a> {
    pub label: &'a str,
    pub url: String,
    /// Left out where counting costs too much.
    pub count: Option<u64>,
    pub current: bool,
}

/// Status tabs; `label` names the row of them ("Status").
#[must_use]
pub fn tabs(label: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav .tabs aria-label=(label) hx-boost="true" hx-target={ "#" (MAIN_ID) } hx-select={ "#" (MAIN_ID) } hx-select-oob="#search-box"
            hx-swap="outerHTML show:none" {
            ul {
                @for tab in tabs {
                    li {
                        a href=(tab.url) id={ "tab-" (slug(tab.label)) } aria-current=[tab.current.then_some("page")] {
                            (tab.label)
                            @if let Some(number) = tab.count { span .count { (count(number)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The search of a list, for [`super::Console`]'s `search` or a toolbar.
#[derive(Clone, Debug)]
pub struct SearchBox<'a> {
    action: &'a str,
    label: &'a str,
    value: &'a str,
    kept: &'a [(&'a str, &'a str)],
    help: Option<Markup>,
}

impl<'a> SearchBox<'a> {
    /// `action` is the list's URL, `label` what is searched ("Search cases"), `value` what was typed; the
    /// query is sent as `q`.
    #[must_use]
    pub fn new(action: &'a str, label: &'a str, value: &'a str) -> Self {
        Self { action, label, value, kept: &[], help: None }
    }

    /// Filters of the present view that the search keeps.
    #[must_use]
    pub fn keeping(mut self, parameters: &'a [(&'a str, &'a str)]) -> Self {
        self.kept = parameters;
        self
    }

    /// What can be typed (operators and examples), behind a question mark.
    #[must_use]
    pub fn help(mut self, help: Markup) -> Self {
        self.help = Some(help);
        self
    }
}

impl Render for SearchBox<'_> {
    fn render(&self) -> Markup {
        html! {
            search .search #search-box {
                form method="get" action=(self.action) hx-get=(self.action) hx-target={ "#" (MAIN_ID) }
                    hx-trigger="submit, input changed delay:300ms from:#search" hx-push-url="true"
                    hx-sync="this:replace" {
                    @for (name, value) in self.kept { input type="hidden" name=(name) value=(value); }
                    label .visually-hidden for="search" { (self.label) }
                    (icon(Icon::Search))
                    input .input type="search" id="search" name="q" value=(self.value) placeholder=(self.label)
                        autocomplete="off" spellcheck="false" aria-keyshortcuts="/";
                    kbd aria-hidden="true" data-script="" { "/" }
                    button .visually-hidden type="submit" { "Search" }
                }
                @if let Some(help) = &self.help {
                    details .menu {
                        summary .button.quiet.square title="What can be typed" {
                            (icon(Icon::CircleQuestionMark))
                            span .visually-hidden { "What can be typed" }
                        }
                        div .menu-panel.prose { (help) }
                    }
                }
            }
        }
    }
}

/// One active filter: what it is and the URL of the list without it.
#[derive(Clone, Debug)]
pub struct Chip<'a> {
    pub label: &'a str,
    pub without: String,
}

/// The active filters, each removable, and all at once at `clear`. Nothing is rendered without any.
#[must_use]
pub fn chips(chips: &[Chip<'_>], clear: &str) -> Markup {
    html! {
        @if !chips.is_empty() {
            ul .chips aria-label="Active filters" hx-boost="true" hx-target={ "#" (MAIN_ID) }
                hx-select={ "#" (MAIN_ID) } hx-select-oob="#search-box" hx-swap="outerHTML show:none" {
                @for chip in chips {
                    li {
                        a .chip href=(chip.without) {
                            span .visually-hidden { "Remove filter " }
                            bdi { (chip.label) }
                            (icon(Icon::X))
                        }
                    }
                }
                li { a .clear href=(clear) { "Clear all filters" } }
            }
        }
    }
}

/// Newer and Older under a list; a direction without rows is shown as such, and neither renders nothing.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    pub newer: Option<String>,
    pub older: Option<String>,
}

impl Render for Pager {
    fn render(&self) -> Markup {
        html! {
            @if self.newer.is_some() || self.older.is_some() {
                nav .pager aria-label="Pages" hx-boost="true" hx-target={ "#" (MAIN_ID) }
                    hx-select={ "#" (MAIN_ID) } hx-select-oob="#search-box" hx-swap="outerHTML show:window:top" {
                    (step(self.newer.as_deref(), "Newer", Icon::ChevronLeft, "newer"))
                    (step(self.older.as_deref(), "Older", Icon::ChevronRight, "older"))
                }
            }
        }
    }
}

fn step(url: Option<&str>, label: &str, shape: Icon, id: &str) -> Markup {
    html! {
        @if let Some(url) = url {
            a .button.secondary.small.(id) id={ "page-" (id) } href=(url) { (icon(shape)) span .label { (label) } }
        } @else {
            span .button.secondary.small.(id) aria-disabled="true" { (icon(shape)) span .label { (label) } }
        }
    }
}

/// A label as part of an id: what is no letter or digit becomes a hyphen.
fn slug(label: &str) -> String {
    let dashed = |letter: char| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    label.chars().map(dashed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_on_one_page_has_no_pager() {
        assert_eq!(Pager::default().render().0, "");
    }

    #[test]
    fn the_current_tab_is_told_to_screen_readers() {
        let shown = tabs(
            "Status",
            &[
                Tab { label: "Waiting", url: "/a".into(), count: Some(1204), current: true },
                Tab { label: "All", url: "/b".into(), count: None, current: false },
            ],
        )
        .0;
        assert_eq!(shown.matches("aria-current=\"page\"").count(), 1);
        assert!(shown.contains("1,204"));
    }
}
