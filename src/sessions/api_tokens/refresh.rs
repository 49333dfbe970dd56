//! Spending a refresh token.

use secrecy::{ExposeSecret, SecretString};

use super::rotation::{Outcome, Presented, Spent, judge};
use super::store::{self, Family, RefreshTokenRow};
use super::{Pair, RefreshTokenId, alarm, pair};
use crate::access::Act;
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose;
use crate::live::{Ended, Event as Live};

/// Why a refresh token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshError {
    Unknown,
    Expired,
    /// It was spent before. Unless the same client asks several times at once, the family has been ended.
    Reused,
}

impl From<RefreshError> for AppError {
    fn from(error: RefreshError) -> Self {
        let code = match error {
            RefreshError::Unknown => "token_unknown",
            RefreshError::Expired => "token_expired",
            RefreshError::Reused => "token_reused",
        };
        Self::Unauthorized { code, message: "Sign in again.".to_owned() }
    }
}

/// Spends a refresh token for a new pair.
///
/// # Errors
/// Only outages; a refusal is the inner error, and the end of a family stays although the caller is refused.
pub async fn refresh(
    app: &App,
    act: &Act,
    token: SecretString,
) -> Result<Result<Pair, RefreshError>, AppError> {
    let (app_, act) = (app.clone(), act.clone());
    let (answer, ended) = app.db.write(move |c| present(c, &app_, &act, &token)).await?;
    if let Some(family) = ended {
        app.hub.publish(Live::SessionsEnded {
            organization: family.organization,
            user: family.user,
            sessions: Ended::Some(vec![family.session]),
        });
    }
    Ok(answer)
}

/// The same in a write transaction of the caller, who tells connections of a family that ended.
///
/// # Errors
/// Only outages.
pub fn refresh_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &SecretString,
) -> Result<Result<Pair, RefreshError>, AppError> {
    present(c, app, act, token).map(|(answer, _)| answer)
}

/// What came of it, and the family that it ended.
type Answer = (Result<Pair, RefreshError>, Option<Family>);

fn present(c: &mut Connection, app: &App, act: &Act, secret: &SecretString) -> Result<Answer, AppError> {
    let hash = fingerprint(secret.expose_secret());
    let Some(found) = store::by_hash(c, &hash)? else { return Ok((Err(RefreshError::Unknown), None)) };
    // One refresh of a family after the other: the state that is judged is the state that is changed.
    c.lock(&format!("family:{}", found.session_id))?;
    let Some(row) = store::by_id(c, &found.id)? else { return Ok((Err(RefreshError::Unknown), None)) };
    let family = store::family_of(c, &row.session_id)?;
    let successor = match &row.successor_id {
        Some(id) => store::by_id(c, id)?,
        None => None,
    };
    let next = derive(app, &row.id, secret);
    match judge(presented(&row, successor.as_ref(), &family, act, &next), act.at) {
        Outcome::Rotate => rotate(c, app, act, &row, family, next).map(|answer| (answer, None)),
        Outcome::Again => {
            if !store::replay(c, &row.id, act.at)? {
                return Ok((Err(RefreshError::Reused), None));
            }
            pair(c, app, act.at, family, next).map(|pair| (Ok(pair), None))
        }
        Outcome::Refuse => Ok((Err(RefreshError::Reused), None)),
        Outcome::Expired => Ok((Err(RefreshError::Expired), None)),
        Outcome::Reused => {
            let ended = alarm::end_family(c, app, act, &row, &family)?;
            Ok((Err(RefreshError::Reused), ended.then_some(family)))
        }
    }
}

fn presented(
    row: &RefreshTokenRow,
    successor: Option<&RefreshTokenRow>,
    family: &Family,
    act: &Act,
    next: &SecretString,
) -> Presented {
    let same_client = row.spent_ip == act.ip && row.spent_agent == act.user_agent;
    // A key of the instance that changed since makes another successor, which would be none of ours.
    let fresh =
        successor.is_some_and(|one| one.spent_at.is_none() && one.hash == fingerprint(next.expose_secret()));
    let successor_known = row.replayed_at.is_some() || !fresh;
    let spent = row.spent_at.map(|at| Spent { at, same_client, successor_known });
    Presented { expires_at: row.expires_at, family_ended: family.ended, barred: family.barred, spent }
}

/// The successor of a token: nobody can tell it without both the token and our key.
fn derive(app: &App, id: &RefreshTokenId, secret: &SecretString) -> SecretString {
    let message = format!("{id}.{}", secret.expose_secret());
    SecretString::from(hex::encode(app.keys.mac(Purpose::RefreshToken, message.as_bytes())))
}

fn rotate(
    c: &mut Connection,
    app: &App,
    act: &Act,
    row: &RefreshTokenRow,
    family: Family,
    next: SecretString,
) -> Result<Result<Pair, RefreshError>, AppError> {
    let id = RefreshTokenId::new(&app.random, act.at);
    if !store::spend(c, act, &row.id, &id)? {
        return Ok(Err(RefreshError::Reused));
    }
    let hash = fingerprint(next.expose_secret());
    store::insert(c, act, &row.session_id, (&id, &hash, act.at.plus(app.config.sessions.refresh())))?;
    pair(c, app, act.at, family, next).map(Ok)
}
