//! How one's own account looks.

use maud::{Markup, html};

use super::pages::ProfileFields;
use crate::access::{Actor, Role};
use crate::accounts::{Status, User};
use crate::clock::Timestamp;
use crate::mail::TemplateKind;
use crate::notifications::{Notification, Severity};
use crate::paths;
use crate::sessions::store::{Kind, Seen};
use crate::ui::form::actions;
use crate::ui::{
    Button, Choice, Choices, Empty, Facts, Field, Form, Meaning, Pager, Tab, badge, callout, tabs, time,
};
use crate::web::Context;
use crate::web::pager::Slice;
use crate::web::problems::Problems;

/// The parts of the account, as tabs over each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Profile,
    Sessions,
    Notifications,
    Emails,
    Data,
}

/// The tabs, with `unread` notifications counted.
pub(super) fn parts(current: Part, unread: u64) -> Markup {
    let tab = |part, label, url: &str| Tab {
        label,
        url: url.to_owned(),
        count: (part == Part::Notifications && unread > 0).then_some(unread),
        current: part == current,
    };
    tabs(
        "Your account",
        &[
            tab(Part::Profile, "Account", paths::ACCOUNT),
            tab(Part::Sessions, "Devices", paths::OWN_SESSIONS),
            tab(Part::Notifications, "Notifications", paths::OWN_NOTIFICATIONS),
            tab(Part::Emails, "Emails", paths::OWN_PREFERENCES),
            tab(Part::Data, "Your data", paths::OWN_DATA),
        ],
    )
}

/// The account itself and the form of what may be changed at once.
pub(super) fn profile(
    context: &Context,
    actor: &Actor,
    user: &User,
    typed: &ProfileFields,
    problems: Problems<'_>,
) -> Markup {
    let fields = html! {
        (Field::text("name", "Name").value(&typed.name).error(problems.of("name")).autocomplete("name"))
        (Field::text("phone", "Phone").value(&typed.phone).error(problems.of("phone")).autocomplete("tel").optional())
        (actions(html! { (Button::primary("Save")) }))
    };
    html! {
        (problems.summary())
        (facts(actor, user, context.now))
        section {
            h2 { "Your details" }
            (Form::post(paths::OWN_PROFILE, context.csrf()).id("profile-form").guarded().body(fields))
        }
        section {
            h2 { "Signing in" }
            p .form-actions {
                (Button::secondary("Change password").href(paths::PASSWORD))
                (Button::secondary("Change email address").href(paths::ACCOUNT_EMAIL))
                (Button::secondary("Second factor").href(paths::MFA))
                @if !actor.role.is_staff() { (Button::secondary("Your documents").href(paths::CASE)) }
            }
        }
    }
}

fn facts(actor: &Actor, user: &User, now: Timestamp) -> Facts {
    let state = match user.status {
        Status::Active => badge(Meaning::Ok, "Active"),
        Status::Pending => badge(Meaning::Info, "Being checked"),
        other => badge(Meaning::Bad, other.label()),
    };
    let mut facts = Facts::new().text("Email address", user.email.as_str()).fact("Account", state);
    if actor.role.is_staff() {
        facts = facts.text("Role", actor.role.label());
    }
    if let Some(at) = user.document_verified_at {
        facts = facts.fact("Documents", html! { (badge(Meaning::Ok, "Approved")) " " (time(at, now)) });
    }
    if let Some(at) = user.last_login_at {
        facts = facts.fact("Last sign-in", time(at, now));
    }
    facts
}

/// Where the person is signed in.
pub(super) fn sessions(context: &Context, actor: &Actor, open: &[Seen]) -> Markup {
    html! {
        p { "These browsers and programs are signed in to your account. End what you do not know, and change your password then." }
        ul .own-documents #sessions { @for session in open { (session_row(context, actor, session)) } }
        @if open.len() > 1 {
            (Form::post(paths::OWN_SESSIONS_END_OTHERS, context.csrf()).id("end-others-form").body(actions(html! {
                (Button::danger("Sign out everywhere else"))
            })))
        }
    }
}

fn session_row(context: &Context, actor: &Actor, session: &Seen) -> Markup {
    let here = session.id == actor.session;
    let action = paths::own_session_end(&session.id);
    let label = format!("End {}", session.device);
    html! {
        li {
            @if here { (badge(Meaning::Ok, "This device")) }
            @else if session.kind == Kind::Api { (badge(Meaning::Neutral, "Program")) }
            p { strong { (session.device) } }
            p .meta {
                "From " (session.ip)
                @if let Some(country) = &session.country { " (" (country) ")" }
                " · signed in " (time(session.created_at, context.now))
                " · last used " (time(session.seen_at, context.now))
            }
            @if !here {
                (Form::post(&action, context.csrf()).id(&format!("end-{}", session.id)).inline()
                    .body(html! { (Button::secondary(&label).small()) }))
            }
        }
    }
}

