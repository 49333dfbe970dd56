//! `/login/code`: the second step of a sign-in.

use maud::{Markup, html};

use super::PasskeyForm;
use crate::accounts::mfa::model::Factors;
use crate::accounts::mfa::passkeys;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, Icon};
use crate::web::Context;
use crate::web::problems::Problems;

/// The page while the challenge is open.
#[must_use]
pub fn code(context: &Context, factors: &Factors, next: Option<&str>, problems: Problems<'_>) -> Markup {
    let with_passkey = !factors.passkeys.is_empty() && passkeys::usable(&context.app).is_ok();
    html! {
        (problems.summary())
        @if with_passkey { (passkey(context, factors, next)) }
        (code_form(context, factors, next, problems))
        p .meta { "Lost everything? An administrator can reset your second factor." }
        p .meta { a href=(paths::LOGIN) { "Sign in as somebody else" } }
    }
}

fn next_field(next: Option<&str>) -> Markup {
    html! { @if let Some(next) = next { input type="hidden" name="next" value=(next); } }
}

fn passkey(context: &Context, factors: &Factors, next: Option<&str>) -> Markup {
    let form = PasskeyForm {
        id: "passkey-form",
        act: "get",
        action: paths::LOGIN_CODE_PASSKEY,
        asks: paths::LOGIN_CODE_PASSKEY_OPTIONS,
        prefix: "",
    };
    let label = "Use a passkey";
    let button = if factors.app_since.is_some() { Button::secondary(label) } else { Button::primary(label) };
    form.body(context, &html! { (next_field(next)) (button.icon(Icon::KeyRound)) })
}

fn code_form(context: &Context, factors: &Factors, next: Option<&str>, problems: Problems<'_>) -> Markup {
    let (label, hint) = wanted(factors);
    let button =
        if factors.app_since.is_some() { Button::primary("Go on") } else { Button::secondary("Go on") };
    let fields = html! {
        (next_field(next))
        (Field::text("code", label).short().hint(hint).autocomplete("one-time-code").error(problems.of("code")))
        (actions(html! { (button) }))
    };
    ui::Form::post(paths::LOGIN_CODE, context.csrf()).id("code-form").body(fields)
}

/// What the field for codes is called, and what goes into it.
pub(super) fn wanted(factors: &Factors) -> (&'static str, &'static str) {
    if factors.app_since.is_some() {
        ("Code", "Six digits from your authenticator app, or one of your recovery codes.")
    } else {
        ("Recovery code", "One of those you kept when you added the passkey.")
    }
}

/// The page once it is over.
#[must_use]
pub fn over() -> Markup {
    html! {
        p { "The sign-in took longer than 10 minutes, or a wrong code was entered too often." }
        p .form-actions { (Button::primary("Sign in again").href(paths::LOGIN)) }
    }
}
