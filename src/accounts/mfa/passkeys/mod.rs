//! Passkeys: adding, removing, and what a signature is worth.
//!
//! Each question is a row that lives five minutes and is answered once; its token goes to the page and comes
//! back with the signature.

mod ceremony;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use secrecy::SecretString;
use serde::Serialize;
use uuid::Uuid;
use webauthn_rs::prelude as webauthn;

pub use ceremony::{Unusable, usable};

use super::changes::{self, Change};
use super::first::{self, Enrolled};
use super::model::{MOST_PASSKEYS, Passkey, PasskeyId, Purpose};
use super::store;
use crate::access::{Act, Actor, UserId};
use crate::accounts::{self, User};
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;

/// What a page asks the browser's passkeys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Comes back with the answer.
    challenge: String,
    public_key: serde_json::Value,
}

/// What a page sends back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub challenge: SecretString,
    /// What the browser made of it, as JSON.
    pub credential: String,
}

/// Why a passkey was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Too late, answered before, or not a signature of this question.
    NotProven,
    /// It is here already.
    Known,
    TooMany,
}

/// What came of a new passkey.
#[derive(Debug)]
pub enum Added {
    First(Enrolled),
    Further,
}

/// Asks for a new passkey.
pub async fn ask_new(app: &App, act: &Act, actor: &Actor) -> Result<Question, AppError> {
    let party = ceremony::relying_party(app)?;
    let id = Uuid::parse_str(actor.user.as_str()).map_err(AppError::internal)?;
    let (app_, act, actor) = (app.clone(), act.clone(), actor.clone());
    app.db
        .write(move |c| {
            let known = store::passkeys::of_user(c, &actor.user)?;
            let known = known.iter().map(|key| ceremony::read(key).map(|key| key.cred_id().clone()));
            let known = known.collect::<Result<Vec<_>, AppError>>()?;
            let (options, state) = party
                .start_passkey_registration(id, &actor.email, &actor.name, Some(known))
                .map_err(AppError::internal)?;
            let public_key = ceremony::discoverable(&options)?;
            ceremony::keep(c, &app_, &act, (Purpose::PasskeyRegistration, Some(&actor.user)), &state)
                .map(|challenge| Question { challenge, public_key })
        })
        .await
}

/// Adds the passkey that answers to those of `actor`.
pub async fn add(
    app: &App,
    act: &Act,
    actor: &Actor,
    name: String,
    answer: &Answer,
) -> Result<Result<Added, Refused>, AppError> {
    let (app_, act, actor_, answer) = (app.clone(), act.clone(), actor.clone(), answer.clone());
    let added = app.db.write(move |c| add_in(c, &app_, &act, &actor_, name, &answer)).await;
    if let Ok(Ok(Added::First(_))) = &added {
        first::tell_others(app, actor);
    }
    match added {
        Err(AppError::Conflict { code: KNOWN, .. }) => Ok(Err(Refused::Known)),
        other => other,
    }
}

const KNOWN: &str = "passkey_known";

fn add_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    actor: &Actor,
    name: String,
    answer: &Answer,
) -> Result<Result<Added, Refused>, AppError> {
    let user = store::locked(c, &actor.user)?;
    let question = (Purpose::PasskeyRegistration, Some(&user.id));
    let Some(state) = ceremony::take::<webauthn::PasskeyRegistration>(c, app, question, answer, act.at)?
    else {
        return Ok(Err(Refused::NotProven));
    };
    if store::passkeys::of_user(c, &user.id)?.len() >= MOST_PASSKEYS {
        return Ok(Err(Refused::TooMany));
    }
    let Some(key) = ceremony::registered(app, &answer.credential, &state)? else {
        return Ok(Err(Refused::NotProven));
    };
    let passkey = Passkey {
        id: PasskeyId::new(&app.random, act.at),
        user_id: user.id.clone(),
        name: name.clone(),
        credential_id: ceremony::credential_id(key.cred_id()),
        credential: serde_json::to_string(&key).map_err(AppError::internal)?,
        created_at: act.at,
        last_used_at: None,
    };
    store::passkeys::insert(c, &passkey).map_err(|error| match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            AppError::conflict(KNOWN, "This passkey is here already.")
        }
        other => other.into(),
    })?;
    let first = store::count_from_now_on(c, &user.id, act.at)?;
    changes::tell(c, app, act, &user, &Change::PasskeyAdded { name, first })?;
    Ok(Ok(if first { Added::First(first::enrol(c, app, act, actor, &user)?) } else { Added::Further }))
}

