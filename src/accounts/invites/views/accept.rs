//! What the invited person sees.

use maud::{Markup, html};

use crate::access::Actor;
use crate::accounts::invites::accept::{Offer, Standing};
use crate::accounts::password::new_password_field;
use crate::error::FieldError;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Facts, Field, Form, time};
use crate::web::Context;
use crate::web::problems::Problems;

pub fn title(offer: &Offer) -> String {
    format!("Open your account with {}", offer.organization)
}

/// The form that opens the account: mail scanners open links, but send no forms.
pub fn form(context: &Context, offer: &Offer, name: &str, errors: &[FieldError]) -> Markup {
    let (problems, invite) = (Problems(errors), &offer.invite);
    let facts = Facts::new()
        .text("Email address", invite.email.as_str())
        .text("Role", invite.role.label())
        .fact("Invite ends", time(invite.expires_at, context.now));
    let fields = html! {
        // Password managers keep the password under this address, and the rules compare it.
        input type="hidden" name="email" value=(invite.email) autocomplete="username";
        (Field::text("name", "Full name").value(name).error(problems.of("name")).autocomplete("name"))
        (new_password_field(invite.role, "password", "Password", problems.of("password")))
        (actions(html! { (Button::primary("Open my account")) }))
    };
    html! {
        (problems.summary())
        p { bdi { (offer.inviter) } " invites you to " strong { bdi { (offer.organization) } } "." }
        (facts)
        (Form::post(paths::INVITE, context.csrf()).id("accept-form").body(fields))
        p .muted { "You did not expect this? Close this page: nothing happens then." }
    }
}

/// Somebody is signed in in this browser.
pub fn signed_in(context: &Context, actor: &Actor, invited: &str) -> Markup {
    let own = actor.email.eq_ignore_ascii_case(invited);
    html! {
        @if own {
            p { "You have an account with this address, and an invite opens a new one. There is nothing to do." }
            (actions(html! { (Button::primary("Go on").href(paths::HOME)) }))
        } @else {
            p { "You are signed in as " strong { bdi { (actor.email) } } ". The invite is for "
                strong { bdi { (invited) } } " and opens an account of its own." }
            p { "Sign out, then open the link in the email again." }
            (Form::post(paths::LOGOUT, context.csrf()).id("sign-out-form")
                .body(actions(html! { (Button::primary("Sign out")) (Button::secondary("Stay signed in").href(paths::HOME)) })))
        }
    }
}

/// The title and text for a link that is worth nothing.
pub fn gone(standing: &Standing) -> (&'static str, Markup) {
    let (title, text) = match standing {
        Standing::Expired => (
            "This invite has expired",
            "It was open for too long, or a newer link was sent: then use the one in the newest email. \
             Otherwise ask who invited you to send it again.",
        ),
        Standing::Used => (
            "This invite was used already",
            "An invite opens one account. Sign in with the password you chose.",
        ),
        Standing::Revoked => (
            "This invite is no longer valid",
            "It was taken back, or replaced by a newer one: then use the link in the newest email. \
             Otherwise ask who invited you.",
        ),
        Standing::Unknown | Standing::Open(_) => (
            "This link is not complete",
            "Open it again from the email, or copy all of it into the address bar.",
        ),
    };
    let main = html! {
        p { (text) }
        @if matches!(standing, Standing::Used) {
            (actions(html! { (Button::primary("Sign in").href(paths::LOGIN)) }))
        }
    };
    (title, main)
}

/// Only who reads the mailbox of the address gets here, so it may be told that it has an account.
pub fn taken() -> Markup {
    html! {
        p { "This address has an account here already, so the invite cannot open another one. "
            "Sign in with it, or ask who invited you to use another address." }
        (actions(html! { (Button::primary("Sign in").href(paths::LOGIN)) }))
    }
}
