//! The first step: who has this address and this password?

use std::time::Duration;

use super::{Attempt, Checked, Refused};
use crate::access::Act;
use crate::accounts::hashing::Upgrade;
use crate::accounts::locks::{self, LockId, Reason, Settled};
use crate::accounts::{User, store};
use crate::app::App;
use crate::error::AppError;
use crate::mail::EmailAddress;

/// Who has this address and password, if the account is open and not locked.
///
/// # Errors
/// `TooMany` for a network that failed too often, `Unavailable` when too many hashes wait; otherwise outages.
pub async fn authenticate(
    app: &App,
    act: &Act,
    attempt: &Attempt,
) -> Result<Result<Checked, Refused>, AppError> {
    app.metrics.login_attempt();
    // An address no account can have takes the same way, so that it cannot be told apart either.
    let key = EmailAddress::parse(&attempt.email).map_or_else(|_| String::new(), |email| email.key());
    let (app_, act_, device) = (app.clone(), act.clone(), attempt.device.clone());
    let seen = app.db.read(move |c| locks::seen(c, &app_, &act_, &key, &device)).await?;
    if let Some(wait) = seen.wait {
        return Err(too_many(app, wait));
    }
    let kept = seen.user.as_ref().and_then(|user| user.password_hash.clone());
    let right = app.hasher.verify(&attempt.password, kept.clone()).await?;
    let (app_, act_) = (app.clone(), act.clone());
    let settled = app.db.write(move |c| locks::settle(c, &app_, &act_, &seen, right)).await?;
    let mut user = match settled {
        Settled::Right(user) => *user,
        Settled::Wait(wait) => return Err(too_many(app, wait)),
        Settled::Refused { reason, lock } => {
            if let Some(lock) = lock {
                tell_later(app, lock);
            }
            return Ok(Err(refused(app, if reason == Reason::Locked { "locked" } else { "credentials" })));
        }
    };
    // It was changed while it was being compared, or made anew by another sign-in: what is kept now decides.
    if user.password_hash != kept && !app.hasher.verify(&attempt.password, user.password_hash.clone()).await?
    {
        return Ok(Err(refused(app, "credentials")));
    }
    if let Err(refusal) = user.may_sign_in(act.at) {
        app.metrics.login_failure(refusal.code());
        return Ok(Err(Refused::Account(refusal)));
    }
    if let Some(upgrade) = app.hasher.upgrade(&attempt.password, user.password_hash.as_deref()).await? {
        make_hash_anew(app, &mut user, upgrade).await?;
    }
    Ok(Ok(Checked { user }))
}

/// Replaces a hash that an import brought, or of other parameters, while the password is at hand: the session
/// opens in a later step, which does not have it.
async fn make_hash_anew(app: &App, user: &mut User, upgrade: Upgrade) -> Result<(), AppError> {
    let (id, kept) = (user.id.clone(), upgrade.clone());
    if app.db.write(move |c| store::upgrade_password(c, &id, &kept)).await? {
        user.password_hash = Some(upgrade.into_hash());
    }
    Ok(())
}

fn too_many(app: &App, retry_after: Duration) -> AppError {
    app.metrics.login_failure("too_many");
    app.metrics.rate_limit_exceeded("sign_in");
    AppError::TooMany { retry_after }
}

fn refused(app: &App, reason: &'static str) -> Refused {
    app.metrics.login_failure(reason);
    Refused::Credentials
}

/// After the answer: it must not take longer because there is somebody to be told.
fn tell_later(app: &App, lock: LockId) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = locks::tell(&app, &lock).await {
            tracing::warn!(%error, "the owner of a locked account is told later");
        }
    });
}
