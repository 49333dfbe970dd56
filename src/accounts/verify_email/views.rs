//! What a person sees behind the link.

use maud::{Markup, html};

use crate::accounts::{Status, User};
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Form};
use crate::web::Context;

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
        p { "You have no email from us? " a href=(paths::REGISTER) { "Register" } " to get one." }
    }
}

pub(super) fn sent() -> Markup {
    html! {
        p { "We sent you a new link. It is good for 24 hours; older links no longer work." }
        p .muted { "Nothing arrived after a few minutes? Look among unwanted mail." }
    }
}
