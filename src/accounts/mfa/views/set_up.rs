//! `/account/mfa/app`: the QR code, and the first code.

use maud::{Markup, html};
use secrecy::ExposeSecret;

use crate::accounts::mfa::qr;
use crate::accounts::mfa::totp::SetUp;
use crate::error::AppError;
use crate::paths;
use crate::ui::dialog::cancel;
use crate::ui::form::actions;
use crate::ui::{self, Button, Field, copyable};
use crate::web::Context;
use crate::web::problems::Problems;

/// # Errors
/// Only when no QR code can hold the secret's address.
pub fn set_up(context: &Context, app: &SetUp, problems: Problems<'_>) -> Result<Markup, AppError> {
    let picture = qr::draw(app.uri.expose_secret(), "QR code for your authenticator app")?;
    let secret = app.secret.expose_secret();
    let bare: String = secret.split(' ').collect();
    let fields = html! {
        (Field::text("code", "Code that the app shows").short().autocomplete("one-time-code")
            .error(problems.of("code")).hint("Six digits."))
        (actions(html! { (Button::primary("Confirm the app")) (cancel(paths::MFA)) }))
    };
    Ok(html! {
        (problems.summary())
        ol .steps {
            li {
                p { "Scan this with your authenticator app." }
                (picture)
                p .meta { "Cannot scan it? Type this key into the app instead:" }
                p { (copyable("key", &bare)) }
                p .visually-hidden { "In groups: " (secret) }
            }
            li {
                p { "Enter the code that the app shows now." }
                (ui::Form::post(paths::TOTP_CODE, context.csrf()).id("code-form").body(fields))
            }
        }
    })
}
