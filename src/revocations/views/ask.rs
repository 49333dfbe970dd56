//! The pages that ask before sessions are ended.

use diesel::QueryResult;
use maud::{Markup, Render, html};

use super::{number, sessions};
use crate::access::{OrganizationId, UserId};
use crate::accounts;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::FieldError;
use crate::paths;
use crate::revocations::model::{Reason, Scope, Selection};
use crate::sessions::console::kind_and_device;
use crate::sessions::listing;
use crate::ui::form::actions;
use crate::ui::{Button, Choice, Choices, Empty, Facts, Field, Form, Meaning, callout};
use crate::web::problems::Problems;

/// What was typed, after a refusal.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub reason: String,
    pub count: String,
    /// Whoever asks wants to be signed out too.
    pub own: bool,
    pub errors: Vec<FieldError>,
}

impl Typed {
    fn problems(&self) -> Problems<'_> {
        Problems(&self.errors)
    }
}

/// How many sessions are meant.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Without the session of whoever asks.
    pub others: i64,
    /// Is that one meant too?
    pub own: bool,
    /// When they were counted.
    pub at: Timestamp,
}

/// What a page that asks about many is about.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub action: &'a str,
    /// Which sessions, in words.
    pub words: &'a str,
    /// The selection as the form carries it; empty when it is kept elsewhere.
    pub selected: &'a str,
    pub counted: Counted,
    pub typed: &'a Typed,
    pub csrf: &'a str,
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
        format!("End {}", sessions(self.counted.others))
    }

    /// Why there is nothing to confirm.
    pub(super) fn nothing(&self) -> Option<Markup> {
        if self.counted.others > 0 {
            return None;
        }
        let why = if self.counted.own {
            "Only your own session matches: sign out to end it."
        } else {
            "No open session matches any more."
        };
        Some(
            Empty::nothing_yet("Nothing to end", why)
                .action("Back to the sessions", paths::SESSIONS)
                .render(),
        )
    }

    /// One’s own session stays, unless it is to end as well.
    fn own(&self) -> Markup {
        let options = [Choice::new("on", "End my own session too").hint("You will be signed out too.")];
        let chosen: &[&str] = if self.typed.own { &["on"] } else { &[] };
        Choices::checkboxes("own", "Your own session matches as well", &options)
            .chosen(chosen)
            .hint("It is not counted above, and stays open so that you see how it goes on.")
            .render()
    }

    pub(super) fn summary(&self) -> Markup {
        self.typed.problems().summary()
    }

    /// The form that confirms.
    pub(super) fn form(&self) -> Markup {
        let count = self.counted.others.to_string();
        let hint = format!("Type {count} to confirm.");
        let confirm = Field::text("count", "Number of sessions")
            .value(&self.typed.count)
            .hint(&hint)
            .error(self.typed.problems().of("count"))
            .autocomplete("off")
            .short();
        html! {
            p { "Sessions that were opened since they were counted are not ended. Nobody’s account is changed: everybody can sign in again." }
            (Form::post(self.action, self.csrf).id("revoke-form").body(html! {
                @if !self.selected.is_empty() { input type="hidden" name="selection" value=(self.selected); }
                input type="hidden" name="shown" value=(count);
                input type="hidden" name="shown_at" value=(self.counted.at);
                (reason(self.typed))
                @if self.counted.own { (self.own()) }
                (confirm)
                (actions(html! {
                    (Button::danger(&self.title()).id("revoke"))
                    (Button::secondary("Cancel").href(paths::SESSIONS))
                }))
            }))
        }
    }
}

/// Asks before many sessions are ended.
#[must_use]
pub fn ask_many(ask: &Ask<'_>) -> Markup {
    if let Some(nothing) = ask.nothing() {
        return nothing;
    }
    html! {
        (ask.summary())
        (Facts::new()
            .fact("Open sessions", html! { strong #matched { (number(ask.counted.others)) } })
            .text("Which", ask.words))
        (ask.form())
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

/// What a page that asks about one thing is about.
#[derive(Clone, Copy, Debug)]
pub struct AskOne<'a> {
    pub matched: i64,
    /// The session of whoever asks is meant.
    pub own: bool,
    pub typed: &'a Typed,
    pub csrf: &'a str,
}

/// Asks for the reason before one thing is ended.
#[must_use]
pub fn ask_one(ask: &AskOne<'_>, subject: &Subject) -> Markup {
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
        @if ask.own {
            (callout(Meaning::Warn, "You will be signed out too", html! {
                p { "Your own session is among them." }
            }))
        }
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
