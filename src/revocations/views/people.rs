//! A list of people whose sessions are to end: the form that takes it, and what it came to.

use maud::{Markup, html};

use super::{Ask, number, unknown_lines};
use crate::paths;
use crate::revocations::drafts::LONGEST;
use crate::revocations::model::{Line, LineOutcome};
use crate::revocations::pages::{FILE, LIST, MAX_BYTES};
use crate::ui::form::actions;
use crate::ui::{Button, Facts, Field, FieldError, Form, Upload, count, error_summary};

/// The form that takes a list; `error` is the field with what is wrong with it.
#[must_use]
pub fn form(csrf: &str, typed: &str, error: Option<(&str, &str)>) -> Markup {
    let of = |field: &str| error.filter(|(other, _)| *other == field).map(|(_, message)| message);
    let problems: Vec<FieldError<'_>> =
        error.into_iter().map(|(field, message)| FieldError { field, message }).collect();
    let hint = format!("Text in UTF-8, at most {} lines and 1 MB.", count(LONGEST as u64));
    let list = Field::textarea(LIST, "People", 8)
        .value(typed)
        .hint("About 1,000 lines fit here; send more as a file.")
        .error(of(LIST));
    let largest = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let upload = Upload::new(FILE, "File").accept(".txt,.csv").largest(largest).hint(&hint).error(of(FILE));
    html! {
        (error_summary(&problems))
        div .prose {
            p { "One id or address a line. A # begins a comment, blank lines are left out, and a line that names nobody stops nothing. "
                "Nothing is ended before you have seen how many sessions it would be." }
        }
        (Form::post(paths::PEOPLE_REVOCATION, csrf).id("list-form").body(html! {
            (list)
            (actions(html! {
                (Button::primary("Count the sessions").id("count-list"))
                (Button::secondary("Cancel").href(paths::SESSIONS))
            }))
        }))
        div { h2 { "Or a file" } }
        (Form::post(paths::PEOPLE_REVOCATION_FILE, csrf).id("file-form").multipart().body(html! {
            (upload)
            (actions(html! { (Button::primary("Count the sessions").id("count-file")) }))
        }))
    }
}

/// Asks before the sessions of the people of a list are ended.
#[must_use]
pub fn ask(ask: &Ask<'_>, counts: &[(LineOutcome, i64)], unknown: &[Line]) -> Markup {
    let lines = |outcome: LineOutcome| {
        let lines = counts.iter().filter(|(found, _)| *found == outcome).map(|(_, count)| *count);
        number(lines.sum())
    };
    let facts = Facts::new()
        .fact("Open sessions", html! { strong #matched { (number(ask.counted.others)) } })
        .text("People found", &lines(LineOutcome::Found))
        .text("Named twice", &lines(LineOutcome::Repeated))
        .text("Unknown lines", &lines(LineOutcome::Unknown));
    html! {
        (ask.summary())
        (facts)
        @if !unknown.is_empty() { (unknown_lines(unknown, false)) }
        @match ask.nothing() {
            Some(nothing) => { (nothing) }
            None => { (ask.form()) }
        }
    }
}
