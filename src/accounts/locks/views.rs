//! What the owner of a locked account sees.

use maud::{Markup, html};

use crate::accounts::pages::dead_link;
use crate::accounts::tokens::Verdict;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Form};
use crate::web::Context;

/// The button that uses the link up: mail scanners open links, but press no buttons.
pub(super) fn ready(context: &Context) -> Markup {
    let unlock = Button::primary("Unlock my account");
    html! {
        p { "Your account was locked because wrong passwords were entered for it several times." }
        (Form::post(paths::UNLOCK, context.csrf()).id("unlock-form").body(actions(html! { (unlock) })))
        p .muted { "It was not you? Then leave it locked: it unlocks by itself, and nobody got in." }
    }
}

pub(super) fn dead(verdict: &Verdict) -> Markup {
    html! {
        (dead_link(verdict, "A lock ends by itself after 15 minutes."))
        (actions(html! { (Button::primary("Sign in").href(paths::LOGIN)) }))
    }
}
