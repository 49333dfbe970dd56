//! How a person's security looks.

use maud::{Markup, Render, html};

use super::reading::{Dossier, Family};
use crate::accounts::devices::{Device, DeviceKind};
use crate::accounts::locks::{Failure, Lock, Reason};
use crate::clock::Timestamp;
use crate::paths;
use crate::revocations::Revocation;
use crate::sessions;
use crate::sessions::console::{kind_and_device, state};
use crate::sessions::listing::{Session, State};
use crate::ui::{
    Button, Cell, Column, Facts, Meaning, Row, Table, badge, callout, copyable, count, time, time_absolute,
};

/// All that the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Security<'a> {
    pub dossier: &'a Dossier,
    pub now: Timestamp,
    pub may_end: bool,
}

impl Security<'_> {
    /// The one act of the page.
    #[must_use]
    pub fn end_all(&self) -> Option<Markup> {
        let url = paths::end_one("user", &self.dossier.user.id);
        let shown = self.may_end && self.dossier.has_open;
        shown.then(|| Button::danger("End all sessions").href(&url).id("end-user").render())
    }

    #[must_use]
    pub fn main(&self) -> Markup {
        let user = &self.dossier.user;
        let facts = Facts::new()
            .text("Address", user.email.as_str())
            .text("Role", user.role.label())
            .text("Status", user.status.label())
            .fact(
                "Last sign-in",
                user.last_login_at.map_or_else(|| html! { span .muted { "Never" } }, time_absolute),
            )
            .fact("Id", copyable("user", user.id.as_str()));
        let locked = user.locked_until.filter(|until| *until > self.now);
        html! {
            @if let Some(until) = locked {
                (callout(Meaning::Warn, "The account is locked", html! {
                    p { "Too many wrong passwords. It opens by itself " (time(until, self.now)) "." }
                }))
            }
            (facts)
            (self.sessions())
            (self.families())
            (self.devices())
            (self.failures())
            (self.locks())
            (self.revocations())
        }
    }

    fn sessions(&self) -> Markup {
        let rows = self.dossier.sessions.iter().map(|session| self.session(session));
        section(
            "sessions",
            "Sessions",
            self.dossier.sessions.len(),
            "Nobody has signed in lately.",
            html! {
                (Table::new("Sessions")
                    .column(Column::text("Device"))
                    .column(Column::badge("State"))
                    .column(Column::text("IP").not_on_phone())
                    .column(Column::text("Started").fits().not_on_phone())
                    .column(Column::text("Last seen").fits())
                    .column(Column::text("Act").fits())
                    .rows(rows))
            },
        )
    }

    fn session(&self, session: &Session) -> Row {
        let device = kind_and_device(session);
        let ended = session.end_reason.as_deref().filter(|_| session.ended_at.is_some());
        let cell = Cell::text(&device);
        let cell = match (ended, &session.country) {
            (Some(reason), _) => cell.note(reason),
            (None, Some(country)) => cell.note(country),
            (None, None) => cell,
        };
        let open = session.state(self.now) == State::Open;
        Row::new(session.id.as_str())
            .quiet(!open)
            .cell(cell)
            .cell(Cell::of(state(session, self.now)))
            .cell(if session.ip.is_empty() { Cell::none() } else { Cell::text(&session.ip) })
            .cell(Cell::of(time(session.created_at, self.now)))
            .cell(Cell::of(time(session.seen_at, self.now)))
            .cell(if open && self.may_end {
                end_link("session", session.id.as_str(), &device)
            } else {
                Cell::none()
            })
    }

    fn families(&self) -> Markup {
        let rows = self.dossier.families.iter().map(|Family { session, tokens, .. }| {
            let open = session.state(self.now) == State::Open;
            Row::new(format!("family-{}", session.id))
                .quiet(!open)
                .cell(Cell::link(&paths::family(&session.id), &session.device))
                .cell(Cell::of(state(session, self.now)))
                .cell(Cell::text(&count(tokens.unsigned_abs())))
                .cell(Cell::of(time(session.created_at, self.now)))
                .cell(Cell::of(time(session.seen_at, self.now)))
                .cell(if open && self.may_end {
                    end_link("family", session.id.as_str(), &session.device)
                } else {
                    Cell::none()
                })
        });
        section(
            "families",
            "Token families",
            self.dossier.families.len(),
            "No program has signed in for this person.",
            html! {
                (Table::new("Token families")
                    .column(Column::text("Program"))
                    .column(Column::badge("State"))
                    .column(Column::number("Tokens").fits())
                    .column(Column::text("Started").fits().not_on_phone())
                    .column(Column::text("Refreshed").fits())
                    .column(Column::text("Act").fits())
                    .rows(rows))
            },
        )
    }

    fn devices(&self) -> Markup {
        let rows = self.dossier.devices.iter().map(|device: &Device| {
            let kind = match device.kind {
                DeviceKind::Browser => "Browser",
                DeviceKind::Program => "Program",
            };
            Row::new(device.id.as_str())
                .cell(Cell::text(&device.device))
                .cell(Cell::text(kind))
                .cell(device.ip.as_deref().map_or_else(Cell::none, Cell::text))
                .cell(Cell::of(time(device.first_seen_at, self.now)))
                .cell(Cell::of(time(device.last_seen_at, self.now)))
        });
        section(
            "devices",
            "Devices",
            self.dossier.devices.len(),
            "No device is known.",
            html! {
                (Table::new("Devices")
                    .column(Column::text("Device"))
                    .column(Column::text("Kind"))
                    .column(Column::text("IP").not_on_phone())
                    .column(Column::text("First seen").fits().not_on_phone())
                    .column(Column::text("Last seen").fits())
                    .rows(rows))
            },
        )
    }

    fn failures(&self) -> Markup {
        let rows = self.dossier.failures.iter().map(|failure: &Failure| {
            let (why, meaning) = match failure.reason {
                Reason::Credentials => ("Wrong password", Meaning::Warn),
                Reason::Locked => ("Locked", Meaning::Bad),
            };
            let agent = failure.user_agent.as_deref().map(sessions::device);
            Row::new(failure.id.as_str())
                .cell(Cell::of(time_absolute(failure.at)))
                .cell(Cell::of(badge(meaning, why)))
                .cell(failure.ip.as_deref().map_or_else(Cell::none, Cell::text))
                .cell(agent.as_deref().map_or_else(Cell::none, Cell::text))
        });
        section(
            "failures",
            "Failed sign-ins",
            self.dossier.failures.len(),
            "No sign-in failed lately.",
            html! {
                (Table::new("Failed sign-ins")
                    .column(Column::text("When"))
                    .column(Column::badge("Why"))
                    .column(Column::text("IP"))
                    .column(Column::text("With").not_on_phone())
                    .rows(rows))
            },
        )
    }

    fn locks(&self) -> Markup {
        let rows = self.dossier.locks.iter().map(|lock: &Lock| {
            let holds = lock.holds(self.now);
            let (meaning, word) = if holds { (Meaning::Bad, "In force") } else { (Meaning::Neutral, "Over") };
            Row::new(lock.id.as_str())
                .cell(Cell::of(time_absolute(lock.locked_at)))
                .cell(Cell::of(badge(meaning, word)))
                .cell(Cell::text(&count(lock.failures.unsigned_abs())))
                .cell(Cell::of(time_absolute(lock.cleared_at.unwrap_or(lock.until))))
                .cell(lock.ip.as_deref().map_or_else(Cell::none, Cell::text))
        });
        section(
            "locks",
            "Locks",
            self.dossier.locks.len(),
            "The account was not locked lately.",
            html! {
                (Table::new("Locks")
                    .column(Column::text("Locked"))
                    .column(Column::badge("State"))
                    .column(Column::number("Failures").fits())
                    .column(Column::text("Until").fits())
                    .column(Column::text("IP").not_on_phone())
                    .rows(rows))
            },
        )
    }

    fn revocations(&self) -> Markup {
        let rows = self.dossier.revocations.iter().map(|(run, ended): &(Revocation, i64)| {
            Row::new(run.id.as_str())
                .cell(Cell::link(&paths::revocation(&run.id), run.scope.label()))
                .cell(Cell::text(&run.reason))
                .cell(Cell::text(&run.requester_name))
                .cell(Cell::text(&count(ended.unsigned_abs())))
                .cell(Cell::of(time(run.created_at, self.now)))
        });
        section(
            "revocations",
            "Revocations",
            self.dossier.revocations.len(),
            "No session was ended by staff.",
            html! {
                (Table::new("Revocations")
                    .column(Column::text("What"))
                    .column(Column::text("Reason").not_on_phone())
                    .column(Column::text("By"))
                    .column(Column::number("Sessions").fits())
                    .column(Column::text("When").fits())
                    .rows(rows))
            },
        )
    }
}

fn end_link(what: &str, id: &str, device: &str) -> Cell {
    Cell::of(html! {
        a href=(paths::end_one(what, id)) id={ "end-" (what) "-" (id) } {
            "End" span .visually-hidden { " " (device) }
        }
    })
}

/// A heading with its table, or with why there is none.
#[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
fn section(id: &str, heading: &str, rows: usize, nothing: &str, table: Markup) -> Markup {
    html! {
        section id=(id) {
            h2 { (heading) }
            @if rows == 0 { p .muted { (nothing) } } @else { (table) }
        }
    }
}
