//! One invite: the form that makes it, and its page.

use maud::{Markup, Render, html};

use super::state;
use crate::access::{Actor, Role};
use crate::accounts::invites::actions::life;
use crate::accounts::invites::model::{Invite, State, givable, may_give};
use crate::accounts::invites::pages::Fields;
use crate::audit::Entry;
use crate::error::FieldError;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{
    Button, Choice, Choices, Event, Facts, Field, Form, Icon, Meaning, callout, copyable, time, timeline,
};
use crate::web::Context;
use crate::web::problems::Problems;

/// What the role opens, in a line.
fn hint(role: Role) -> &'static str {
    match role {
        Role::Member => "Uses the application; sees nothing of the console.",
        Role::Reviewer => "Decides verification cases.",
        Role::Analyst => "Sees the audit log, health and users; ends sessions.",
        Role::Support => "Searches the email log; sees users and health.",
        Role::Admin => "Everything in this organization.",
        Role::Operator => "Everything in every organization.",
    }
}

/// The form for one invite.
pub fn form(context: &Context, inviter: &Actor, typed: &Fields, errors: &[FieldError]) -> Markup {
    let problems = Problems(errors);
    let roles: Vec<Choice<'_>> = givable(inviter.role)
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.label()).hint(hint(role)))
        .collect();
    let chosen = [typed.role.as_str()];
    let end = context.now.plus(life(&context.app));
    let fields = html! {
        (Field::email("email", "Email address").value(&typed.email).error(problems.of("email")).autocomplete("off"))
        (Choices::radios("role", "Role", &roles).chosen(&chosen).error(problems.of("role")))
        (Field::text("name", "Name").optional().value(&typed.name).error(problems.of("name"))
            .hint("They can change it when they accept.").autocomplete("off"))
        (actions(html! {
            (Button::primary("Send the invitation"))
            (Button::secondary("Cancel").href(paths::INVITES))
        }))
    };
    html! {
        (problems.summary())
        @if !inviter.is_fresh(context.now) { (confirm_first(paths::INVITE_NEW)) }
        p .prose { "They get an email with a link that works once and ends " (time(end, context.now)) ". "
            "An older invite for the same address ends at once." }
        (Form::post(paths::INVITES, context.csrf()).id("invite-form").guarded().body(fields))
        p .muted { "More than one? " a href=(paths::INVITE_FILE) id="invite-many" { "Invite many from a file" } "." }
    }
}

/// Before something is typed that a late confirmation would lose.
pub(super) fn confirm_first(back: &str) -> Markup {
    let url = paths::confirm_then(back);
    callout(
        Meaning::Info,
        "Confirm that it is you before you invite staff",
        html! {
            p { "Inviting staff asks for your second factor or password every 10 minutes. " a href=(url) { "Confirm now" } }
        },
    )
}

/// All that is known of an invite.
pub struct Details {
    pub invite: Invite,
    pub inviter: String,
    /// May the inviter still invite?
    pub in_office: bool,
    pub entries: Vec<Entry>,
}

/// The page of an invite.
pub fn details(context: &Context, who: &Actor, details: &Details) -> Markup {
    let Details { invite, entries, .. } = details;
    let now = context.now;
    let events: Vec<Event<'_>> = entries.iter().rev().map(event).collect();
    html! {
        @if invite.state(now) == State::Open && !details.in_office {
            (callout(Meaning::Warn, "This invite opens nothing at the moment", html! {
                p { "Its inviter may not invite any more. Send it again in your own name, or revoke it." }
            }))
        }
        div .columns {
            div .column-main {
                section .panel { h2 { "What happened" } (timeline(&events, now)) }
            }
            div .column-side {
                section .panel {
                    h2 { "Invite" }
                    (facts(details, context))
                }
                (acts(context, who, invite))
            }
        }
    }
}

fn facts(details: &Details, context: &Context) -> Markup {
    let (invite, now) = (&details.invite, context.now);
    let mut facts = Facts::new()
        .fact("State", state(invite.state(now)))
        .fact("Address", copyable("address", invite.email.as_str()))
        .text("Role", invite.role.label())
        .text("Name", invite.name.as_ref().map_or("", |name| name.as_str()))
        .text("Invited by", &details.inviter)
        .fact(
            "Sent",
            html! { (time(invite.sent_at, now)) @if invite.sends > 1 { ", " (invite.sends) " times" } },
        );
    facts = match (invite.accepted_at, invite.revoked_at) {
        (Some(at), _) => facts.fact("Accepted", time(at, now)),
        (None, Some(at)) => facts.fact("Revoked", time(at, now)),
        (None, None) if invite.expires_at <= now => facts.fact("Expired", time(invite.expires_at, now)),
        (None, None) => facts.fact("Expires", time(invite.expires_at, now)),
    };
    facts.render()
}

fn acts(context: &Context, who: &Actor, invite: &Invite) -> Markup {
    let csrf = context.csrf();
    let (again, revoke) = (paths::invite_send_again(&invite.id), paths::invite_revoke(&invite.id));
    html! {
        @if invite.can_be_sent() {
            div .form-actions {
                @if may_give(who.role, invite.role) {
                    (Form::post(&again, csrf).id("send-again-form").inline()
                        .body(html! { (Button::secondary("Send again").icon(Icon::Send)) }))
                }
                @if invite.state(context.now) == State::Open {
                    (Form::post(&revoke, csrf).id("revoke-form").inline()
                        .body(html! { (Button::danger("Revoke")) }))
                }
            }
        }
    }
}

fn event(entry: &Entry) -> Event<'_> {
    let (icon, meaning, sentence) = match entry.action.as_str() {
        "invite.created" => (Icon::Mail, Meaning::Info, "Sent the invitation."),
        "invite.sent_again" => (Icon::Send, Meaning::Info, "Sent it again with a new link."),
        "invite.accepted" => (Icon::UserCheck, Meaning::Ok, "Accepted and opened an account."),
        "invite.revoked" => (Icon::Ban, Meaning::Neutral, "Revoked it."),
        "invite.replaced" => (Icon::RefreshCw, Meaning::Neutral, "Replaced it by a newer invite."),
        other => {
            let words = html! { (crate::audit::sentence(other)) "." };
            return Event::new(Icon::Circle, Meaning::Neutral, words, entry.at).by(&entry.actor_name);
        }
    };
    Event::new(icon, meaning, html! { (sentence) }, entry.at).by(&entry.actor_name)
}
