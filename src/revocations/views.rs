//! How revocations look.

use diesel::QueryResult;
use maud::{Markup, Render, html};

use super::model::{Line, Reason, Revocation, RunState, Scope, Selection};
use crate::access::{OrganizationId, UserId};
use crate::accounts;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::FieldError;
use crate::paths;
use crate::sessions::console::kind_and_device;
use crate::sessions::listing;
use crate::ui::form::actions;
use crate::ui::{
    Button, Cell, Column, Empty, Facts, Field, Form, Icon, Meaning, Pager, Progress, Row, Table, badge,
    callout, copyable, count, time, time_absolute,
};
use crate::web::pager::{Cursor, Slice};
use crate::web::problems::Problems;

/// What was typed, after a refusal.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub reason: String,
    pub count: String,
    pub errors: Vec<FieldError>,
}

impl Typed {
    fn problems(&self) -> Problems<'_> {
        Problems(&self.errors)
    }
}

/// What a page that asks is about.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub selection: &'a Selection,
    /// The selection as its form carries it.
    pub selected: &'a str,
    pub matched: i64,
    pub typed: &'a Typed,
    pub csrf: &'a str,
}

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

const REASON_HINT: &str = "The people concerned read it in a mail and a notification.";

fn reason(typed: &Typed) -> Field<'_> {
    Field::textarea("reason", "Reason", 3)
        .value(&typed.reason)
        .hint(REASON_HINT)
        .maxlength(u32::try_from(Reason::MOST).unwrap_or(500))
        .error(typed.problems().of("reason"))
}

impl Ask<'_> {
    #[must_use]
    pub fn title(&self) -> String {
        format!("End {}", sessions(self.matched))
    }
}

/// Asks before many sessions are ended.
#[must_use]
pub fn ask_many(ask: &Ask<'_>) -> Markup {
    if ask.matched == 0 {
        return Empty::nothing_yet("Nothing to end", "No open session matches any more.")
            .action("Back to the sessions", paths::SESSIONS)
            .render();
    }
    let count = ask.matched.to_string();
    let hint = format!("Type {count} to confirm.");
    let confirm = Field::text("count", "Number of sessions")
        .value(&ask.typed.count)
        .hint(&hint)
        .error(ask.typed.problems().of("count"))
        .autocomplete("off")
        .short();
    html! {
        (ask.typed.problems().summary())
        (Facts::new()
            .fact("Open sessions", html! { strong #matched { (number(ask.matched)) } })
            .text("Which", &ask.selection.words()))
        p { "Sessions that are opened from now on are not ended. Nobody’s account is changed: everybody can sign in again." }
        (Form::post(paths::REVOCATIONS, ask.csrf).id("revoke-form").body(html! {
            input type="hidden" name="selection" value=(ask.selected);
            (reason(ask.typed))
            (confirm)
            (actions(html! {
                (Button::danger(&ask.title()).id("revoke"))
                (Button::secondary("Cancel").href(paths::SESSIONS))
            }))
        }))
    }
}

/// Whom or what a single revocation is about.
#[derive(Clone, Debug)]
pub struct Subject {
    scope: Scope,
    pub user: UserId,
    pub name: String,
    /// The device, of a session.
    device: Option<String>,
    field: (&'static str, String),
}

impl Subject {
    #[must_use]
    pub fn title(&self) -> String {
        match self.scope {
            Scope::User => format!("End all sessions of {}", self.name),
            Scope::Family => format!("End a token family of {}", self.name),
            Scope::Session | Scope::Sessions | Scope::Users | Scope::Filter => {
                format!("End a session of {}", self.name)
            }
        }
    }
}

/// What a single selection is about; `None` when the organization has none such.
pub fn subject(
    c: &mut Connection,
    organization: &OrganizationId,
    selection: &Selection,
) -> QueryResult<Option<Subject>> {
    let scope = selection.scope;
    if let Some(user) = &selection.filter.user {
        let found = accounts::store::in_organization(c, organization, user)?;
        return Ok(found.map(|found| Subject {
            scope,
            name: found.name.to_string(),
            field: ("user", user.to_string()),
            user: found.id,
            device: None,
        }));
    }
    let Some(id) = selection.filter.sessions.first() else { return Ok(None) };
    let kind = selection.filter.kind;
    let found = listing::by_id(c, organization, id)?;
    let found = found.filter(|found| kind.is_none_or(|kind| found.session.kind == kind));
    let field = if scope == Scope::Family { "family" } else { "session" };
    Ok(found.map(|found| Subject {
        scope,
        device: Some(kind_and_device(&found.session)),
        user: found.session.user_id,
        name: found.name,
        field: (field, id.to_string()),
    }))
}

/// Asks for the reason before one thing is ended.
#[must_use]
pub fn ask_one(ask: &Ask<'_>, subject: &Subject) -> Markup {
    let security = paths::user_security(&subject.user);
    if ask.matched == 0 {
        return Empty::nothing_yet("Nothing to end", "There is no open session any more.")
            .action("Back", &security)
            .render();
    }
    let mut facts = Facts::new().text("Person", &subject.name).text("Open sessions", &number(ask.matched));
    if let Some(device) = &subject.device {
        facts = facts.text("Device", device);
    }
    html! {
        (ask.typed.problems().summary())
        (facts)
        (Form::post(paths::ONE_REVOCATION, ask.csrf).id("revoke-form").body(html! {
            input type="hidden" name=(subject.field.0) value=(subject.field.1);
            (reason(ask.typed))
            (actions(html! {
                (Button::danger(&format!("End {}", sessions(ask.matched))).id("revoke"))
                (Button::secondary("Cancel").href(&security))
            }))
        }))
    }
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
            @if !unknown.is_empty() { (unknown_lines(unknown)) }
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

fn unknown_lines(lines: &[Line]) -> Markup {
    callout(
        Meaning::Warn,
        "Some lines name no user",
        html! {
            ul { @for line in lines { li { "Line " (line.line) ": " bdi { (line.text) } } } }
            p { "All of them are in the result." }
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
