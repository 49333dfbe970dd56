//! Choosing a password: one's own, in place of a temporary one, or the first by an activation link.

use secrecy::{ExposeSecret, SecretString};

use super::locks::{self, Cleared};
use super::password::{self, Owner};
use super::tokens::{self, Purpose, Verdict};
use super::{User, store};
use crate::access::{Act, SessionId, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::sessions;

/// Why the password stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The present password is not right.
    Current,
    /// Rules the new one breaks, as one sentence.
    Rules(String),
    /// It is the temporary one again.
    Same,
    /// The link is not valid (any more).
    Link(Verdict),
}

/// Changes the password of a signed-in user and ends all other sessions. After a temporary password
/// the present one is not asked for: it was just used to sign in.
pub async fn change(
    app: &App,
    act: &Act,
    id: &UserId,
    session: &SessionId,
    current: &SecretString,
    new: &SecretString,
) -> Result<Result<(), Refused>, AppError> {
    let wanted = id.clone();
    let user = app.db.read(move |c| store::by_id(c, &wanted)).await?.ok_or(AppError::NotFound)?;
    let kept = user.password_hash.clone();
    if !user.must_change_password && !app.hasher.verify(current, kept.clone()).await? {
        return Ok(Err(Refused::Current));
    }
    if let Some(sentence) = complaint(&user, new) {
        return Ok(Err(Refused::Rules(sentence)));
    }
    if app.hasher.verify(new, kept).await? {
        return Ok(Err(Refused::Same));
    }
    let hash = app.hasher.hash(new).await?;
    let (app_, act, session) = (app.clone(), act.clone(), session.clone());
    app.db.write(move |c| save(c, &app_, &act, &user, hash, Some(&session))).await?;
    Ok(Ok(()))
}

/// Sets the first password with the token of an activation link; uses the token up.
pub async fn activate(
    app: &App,
    act: &Act,
    token: &SecretString,
    new: &SecretString,
) -> Result<Result<(), Refused>, AppError> {
    let (now, kept) = (act.at, token.clone());
    let verdict = app.db.read(move |c| tokens::peek(c, Purpose::Activation, &kept, now)).await?;
    let Verdict::Valid(tokens::Grant { user: Some(id), .. }) = verdict else {
        return Ok(Err(Refused::Link(verdict)));
    };
    let user = app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    if let Some(sentence) = complaint(&user, new) {
        return Ok(Err(Refused::Rules(sentence)));
    }
    let hash = app.hasher.hash(new).await?;
    let (app_, token) = (app.clone(), token.clone());
    let act = act.known_as(&user.id, user.name.as_str());
    app.db
        .write(move |c| {
            let verdict = tokens::consume(c, &act, Purpose::Activation, &token)?;
            if !matches!(verdict, Verdict::Valid(_)) {
                return Ok(Err(Refused::Link(verdict)));
            }
            save(c, &app_, &act, &user, hash, None).map(Ok)
        })
        .await
}

fn complaint(user: &User, new: &SecretString) -> Option<String> {
    let owner = Owner { name: user.name.as_str(), email: user.email.as_str(), role: user.role };
    password::complaint(&password::broken_rules(new.expose_secret(), &owner))
}

fn save(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    hash: String,
    keep: Option<&SessionId>,
) -> diesel::QueryResult<()> {
    store::set_password(c, &user.id, &store::Password::Own(hash), act.at)?;
    locks::clear(c, app, act, user, Cleared::Password)?;
    sessions::store::end_others(c, &user.id, keep, "the password was changed", act)?;
    let event = Event::new(&user.organization_id, "user.password_changed", Target("user", user.id.as_str()));
    audit::record(c, &app.random, act, event)
}