/// What the person was told.
pub(super) fn notifications(context: &Context, slice: &Slice<Notification>, unread: u64) -> Markup {
    if slice.items.is_empty() {
        return html! {
            (Empty::nothing_yet("No notifications", "What happens to your account will stand here."))
        };
    }
    let url = |name: &str, cursor: &crate::web::pager::Cursor| {
        format!("{}?{name}={}", paths::OWN_NOTIFICATIONS, cursor.encode())
    };
    let pager = Pager {
        newer: slice.previous.as_ref().map(|at| url("before", at)),
        older: slice.next.as_ref().map(|at| url("after", at)),
    };
    html! {
        @if unread > 0 {
            (Form::post(paths::OWN_NOTIFICATIONS_READ_ALL, context.csrf()).id("read-all-form").inline()
                .body(html! { (Button::secondary("Mark all as read").small()) }))
        }
        ul .own-documents #notifications {
            @for one in &slice.items { (notification(context, one)) }
        }
        (pager)
    }
}

fn notification(context: &Context, one: &Notification) -> Markup {
    let action = paths::own_notification(&one.id);
    let label = if one.link.is_some() { "Open" } else { "Mark as read" };
    html! {
        li {
            @if one.read_at.is_none() { (badge(meaning(one.severity), "New")) }
            p { strong { (one.title) } }
            p { (one.message) }
            p .meta { (time(one.created_at, context.now)) }
            @if one.link.is_some() || one.read_at.is_none() {
                (Form::post(&action, context.csrf()).id(&format!("notification-{}", one.id)).inline()
                    .body(html! { (Button::secondary(label).small()) }))
            }
        }
    }
}

fn meaning(severity: Severity) -> Meaning {
    match severity {
        Severity::Low => Meaning::Neutral,
        Severity::Medium => Meaning::Info,
        Severity::High => Meaning::Warn,
        Severity::Critical => Meaning::Bad,
    }
}

/// Which mails are wanted.
pub(super) fn preferences(context: &Context, role: Role, muted: &[TemplateKind]) -> Markup {
    let kinds = || TemplateKind::ALL.iter().filter(|kind| kind.may_be_muted() && kind.concerns(role));
    let choices: Vec<Choice<'_>> = kinds().map(|kind| Choice::new(kind.as_str(), kind.title())).collect();
    let wanted: Vec<&str> = kinds().filter(|kind| !muted.contains(kind)).map(TemplateKind::as_str).collect();
    let fields = html! {
        (Choices::checkboxes("wanted", "Write to me about", &choices).chosen(&wanted).optional())
        (actions(html! { (Button::primary("Save")) }))
    };
    html! {
        p { "What you need to get in, decisions about your registration, and warnings about your account, we always send." }
        @if choices.is_empty() {
            p { "We send you nothing else, so there is nothing to switch off." }
        } @else {
            (Form::post(paths::OWN_PREFERENCES, context.csrf()).id("preferences-form").guarded().body(fields))
        }
    }
}

/// What is kept, how to get it, and how to have it erased.
pub(super) fn data(context: &Context, user: &User, problems: Problems<'_>) -> Markup {
    html! {
        (problems.summary())
        p { "The file holds all that we keep about you: your details, documents you sent (their names and what became of them), devices, notifications, mails and what was done to your account. Programs can read it (JSON)." }
        (actions(html! { (Button::secondary("Download your data").href(paths::OWN_DATA_FILE)) }))
        section {
            h2 { "Erase your account" }
            @match user.erase_at {
                Some(at) => (leaving(context, at)),
                None => (erasure(context, user, problems)),
            }
        }
    }
}

fn erasure(context: &Context, user: &User, problems: Problems<'_>) -> Markup {
    let hint = format!("Type {} to confirm.", user.email);
    let fields = html! {
        (Field::email("confirm", "Your email address").hint(&hint).error(problems.of("confirm")))
        (actions(html! { (Button::danger("Erase my account")) }))
    };
    html! {
        p { "Your details and documents are removed after 14 days; until then you can change your mind. What was decided and done stays on record, without your details." }
        (Form::post(paths::OWN_ERASURE, context.csrf()).id("erase-form").body(fields))
    }
}

fn leaving(context: &Context, at: Timestamp) -> Markup {
    let keep = html! { (Button::primary("Keep my account")) };
    html! {
        (callout(Meaning::Warn, "Your account will be erased", html! {
            p { "It happens " (time(at, context.now)) "." }
        }))
        (Form::post(paths::OWN_ERASURE_CANCEL, context.csrf()).id("keep-form").body(actions(keep)))
    }
}
