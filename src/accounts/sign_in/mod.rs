//! Signing in: one answer for an unknown address, a wrong password and a lock, and the same work for all.
//!
//! Two steps. [`authenticate()`] finds out who has the address and the password; [`open_browser`] and [`open_api`]
//! open the session. What else is asked of a person stands between them.

mod admit;
mod authenticate;

pub use admit::{Admitted, by_api, by_browser, open_api, open_browser};
pub use authenticate::authenticate;

use secrecy::SecretString;

use super::User;
use super::devices::Presented;
use super::model::Refusal;
use crate::error::AppError;

/// What somebody tries to sign in with.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub email: String,
    pub password: SecretString,
    pub device: Presented,
}

/// Somebody who has shown the password of an account that is open.
#[derive(Clone, Debug)]
pub struct Checked {
    pub user: User,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Address or password is wrong, or the account is locked; which one is not told.
    Credentials,
    /// The password was right; the account is not open.
    Account(Refusal),
    /// A program signed in with a temporary password, which only a person can change.
    PasswordChange,
}

impl Refused {
    /// What the person is told.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Credentials => "The email address or the password is not right. Check both and try again.",
            Self::Account(refusal) => refusal.sentence(),
            Self::PasswordChange => "Sign in on the website and choose a password of your own first.",
        }
    }

    /// The stable word of the API, which the metric has as well.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Credentials => "invalid_credentials",
            Self::Account(refusal) => refusal.code(),
            Self::PasswordChange => "password_change_required",
        }
    }
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        let message = refused.sentence().to_owned();
        match refused {
            Refused::Credentials => Self::Unauthorized { code: refused.code(), message },
            Refused::Account(_) | Refused::PasswordChange => Self::forbidden(refused.code(), message),
        }
    }
}
