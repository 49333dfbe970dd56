//! How revocations look.

mod ask;
mod people;

pub use ask::{Ask, AskOne, Counted, Typed, ask_many, ask_one, subject};
pub use people::{ask as ask_people, form as people_form};

use maud::{Markup, Render, html};

use super::model::{Line, Revocation, RunState};
use crate::clock::Timestamp;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{
    Button, Cell, Column, Empty, Facts, Form, Icon, Meaning, Pager, Progress, Row, Table, badge, callout,
    copyable, count, time, time_absolute,
};
use crate::web::pager::{Cursor, Slice};

fn number(count_: i64) -> String {
    count(count_.unsigned_abs())
}

/// "1 session", "1,204 sessions".
fn sessions(count: i64) -> String {
    if count == 1 { "1 session".to_owned() } else { format!("{} sessions", number(count)) }
}

fn people(count: i64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{} people", number(count)) }
}

/// The state of a revocation in its word and colour.
fn state(state: RunState) -> Markup {
    let meaning = match state {
        RunState::Preparing | RunState::Running => Meaning::Info,
        RunState::Done => Meaning::Ok,
        RunState::Cancelled => Meaning::Warn,
        RunState::Failed => Meaning::Bad,
    };
    badge(meaning, state.label())
}

/// The heading of its page.
#[must_use]
pub fn title(run: &Revocation) -> String {
    match run.state {
        RunState::Preparing | RunState::Running => format!("Ending {}", sessions(run.matched)),
        RunState::Done => format!("{} ended", sessions(run.revoked)),
        RunState::Cancelled => format!("Cancelled after {}", sessions(run.revoked)),
        RunState::Failed => format!("Stopped after {}", sessions(run.revoked)),
    }
}

/// How far it is, and what came of it.
#[must_use]
pub fn show(run: &Revocation, unknown: &[Line], may_end: bool, csrf: &str) -> Markup {
    let address = paths::revocation(&run.id);
    let polls = !run.state.is_over();
    let mut facts = Facts::new()
        .fact("State", state(run.state))
        .text("Which", &run.words())
        .text("Reason", &run.reason)
        .text("Asked for by", &run.requester_name)
        .fact("Begun", time_absolute(run.created_at));
    if let Some(at) = run.finished_at {
        facts = facts.fact("Over", time_absolute(at));
    }
    facts = facts
        .text("Matched at the start", &sessions(run.matched))
        .text("Ended", &format!("{} of {}", sessions(run.revoked), people(run.users)))
        .fact("Id", copyable("revocation", run.id.as_str()));
    html! {
        div #revocation hx-get=[polls.then_some(&address)] hx-trigger=[polls.then_some("every 1s")]
            hx-select=[polls.then_some("#revocation")] hx-swap=[polls.then_some("outerHTML")] {
            @if polls {
                (progress(run, may_end, csrf))
                p { a href=(address) id="refresh" { "Refresh" } " to see how far it is. You can leave this page: it goes on." }
            }
            @if let Some(error) = &run.error { (callout(Meaning::Bad, "It did not come to its end", html! { p { (error) } })) }
            @if run.state.is_over() && run.revoked > 0 {
                p { "Each person got one notification and one mail." }
            }
            (facts)
            @if !unknown.is_empty() { (unknown_lines(unknown, run.state.is_over())) }
            @if run.state.is_over() {
                (actions(html! {
                    (Button::secondary("Download the result (CSV)").icon(Icon::Download).href(&paths::revocation_result(&run.id)).id("result"))
                    (Button::secondary("Back to the sessions").href(paths::SESSIONS))
                }))
            }
        }
    }
}

fn progress(run: &Revocation, may_end: bool, csrf: &str) -> Markup {
    let (done, total) = (run.revoked.unsigned_abs(), run.matched.unsigned_abs());
    let bar = Progress::new("progress", "Sessions ended", done, total);
    if !may_end {
        return bar.render();
    }
    let cancel = Form::post(&paths::revocation_cancel(&run.id), csrf)
        .id("cancel-form")
        .inline()
        .body(Button::secondary("Cancel").id("cancel").small().render());
    bar.cancel(cancel).render()
}

/// The first lines that name nobody; `result` when there is one that has them all.
fn unknown_lines(lines: &[Line], result: bool) -> Markup {
    callout(
        Meaning::Warn,
        "Some lines name no user",
        html! {
            ul { @for line in lines { li { "Line " (line.line) ": " bdi { (line.text) } } } }
            @if result { p { "All of them are in the result." } }
        },
    )
}

/// The list of revocations.
#[must_use]
pub fn list(slice: &Slice<Revocation>, now: Timestamp) -> Markup {
    if slice.items.is_empty() {
        return Empty::nothing_yet("Nothing was revoked yet", "Sessions ended by staff appear here.")
            .render();
    }
    let url = |name: &str, cursor: &Option<Cursor>| {
        cursor.as_ref().map(|cursor| format!("{}?{name}={}", paths::REVOCATIONS, cursor.encode()))
    };
    let pager = Pager { newer: url("before", &slice.previous), older: url("after", &slice.next) };
    let rows = slice.items.iter().map(|run| {
        Row::new(run.id.as_str())
            .cell(Cell::link(&paths::revocation(&run.id), run.scope.label()).note(&run.words()))
            .cell(Cell::of(state(run.state)))
            .cell(Cell::text(&run.reason))
            .cell(Cell::text(&run.requester_name))
            .cell(Cell::text(&number(run.revoked)))
            .cell(Cell::text(&number(run.users)))
            .cell(Cell::of(time(run.created_at, now)))
    });
    let table = Table::new("Revocations")
        .column(Column::text("What"))
        .column(Column::badge("State"))
        .column(Column::text("Reason").not_on_phone())
        .column(Column::text("By"))
        .column(Column::number("Sessions").fits())
        .column(Column::number("People").fits().not_on_phone())
        .column(Column::text("Begun").fits().not_on_phone())
        .rows(rows);
    html! { (table) (pager) }
}
