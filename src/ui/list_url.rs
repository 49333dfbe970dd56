//! The addresses of a list, and what its search says for itself: the same on every page that lists something.

use std::fmt;

use maud::{Markup, html};

use super::callout::callout;
use super::{Chip, Meaning, Pager, chips};

/// The address of a list: its tab, what is searched for, and the place in it. Prints as a URL.
#[derive(Clone, Copy, Debug)]
pub struct ListUrl<'a> {
    path: &'a str,
    tab: Option<(&'a str, &'a str)>,
    typed: &'a str,
    place: Option<(&'a str, &'a str)>,
}

impl<'a> ListUrl<'a> {
    #[must_use]
    pub fn new(path: &'a str) -> Self {
        Self { path, tab: None, typed: "", place: None }
    }

    /// The tab, as its parameter has it; none for the one that is shown without.
    #[must_use]
    pub fn tab(self, parameter: &'a str, tab: Option<&'a str>) -> Self {
        Self { tab: tab.map(|tab| (parameter, tab)), ..self }
    }

    #[must_use]
    pub fn searching(self, typed: &'a str) -> Self {
        Self { typed, ..self }
    }

    /// What a search box on this list keeps in its form.
    #[must_use]
    pub fn kept(&self) -> &[(&'a str, &'a str)] {
        self.tab.as_slice()
    }

    /// Newer and Older, by the cursors of the pages before and after this one.
    #[must_use]
    pub fn pager(self, (previous, next): (Option<String>, Option<String>)) -> Pager {
        let step = |name, cursor: Option<String>| {
            cursor.map(|cursor| ListUrl { place: Some((name, &cursor)), ..self }.to_string())
        };
        Pager { newer: step("before", previous), older: step("after", next) }
    }

    /// The terms of a search, each with the search that is left without it.
    #[must_use]
    pub fn chips<'b>(self, terms: impl Iterator<Item = (&'b str, String)>) -> Markup {
        let active: Vec<Chip<'_>> =
            terms.map(|(label, left)| Chip { label, without: self.searching(&left).to_string() }).collect();
        chips(&active, &self.searching("").to_string())
    }
}

impl fmt::Display for ListUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = Some(("q", self.typed)).filter(|(_, typed)| !typed.is_empty());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.tab).extend_pairs(typed).extend_pairs(self.place);
        match query.finish() {
            query if query.is_empty() => f.write_str(self.path),
            query => write!(f, "{}?{query}", self.path),
        }
    }
}

/// What can be typed into a search: where words are looked for, and the operators, each with an example and what
/// it looks for.
#[must_use]
pub fn search_help(words: &str, operators: &[(&str, &str, &str)]) -> Markup {
    html! {
        p { (words) }
        dl .facts {
            @for (_, example, meaning) in operators {
                div { dt { code { (example) } } dd { (meaning) } }
            }
        }
    }
}

/// The parts of a search that were left out, a sentence each. Nothing without any.
#[must_use]
pub fn not_understood(problems: &[String]) -> Markup {
    html! {
        @if !problems.is_empty() {
            (callout(Meaning::Warn, "A part of the search was not understood", html! {
                ul { @for problem in problems { li { (problem) } } }
            }))
        }
    }
}

/// How many rows there are now, for those who do not see the list change.
#[must_use]
pub fn announcement(rows: usize, further: bool, (one, many): (&str, &str)) -> Markup {
    let text = match rows {
        1 => format!("1 {one}"),
        rows if further => format!("{rows} {many}, and more"),
        rows => format!("{rows} {many}"),
    };
    html! { p .visually-hidden data-announce="" { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_differs_from_the_bare_list() {
        let list = ListUrl::new("/users");
        assert_eq!(list.to_string(), "/users");
        assert_eq!(list.tab("status", None).searching("").to_string(), "/users");
        let busy = list.tab("status", Some("locked")).searching("a b&c");
        assert_eq!(busy.to_string(), "/users?status=locked&q=a+b%26c");
        assert_eq!(busy.kept(), [("status", "locked")]);
        let pager = busy.pager((None, Some("x".to_owned())));
        assert_eq!((pager.newer, pager.older.unwrap()), (None, format!("{busy}&after=x")));
    }

    #[test]
    fn what_is_said_of_the_rows_is_a_sentence_for_one_and_for_many() {
        let said = |rows, further| announcement(rows, further, ("case", "cases")).into_string();
        assert!(said(1, false).contains(">1 case<"));
        assert!(said(0, false).contains(">0 cases<"));
        assert!(said(50, true).contains(">50 cases, and more<"));
    }
}