/// Removes a passkey of `actor`; `false` when it is the last factor of somebody who must have one.
///
/// # Errors
/// `NotFound` when the passkey is none of theirs.
pub async fn remove(app: &App, act: &Act, actor: &Actor, id: &PasskeyId) -> Result<bool, AppError> {
    let (app_, act, actor, id) = (app.clone(), act.clone(), actor.clone(), id.clone());
    app.db
        .write(move |c| {
            let user = store::locked(c, &actor.user)?;
            let factors = store::factors(c, &user.id)?;
            let passkey = factors.passkeys.iter().find(|passkey| passkey.id == id);
            let name = passkey.ok_or(AppError::NotFound)?.name.clone();
            if !store::may_lose_one(c, &user, &factors)? {
                return Ok::<_, AppError>(false);
            }
            store::passkeys::remove(c, &id)?;
            let last = store::count_no_more_without(c, &user.id)?;
            changes::tell(c, &app_, &act, &user, &Change::PasskeyRemoved { name, last })?;
            Ok(true)
        })
        .await
}

/// Asks the passkeys of a known user; `None` when there are none.
pub async fn ask_known(app: &App, act: &Act, user: &UserId) -> Result<Option<Question>, AppError> {
    let party = ceremony::relying_party(app)?;
    let (app_, act, user) = (app.clone(), act.clone(), user.clone());
    app.db
        .write(move |c| {
            let keys = store::passkeys::of_user(c, &user)?;
            let keys = keys.iter().map(ceremony::read).collect::<Result<Vec<_>, AppError>>()?;
            if keys.is_empty() {
                return Ok::<_, AppError>(None);
            }
            let (options, state) = party.start_passkey_authentication(&keys).map_err(AppError::internal)?;
            let challenge = ceremony::keep(c, &app_, &act, (Purpose::PasskeyFactor, Some(&user)), &state)?;
            let public_key = serde_json::to_value(options.public_key).map_err(AppError::internal)?;
            Ok(Some(Question { challenge, public_key }))
        })
        .await
}

/// Is this a signature by a passkey of this user? Call it in a write transaction.
pub(super) fn proves(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &UserId,
    answer: &Answer,
) -> Result<bool, AppError> {
    let question = (Purpose::PasskeyFactor, Some(user));
    let Some(state) = ceremony::take::<webauthn::PasskeyAuthentication>(c, app, question, answer, act.at)?
    else {
        return Ok(false);
    };
    let Some(result) = ceremony::authenticated(app, &answer.credential, &state)? else { return Ok(false) };
    let Some(passkey) = store::passkeys::by_credential(c, &ceremony::credential_id(result.cred_id()))? else {
        return Ok(false);
    };
    if passkey.user_id != *user {
        return Ok(false);
    }
    ceremony::used(c, &passkey, &result, act.at)?;
    Ok(true)
}

/// Asks any passkey of this site: it says itself whose it is.
pub async fn ask_anyone(app: &App, act: &Act) -> Result<Question, AppError> {
    let party = ceremony::relying_party(app)?;
    let (options, state) = party.start_discoverable_authentication().map_err(AppError::internal)?;
    let (app_, act) = (app.clone(), act.clone());
    let public_key = serde_json::to_value(options.public_key).map_err(AppError::internal)?;
    app.db
        .write(move |c| {
            ceremony::keep(c, &app_, &act, (Purpose::PasskeySignIn, None), &state)
                .map(|challenge| Question { challenge, public_key })
        })
        .await
}

/// Whose passkey signed. Call it in a write transaction.
pub(super) fn identifies(
    c: &mut Connection,
    app: &App,
    act: &Act,
    answer: &Answer,
) -> Result<Option<User>, AppError> {
    let question = (Purpose::PasskeySignIn, None);
    let Some(state) =
        ceremony::take::<webauthn::DiscoverableAuthentication>(c, app, question, answer, act.at)?
    else {
        return Ok(None);
    };
    let Some((user, id)) = ceremony::identified(app, &answer.credential)? else { return Ok(None) };
    let passkey = store::passkeys::by_credential(c, &id)?;
    let Some(passkey) = passkey.filter(|passkey| passkey.user_id.as_str() == user) else { return Ok(None) };
    let Some(result) = ceremony::discovered(app, &answer.credential, state, &passkey)? else {
        return Ok(None);
    };
    ceremony::used(c, &passkey, &result, act.at)?;
    Ok(accounts::store::by_id(c, &passkey.user_id)?)
}
