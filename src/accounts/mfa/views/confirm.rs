//! `/account/confirm`: showing a factor again. Its fields begin with `confirm_`, since the fields of another
//! form may travel with them.

use maud::{Markup, html};

use super::PasskeyForm;
use super::code::wanted;
use crate::accounts::mfa::model::Factors;
use crate::accounts::mfa::passkeys;
use crate::paths;
use crate::ui::dialog::cancel;
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, Icon};
use crate::web::Context;
use crate::web::problems::Problems;

/// Where it goes on, and the form that waits for the confirmation, if one does.
#[derive(Clone, Debug)]
pub struct Held {
    pub next: String,
    pub fields: Option<Vec<(String, String)>>,
}

#[must_use]
pub fn confirm(context: &Context, factors: &Factors, held: &Held, problems: Problems<'_>) -> Markup {
    let with_passkey = !factors.passkeys.is_empty() && passkeys::usable(&context.app).is_ok();
    html! {
        (problems.summary())
        p {
            "What you are about to do is hard to take back, so it asks again who you are. The next "
            "10 minutes it does not."
            @if held.fields.is_some() { " What you entered is kept, and sent right after." }
        }
        @if with_passkey { (passkey(context, factors, held)) }
        (code_form(context, factors, held, problems))
    }
}

fn hidden(held: &Held) -> Markup {
    html! {
        input type="hidden" name="confirm_next" value=(held.next);
        @if let Some(fields) = &held.fields {
            input type="hidden" name="confirm_held" value="yes";
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
        }
    }
}

fn passkey(context: &Context, factors: &Factors, held: &Held) -> Markup {
    let form = PasskeyForm {
        id: "passkey-form",
        act: "get",
        action: paths::CONFIRM,
        asks: paths::CONFIRM_PASSKEY_OPTIONS,
        prefix: "confirm_",
    };
    let label = "Use a passkey";
    let button = if factors.app_since.is_some() { Button::secondary(label) } else { Button::primary(label) };
    form.body(context, &html! { (hidden(held)) (button.icon(Icon::KeyRound)) })
}

fn code_form(context: &Context, factors: &Factors, held: &Held, problems: Problems<'_>) -> Markup {
    let (label, hint) = wanted(factors);
    let only_passkeys = factors.any() && factors.app_since.is_none();
    let button = if only_passkeys { Button::secondary("Confirm") } else { Button::primary("Confirm") };
    // A form that waits has a page of its own to go back to only in the browser's memory.
    let back = if held.fields.is_some() { paths::ACCOUNT } else { held.next.as_str() };
    let fields = html! {
        (hidden(held))
        @if factors.any() {
            (Field::text("confirm_code", label).short().hint(hint).autocomplete("one-time-code")
                .error(problems.of("confirm_code")))
        } @else {
            (Field::password("confirm_password", "Password").autocomplete("current-password")
                .error(problems.of("confirm_password")))
        }
        (actions(html! { (button) (cancel(back)) }))
    };
    ui::Form::post(paths::CONFIRM, context.csrf()).id("confirm-form").body(fields)
}
