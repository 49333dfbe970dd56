//! What a person who forgot the password sees.

use maud::{Markup, html};

use super::actions::Dead;
use crate::access::Role;
use crate::accounts::password::new_password_field;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Field, Form};
use crate::web::Context;
use crate::web::problems::Problems;

pub(super) fn forgot(context: &Context, email: &str, problems: Problems<'_>) -> Markup {
    let fields = html! {
        (Field::email("email", "Email address").value(email).error(problems.of("email")).autocomplete("username"))
        (actions(html! { (Button::primary("Send the link")) }))
    };
    html! {
        (problems.summary())
        p { "Enter the address of your account. We send a link to it with which you choose a new password." }
        (Form::post(paths::FORGOT_PASSWORD, context.csrf()).id("forgot-form").body(fields))
        p .meta { a href=(paths::LOGIN) { "Back to signing in" } }
    }
}

/// Says nothing of the address: whoever asked sees the same.
pub(super) fn sent() -> Markup {
    html! {
        p { "If there is an account with this address, we have sent it a link. The link is good for one hour." }
        p .muted {
            "Nothing arrived after a few minutes? Look among unwanted mail, and check that it is the address "
            "of your account."
        }
        p .meta { a href=(paths::FORGOT_PASSWORD) { "Enter the address again" } }
    }
}

pub(super) fn choose(context: &Context, role: Role, problems: Problems<'_>) -> Markup {
    let fields = html! {
        (new_password_field(role, "new", "New password", problems.of("new")))
        (actions(html! { (Button::primary("Save the password")) }))
    };
    html! {
        (problems.summary())
        p { "Saving it signs you out everywhere. Then you sign in with the new password." }
        (Form::post(paths::RESET_PASSWORD, context.csrf()).id("reset-form").body(fields))
    }
}

pub(super) fn dead_title(why: Dead) -> &'static str {
    match why {
        Dead::Expired => "This link is no longer valid",
        Dead::Used => "This link was used already",
        Dead::Unknown => "This link is not complete",
    }
}

pub(super) fn dead(why: Dead) -> Markup {
    let text = match why {
        Dead::Expired => {
            "It was open for more than an hour, or a newer one was sent: then use the one in the newest email."
        }
        Dead::Used => {
            "A link works once. If you chose a password with it, sign in with that; if it was not you, get a new \
             link and choose another one."
        }
        Dead::Unknown => "Open the link in our email again, or copy all of it into the address bar.",
    };
    html! {
        p { (text) }
        (actions(html! { (Button::primary("Get a new link").href(paths::FORGOT_PASSWORD)) }))
    }
}
