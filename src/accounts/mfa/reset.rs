//! Taking a user's factors away, when all of them are lost: by an administrator, or at the terminal.

use super::changes::{self, Change};
use super::model::Factors;
use super::store;
use crate::access::{Act, Actor, Role, UserId};
use crate::accounts::{self, User, loose_ends};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::live::{Ended, Event};
use crate::mail::EmailAddress;
use crate::sessions;

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Say why: the user and the audit log are told.")]
    NoReason,
    #[error("You cannot reset your own second factor. Ask another administrator.")]
    Oneself,
    #[error("Only an operator can reset the second factor of an operator.")]
    Operator,
    #[error("This user has no second factor.")]
    NothingThere,
}

/// May `actor` reset the factors of `user`?
fn permitted(actor: &Actor, user: &User, reason: &str) -> Result<(), Refused> {
    if actor.user == user.id {
        return Err(Refused::Oneself);
    }
    if user.role == Role::Operator && actor.role != Role::Operator {
        return Err(Refused::Operator);
    }
    if reason.is_empty() {
        return Err(Refused::NoReason);
    }
    Ok(())
}

/// A user of the organization of `actor`, with what they can show.
///
/// # Errors
/// `NotFound` when there is no such user there.
pub async fn look_at(app: &App, actor: &Actor, id: &UserId) -> Result<(User, Factors), AppError> {
    let (organization, id) = (actor.organization.clone(), id.clone());
    app.db
        .read(move |c| {
            let user = accounts::store::in_organization(c, &organization, &id)?.ok_or(AppError::NotFound)?;
            let factors = store::factors(c, &user.id)?;
            Ok::<_, AppError>((user, factors))
        })
        .await
}

/// Removes all factors of a user and ends their sessions.
///
/// # Errors
/// `NotFound` for a user of another organization, and outages.
pub async fn by_administrator(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: &UserId,
    reason: &str,
) -> Result<Result<User, Refused>, AppError> {
    let (user, _) = look_at(app, actor, id).await?;
    let reason = reason.trim().to_owned();
    if let Err(refused) = permitted(actor, &user, &reason) {
        return Ok(Err(refused));
    }
    reset(app, act, user, reason).await
}

/// The same for somebody at the terminal of the machine.
///
/// # Errors
/// `NotFound` when nobody has this address, and outages.
pub async fn at_terminal(
    app: &App,
    act: &Act,
    email: &EmailAddress,
) -> Result<Result<User, Refused>, AppError> {
    let key = email.key();
    let user = app.db.read(move |c| accounts::store::by_email_key(c, &key)).await?;
    reset(app, act, user.ok_or(AppError::NotFound)?, "at the terminal".to_owned()).await
}

async fn reset(app: &App, act: &Act, user: User, reason: String) -> Result<Result<User, Refused>, AppError> {
    let (app_, act) = (app.clone(), act.clone());
    let done = app.db.write(move |c| reset_in(c, &app_, &act, &user.id, reason)).await?;
    if let Ok(user) = &done {
        app.hub.publish(Event::SessionsEnded {
            organization: user.organization_id.clone(),
            user: user.id.clone(),
            sessions: Ended::All,
        });
    }
    Ok(done)
}

/// Removes what was added as a factor at `since` or later, when a change of address is taken back: whoever made that
/// change may have added it. What was there before stays, since an old mailbox must not open the account alone.
///
/// # Errors
/// Only outages.
pub fn take_back(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    since: Timestamp,
) -> Result<(), AppError> {
    if store::remove_since(c, &user.id, since)? {
        changes::tell(c, app, act, user, &Change::TakenBack)?;
    }
    Ok(())
}

fn reset_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &UserId,
    reason: String,
) -> Result<Result<User, Refused>, AppError> {
    let user = store::locked(c, user)?;
    if user.mfa_since.is_none() {
        return Ok(Err(Refused::NothingThere));
    }
    store::remove_all(c, &user.id)?;
    sessions::store::end_others(c, &user.id, None, "the second factor was reset", act)?;
    loose_ends::cut(c, &user.id, act.at)?;
    changes::tell(c, app, act, &user, &Change::Reset { reason })?;
    Ok(Ok(user))
}
