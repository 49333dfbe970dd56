//! How second factors look.

mod code;
mod codes;
mod confirm;
mod overview;
mod set_up;
mod user;

use maud::{Markup, html};

pub use code::{code, over};
pub use codes::codes;
pub use confirm::{Held, confirm};
pub use overview::overview;
pub use set_up::set_up;
pub use user::{reset_form, user};

use super::passkeys;
use crate::paths;
use crate::ui::{self, Button};
use crate::web::Context;

/// A form that the browser's passkeys fill in; seen only where scripts run.
///
/// `asks` is where the question comes from; `fields` are the form's own, its button among them.
struct PasskeyForm<'a> {
    id: &'a str,
    /// `create` or `get`.
    act: &'static str,
    action: &'a str,
    asks: &'a str,
    /// What the hidden fields' names begin with.
    prefix: &'static str,
}

impl PasskeyForm<'_> {
    fn body(&self, context: &Context, fields: &Markup) -> Markup {
        let hidden = html! {
            input type="hidden" name={ (self.prefix) "challenge" } autocomplete="off" data-passkey-challenge="";
            input type="hidden" name={ (self.prefix) "credential" } autocomplete="off" data-passkey-credential="";
            p .error hidden role="alert" data-passkey-problem="" {}
            (fields)
        };
        html! {
            div .passkey data-script="" data-passkey=(self.act) data-asks=(self.asks) {
                (ui::Form::post(self.action, context.csrf()).id(self.id).body(hidden))
            }
        }
    }
}

/// The other way to sign in, for the sign-in page; nothing where browsers would refuse it.
#[must_use]
pub fn passkey_sign_in(context: &Context, next: Option<&str>) -> Markup {
    if passkeys::usable(&context.app).is_err() {
        return html! {};
    }
    let form = PasskeyForm {
        id: "passkey-form",
        act: "get",
        action: paths::LOGIN_PASSKEY,
        asks: paths::LOGIN_PASSKEY_OPTIONS,
        prefix: "",
    };
    form.body(
        context,
        &html! {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            (Button::secondary("Sign in with a passkey").icon(ui::Icon::KeyRound))
        },
    )
}
