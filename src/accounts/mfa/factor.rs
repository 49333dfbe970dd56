//! Codes that people type: read at the edge, spent in a transaction.

use secrecy::{ExposeSecret, SecretString};

use super::changes::{self, Change};
use super::{recovery, totp};
use crate::access::Act;
use crate::accounts::User;
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;

/// A code as typed.
#[derive(Clone, Debug)]
pub enum Code {
    /// Six digits of the authenticator app.
    Totp(SecretString),
    Recovery(SecretString),
}

impl Code {
    /// Tells by its look which of the two it is; people need not say.
    #[must_use]
    pub fn read(typed: &SecretString) -> Self {
        let bare: String = typed.expose_secret().chars().filter(|letter| !letter.is_whitespace()).collect();
        if !bare.is_empty() && bare.len() <= 8 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Totp(bare.into());
        }
        Self::Recovery(bare.into())
    }
}

/// Uses a code up; `false` when it is not right, or was used before. Call it in a write transaction.
pub(super) fn spend(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    code: &Code,
) -> Result<bool, AppError> {
    match code {
        Code::Totp(code) => totp::spend(c, app, &user.id, code, act.at),
        Code::Recovery(code) => {
            if !recovery::spend(c, app, &user.id, code, act.at)? {
                return Ok(false);
            }
            let left = super::store::recovery::left(c, &user.id)?;
            changes::tell(c, app, act, user, &Change::CodeUsed { left })?;
            Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_of_the_app_and_everything_else_is_a_recovery_code() {
        let read = |text: &str| Code::read(&text.to_owned().into());
        assert!(matches!(read("123 456"), Code::Totp(code) if code.expose_secret() == "123456"));
        assert!(matches!(read("abcd-efgh-jkmn"), Code::Recovery(_)));
        assert!(matches!(read(""), Code::Recovery(_)));
    }

    #[test]
    fn a_code_does_not_print_itself() {
        let printed = format!("{:?}", Code::read(&"123456".to_owned().into()));
        assert!(!printed.contains("123456"), "{printed}");
    }
}
