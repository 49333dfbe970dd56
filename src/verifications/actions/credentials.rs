//! How an approved applicant gets in, prepared before the transaction: hashing is slow.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use crate::access::Act;
use crate::accounts::tokens::{self, Purpose};
use crate::accounts::{Status, User, loose_ends, password, store};
use crate::app::App;
use crate::config::ApprovalCredentials;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::Credentials;
use crate::paths;

/// What the applicant will be given.
#[derive(Debug)]
pub enum Prepared {
    Temporary {
        password: SecretString,
        hash: String,
    },
    ActivationLink,
    /// The password given at registration, or used until now, stays.
    Keep,
}

/// Which credentials an approval brings this user.
#[must_use]
pub fn kind(app: &App, user: &User) -> ApprovalCredentials {
    // Whoever can sign in already keeps the way in.
    if user.status == Status::Active && user.password_hash.is_some() {
        return ApprovalCredentials::KeepPassword;
    }
    match app.config.accounts.approval_credentials {
        ApprovalCredentials::KeepPassword if user.password_hash.is_none() => {
            ApprovalCredentials::ActivationLink
        }
        kind => kind,
    }
}

/// Does the slow part.
pub async fn prepare(app: &App, user: &User) -> Result<Prepared, AppError> {
    Ok(match kind(app, user) {
        ApprovalCredentials::TemporaryPassword => {
            let password = SecretString::from(password::temporary(&app.random));
            let hash = app.hasher.hash(&password).await?;
            Prepared::Temporary { password, hash }
        }
        ApprovalCredentials::ActivationLink => Prepared::ActivationLink,
        ApprovalCredentials::KeepPassword => Prepared::Keep,
    })
}

/// Gives it to the user, in the transaction of the approval; answers what the mail says of it.
pub fn issue(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    prepared: Prepared,
) -> Result<Credentials, AppError> {
    Ok(match prepared {
        Prepared::Temporary { password, hash } => {
            let life = TimeDelta::from_std(app.config.accounts.temporary_password_life).unwrap_or_default();
            let expires_at = act.at.plus(life);
            loose_ends::cut(c, &user.id, act.at)?;
            store::set_password(c, &user.id, &store::Password::Temporary(hash, expires_at), act.at)?;
            Credentials::TemporaryPassword { password: password.expose_secret().to_owned(), expires_at }
        }
        Prepared::ActivationLink => {
            let purpose = Purpose::Activation;
            let token = tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?;
            let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
            let link = app.link(&paths::activate_link(token.expose_secret()));
            Credentials::ActivationLink { link, expires_at: act.at.plus(life) }
        }
        Prepared::Keep => Credentials::KeepPassword,
    })
}
