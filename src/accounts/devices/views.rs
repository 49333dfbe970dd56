//! What whoever got the mail about a new device sees.

use maud::{Markup, html};

use crate::accounts::pages::dead_link;
use crate::accounts::tokens::Verdict;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Form};
use crate::web::Context;

/// The button that uses the link up: mail scanners open links, but press no buttons.
pub(super) fn ready(context: &Context) -> Markup {
    let end = Button::danger("End all my sessions");
    html! {
        p { "Was it somebody else who signed in to your account? Then end every session of it, on every device." }
        p { "After that you choose a new password, so that nobody comes back with the old one." }
        (Form::post(paths::END_SESSIONS, context.csrf()).id("end-sessions-form")
            .body(actions(html! { (end) })))
        p .muted { "It was you? Then close this page: nothing happens." }
    }
}

pub(super) fn dead(verdict: &Verdict) -> Markup {
    html! {
        (dead_link(verdict, "Choose a new password to end all sessions."))
        (actions(html! { (Button::primary("Choose a new password").href(paths::FORGOT_PASSWORD)) }))
    }
}
