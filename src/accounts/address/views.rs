//! What a person sees of a change of address.

use maud::{Markup, html};

use super::store::Change;
use crate::accounts::tokens::Verdict;
use crate::mail::EmailAddress;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Facts, Field, Form};
use crate::web::Context;
use crate::web::problems::Problems;

pub(super) fn form(context: &Context, present: &str, email: &str, problems: Problems<'_>) -> Markup {
    let fields = html! {
        (Field::email("email", "New email address").value(email).error(problems.of("email"))
            .autocomplete("email"))
        (actions(html! { (Button::primary("Send the link")) }))
    };
    html! {
        (problems.summary())
        (Facts::new().text("Present address", present))
        p {
            "We send a link to the new address. It becomes yours here when you confirm it there; until then "
            "nothing changes."
        }
        (Form::post(paths::ACCOUNT_EMAIL, context.csrf()).id("address-form").body(fields))
        p .meta { a href=(paths::ACCOUNT) { "Back to your account" } }
    }
}

pub(super) fn sent() -> Markup {
    html! {
        p { "We have sent a link to the new address. Open it within 24 hours and press the button there." }
        p .muted { "Nothing arrived after a few minutes? Look among unwanted mail, or check the spelling." }
        p .meta { a href=(paths::ACCOUNT_EMAIL) { "Enter the address again" } }
    }
}

/// The button that uses the link up: mail scanners open links, but press no buttons.
pub(super) fn confirm(context: &Context, change: &Change) -> Markup {
    let confirm = Button::primary("Use this address");
    html! {
        p { "Your account is to have the address " strong { bdi { (change.new_email) } } " from now on." }
        (Form::post(paths::CONFIRM_ADDRESS, context.csrf()).id("confirm-form")
            .body(actions(html! { (confirm) })))
        p .muted { "If you did not ask for this, close this page: nothing happens then." }
    }
}

pub(super) fn confirmed(new: &EmailAddress) -> Markup {
    html! {
        p { "You sign in with " strong { bdi { (new) } } " from now on. We have told your old address." }
        (actions(html! { (Button::primary("Go to your account").href(paths::ACCOUNT)) }))
    }
}

pub(super) fn undo(context: &Context, change: &Change) -> Markup {
    let undo = Button::primary("Put my old address back");
    html! {
        p {
            "The account was changed to " strong { bdi { (change.new_email) } } ". Was that not you? Then put "
            strong { bdi { (change.old_email) } } " back."
        }
        p { "Everybody is signed out then, and we send you a link with which you choose a new password." }
        (Form::post(paths::UNDO_ADDRESS, context.csrf()).id("undo-form").body(actions(html! { (undo) })))
        p .muted { "If you changed it yourself, close this page: nothing happens then." }
    }
}

pub(super) fn undone() -> Markup {
    html! {
        p { "Your account has its old address again, and everybody is signed out." }
        p { "The password no longer works. We have sent you a link: choose a new one with it now." }
    }
}

pub(super) fn ask_again() -> Markup {
    html! { (Button::primary("Ask for a new link").href(paths::ACCOUNT_EMAIL)) }
}

pub(super) fn write_to_us() -> Markup {
    html! { (Button::primary("Sign in").href(paths::LOGIN)) }
}

pub(super) fn dead(verdict: &Verdict, next: Markup) -> Markup {
    let text = match verdict {
        Verdict::Used => "A link works once, and this one did.",
        Verdict::Expired | Verdict::Valid(_) => {
            "It was open for too long, or something newer took its place."
        }
        Verdict::Unknown => "Open the link in our email again, or copy all of it into the address bar.",
    };
    html! {
        p { (text) }
        (actions(next))
    }
}
