//! What the person is told of a deed: a notification always, a mail where they would otherwise stand before a
//! closed door.

use secrecy::ExposeSecret;
use serde_json::json;

use super::Work;
use crate::access::Role;
use crate::accounts::tokens::{self, Bearer, Purpose};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::{ErasureLetter, PasswordLetter, SessionLetter};
use crate::mail::{self, Letter, NewEmail, Party};
use crate::notifications::{self, Kind, New, Severity};
use crate::paths;
use crate::users::model::{Deed, GRACE};

impl Work<'_> {
    /// `ended` is how many sessions were ended.
    pub(super) fn tell(&self, c: &mut Connection, ended: usize) -> Result<(), AppError> {
        self.notify(c)?;
        let letter = match self.order.deed {
            Deed::ResetPassword => Some(self.reset(c)?),
            Deed::Erase => Some(Letter::Erasure(ErasureLetter::Scheduled {
                erase_at: self.act.at.plus(GRACE),
                cancel_url: self.app.link(paths::ACCOUNT),
            })),
            _ => self.ended(ended),
        };
        match letter {
            Some(letter) => self.mail(c, &letter),
            None => Ok(()),
        }
    }

    fn mail(&self, c: &mut Connection, letter: &Letter) -> Result<(), AppError> {
        let person = self.person;
        let recipient = Party { name: Some(person.name.clone()), address: person.email.clone() };
        let mail = NewEmail::new(&person.organization_id, recipient, letter).for_user(&person.id);
        mail::enqueue(c, self.app, self.act.at, mail)?;
        Ok(())
    }

    /// The link that lets the person choose a new password.
    fn reset(&self, c: &mut Connection) -> Result<Letter, AppError> {
        let bearer = Bearer::user(&self.person.organization_id, &self.person.id);
        let purpose = Purpose::PasswordReset;
        let token = tokens::issue_to(c, &self.app.random, self.act, purpose, bearer)?;
        let life = chrono::TimeDelta::from_std(purpose.life()).unwrap_or_default();
        Ok(Letter::Password(PasswordLetter::Reset {
            link: self.app.link(&paths::reset_password_link(token.expose_secret())),
            expires_at: self.act.at.plus(life),
            by_staff: true,
        }))
    }

    /// That sessions ended, and why in words for the person; what staff wrote is not for them.
    fn ended(&self, ended: usize) -> Option<Letter> {
        let reason = match self.order.deed {
            Deed::Suspend => "Your account was suspended.".to_owned(),
            Deed::Ban => "Your account was closed.".to_owned(),
            Deed::ChangeRole => format!("Your role was changed to {}.", role_word(self.new_role())),
            _ => return None,
        };
        let count = i64::try_from(ended).unwrap_or(i64::MAX);
        (ended > 0).then(|| {
            Letter::Session(SessionLetter::Ended {
                count,
                reason,
                at: self.act.at,
                sign_in_url: self.app.link(paths::LOGIN),
            })
        })
    }

    fn new_role(&self) -> Role {
        self.order.role.unwrap_or(self.person.role)
    }

    fn notify(&self, c: &mut Connection) -> Result<(), AppError> {
        let role = format!("You are {} now.", role_word(self.new_role()));
        let (kind, severity, title, message) = match self.order.deed {
            Deed::Suspend => (
                Kind::System,
                Severity::High,
                "Your account was suspended",
                "You could not sign in while it was suspended.",
            ),
            Deed::Reinstate => {
                (Kind::System, Severity::Medium, "Your account is open again", "You can sign in as before.")
            }
            Deed::Ban => {
                (Kind::System, Severity::High, "Your account was closed", "You could not sign in any more.")
            }
            Deed::Unban => (
                Kind::System,
                Severity::Medium,
                "The closing of your account was taken back",
                "It is as it was before.",
            ),
            Deed::Unlock => {
                (Kind::AccountLockout, Severity::Low, "Your account was unlocked", "You can sign in again.")
            }
            Deed::ResetPassword => (
                Kind::PasswordChange,
                Severity::High,
                "An administrator asked you for a new password",
                "The old one stopped working. The link to choose a new one came by email.",
            ),
            Deed::ChangeRole => {
                (Kind::SecurityAlert, Severity::Medium, "Your role was changed", role.as_str())
            }
            Deed::VerifyAddress => (
                Kind::System,
                Severity::Low,
                "Your email address is verified",
                "An administrator verified it for you.",
            ),
            Deed::Erase => (
                Kind::SecurityAlert,
                Severity::High,
                "Your account will be erased",
                "It can be stopped on the page of your account.",
            ),
            Deed::KeepAccount => {
                (Kind::System, Severity::Medium, "Your account stays", "It will not be erased.")
            }
        };
        let new = New {
            organization: &self.person.organization_id,
            user: &self.person.id,
            kind,
            severity,
            title,
            message,
            data: json!({ "deed": self.order.deed }),
            link: Some(paths::ACCOUNT.to_owned()),
        };
        notifications::notify(c, &self.app.random, self.act.at, &new)?;
        Ok(())
    }
}

fn role_word(role: Role) -> String {
    role.label().to_lowercase()
}
