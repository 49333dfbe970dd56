//! `/users/{id}/mfa`: what a user can show, for who manages users, and taking it away.

use maud::{Markup, html};

use crate::accounts::User;
use crate::accounts::mfa::model::{CODES, Factors};
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{self, Button, Facts, Field, Meaning, badge, time};
use crate::web::Context;
use crate::web::problems::Problems;

#[must_use]
pub fn user(
    context: &Context,
    user: &User,
    factors: &Factors,
    problems: Problems<'_>,
    reason: &str,
) -> Markup {
    let now = context.now;
    let state = match user.mfa_since {
        Some(since) => html! { (badge(Meaning::Ok, "On")) " since " (time(since, now)) },
        None => badge(Meaning::Neutral, "None"),
    };
    let app = match factors.app_since {
        Some(since) => html! { "Since " (time(since, now)) },
        None => html! { "None" },
    };
    let facts = Facts::new()
        .text("User", user.name.as_str())
        .text("Email address", user.email.as_str())
        .fact("Second factor", state)
        .fact("Authenticator app", app)
        .fact("Passkeys", html! { (factors.passkeys.len()) })
        .fact("Recovery codes", html! { (factors.codes_left) " of " (CODES) " left" });
    html! {
        (problems.summary())
        (facts)
        @if user.mfa_since.is_some() { (reset_form(context, user, problems, reason)) }
    }
}

/// The form that takes everything away.
#[must_use]
pub fn reset_form(context: &Context, user: &User, problems: Problems<'_>, reason: &str) -> Markup {
    let action = paths::user_mfa_reset(&user.id);
    let label = format!("Reset the second factor of {}", user.name);
    let fields = html! {
        p {
            "Removes the app, every passkey and the recovery codes, and signs the user out everywhere. They "
            "are told by mail. Make sure that it is really they who ask."
        }
        (Field::textarea("reason", "Reason", 2).value(reason).maxlength(500).error(problems.of("reason"))
            .hint("Stays in the audit log."))
        (actions(html! { (Button::danger(&label)) }))
    };
    ui::Form::post(&action, context.csrf()).id("reset-mfa").body(fields)
}
