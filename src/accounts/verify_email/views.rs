//! What a person sees behind the link.

use maud::{Markup, html};

use crate::accounts::{Status, User};
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Field, Form};
use crate::web::Context;
use crate::web::problems::Problems;

/// The button that uses the link up: mail scanners open links, but press no buttons.
pub(super) fn ready(context: &Context, user: &User) -> Markup {
    let confirm = Button::primary("Confirm my email address");
    html! {
        p { "Is " strong { bdi { (user.email) } } " your email address? Press the button to confirm it." }
        (Form::post(paths::VERIFY_EMAIL, context.csrf()).id("verify-form").body(actions(html! { (confirm) })))
        p .muted { "If you did not register here, close this page: nothing happens then." }
    }
}

pub(super) fn verified(user: &User, case: bool) -> Markup {
    html! {
        @if user.status == Status::Active {
            p { "Your account is open." }
            (actions(html! { (Button::primary("Sign in").href(paths::LOGIN)) }))
        } @else {
            p { "There is nothing else to do now. We check your documents and write to you." }
            @if case {
                (actions(html! { (Button::secondary("See your registration").href(paths::CASE)) }))
            }
        }
    }
}

pub(super) fn expired(context: &Context) -> Markup {
    let send = Button::primary("Send a new link");
    html! {
        p { "It was open for more than a day, or a newer one was sent: then use the one in the newest email." }
        (Form::post(paths::VERIFY_EMAIL_NEW_LINK, context.csrf()).id("new-link-form")
            .body(actions(html! { (send) })))
    }
}

pub(super) fn unknown() -> Markup {
    html! {
        p { "Open the link in our email again, or copy all of it into the address bar." }
        p { "There is a code in the email too: " a href=(paths::VERIFY_EMAIL_CODE) { "enter the code" } "." }
        p { "You have no email from us? " a href=(paths::REGISTER) { "Register" } " to get one." }
    }
}

pub(super) fn sent() -> Markup {
    html! {
        p { "We sent you a new link. It is good for 24 hours; older links no longer work." }
        p { "The email also has a code that you can " a href=(paths::VERIFY_EMAIL_CODE) { "enter here" } "." }
        p .muted { "Nothing arrived after a few minutes? Look among unwanted mail." }
    }
}

/// The same for a code that is wrong, too old or tried too often, and for an address that nobody has.
pub(super) const WRONG_CODE: &str =
    "The address and the code do not fit, or the code is older than 10 minutes. Check both, or use the link.";

pub(super) fn code(context: &Context, email: &str, problems: Problems<'_>) -> Markup {
    let fields = html! {
        (Field::email("email", "Email address").value(email).autocomplete("username"))
        (Field::text("code", "Code").hint("Six digits. It works for 10 minutes, and for five tries.")
            .error(problems.of("code")).autocomplete("one-time-code").maxlength(12).short())
        (actions(html! { (Button::primary("Confirm my email address")) }))
    };
    html! {
        (problems.summary())
        (Form::post(paths::VERIFY_EMAIL_CODE, context.csrf()).id("code-form").body(fields))
    }
}

pub(super) fn done() -> Markup {
    html! {
        p { "There is nothing else to do now." }
        p { "Have you registered just now? We check your documents and write to you." }
        (actions(html! { (Button::secondary("Sign in").href(paths::LOGIN)) }))
    }
}
