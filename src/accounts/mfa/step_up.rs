//! Showing a factor again before a dangerous act: the second factor where there is one, else the password.

use secrecy::SecretString;
use serde_json::json;

use super::challenge::Proof;
use super::model::CONFIRM_LIMIT;
use super::{factor, passkeys};
use crate::access::{Act, Actor, Means};
use crate::accounts::{self, User};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::limits;
use crate::sessions::{self, Opened};

/// What is shown.
#[derive(Clone, Debug)]
pub enum Shown {
    Factor(Proof),
    Password(SecretString),
}

/// Why nothing is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Wrong,
    /// There is a second factor: the password is not enough.
    NeedsFactor,
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wrong => Self::Unauthorized {
                code: "invalid_code",
                message: "This is not right, or was used before. Try again.".to_owned(),
            },
            Refused::NeedsFactor => {
                Self::invalid("method", "This account has a second factor: show that one.")
            }
        }
    }
}

/// Notes in the session of `actor` that a factor was shown. A browser's session gets a new key: hand it to
/// [`sessions::remember`].
///
/// # Errors
/// `TooMany` after a few tries, and outages.
pub async fn confirm(
    app: &App,
    act: &Act,
    actor: &Actor,
    shown: &Shown,
) -> Result<Result<Option<Opened>, Refused>, AppError> {
    limits::take(app, CONFIRM_LIMIT, &[format!("user:{}", actor.user)]).await?;
    let id = actor.user.clone();
    let user = app.db.read(move |c| accounts::store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    if let Shown::Password(password) = shown {
        if user.mfa_since.is_some() {
            return Ok(Err(Refused::NeedsFactor));
        }
        if !app.hasher.verify(password, user.password_hash.clone()).await? {
            return Ok(Err(Refused::Wrong));
        }
    }
    let (app_, act, actor, shown) = (app.clone(), act.clone(), actor.clone(), shown.clone());
    app.db
        .write(move |c| {
            let right = match &shown {
                Shown::Password(_) => true,
                Shown::Factor(Proof::Code(code)) => factor::spend(c, &app_, &act, &user, code)?,
                Shown::Factor(Proof::Passkey(answer)) => passkeys::proves(c, &app_, &act, &user.id, answer)?,
            };
            if !right {
                return Ok::<_, AppError>(Err(Refused::Wrong));
            }
            note(c, &app_, &act, &actor, &user).map(Ok)
        })
        .await
}

fn note(
    c: &mut Connection,
    app: &App,
    act: &Act,
    actor: &Actor,
    user: &User,
) -> Result<Option<Opened>, AppError> {
    sessions::store::set_factor(c, &actor.session, act.at)?;
    let event = Event::new(&user.organization_id, "session.confirmed", Target("user", user.id.as_str()));
    let event = event.change(None, json!({ "session": actor.session }));
    audit::record(c, &app.random, act, event)?;
    Ok(match actor.means {
        Means::Cookie => Some(sessions::rotate(c, app, &actor.session)?),
        Means::Bearer | Means::ApiKey => None,
    })
}
