//! Pages of accounts: sign in and out, the first operator, passwords.

mod home;
mod password;
mod setup;
mod sign_in;
mod theme;

pub use home::home;
pub use password::{activate, activate_form, activate_link, change, change_form};
pub use setup::{create, form as setup_form, link as setup_link};
pub use sign_in::{admit, form as login_form, login, logout, refused, refused_passkey};
pub use theme::theme;

use maud::{Markup, html};

use super::tokens::Verdict;
use crate::ui::{Meaning, callout};

/// What a link that is no good is told about; the same page whoever asks.
pub(super) fn dead_link(verdict: &Verdict, next: &str) -> Markup {
    let (title, text) = match verdict {
        Verdict::Used => ("This link was used already", "A link works once."),
        Verdict::Expired => {
            ("This link is no longer valid", "It was open for too long, or a newer one was sent.")
        }
        Verdict::Unknown | Verdict::Valid(_) => {
            ("This link is not complete", "Open it again from the email, or copy all of it.")
        }
    };
    callout(Meaning::Warn, title, html! { p { (text) " " (next) } })
}
