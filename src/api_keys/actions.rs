//! Making, replacing and revoking keys, and knowing one that calls.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::model::{self, ApiKey, NewKey, State, Text};
use super::store::{self, Listed, Maker};
use crate::access::{Act, Actor, ApiKeyId, KeyUse, Means, OrganizationId, Role, Scope, SessionId, UserId};
use crate::accounts;
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::ApiKeyLetter;
use crate::mail::{Letter, NewEmail, Party, enqueue};
use crate::notifications::{Kind, New, Severity, notify};
use crate::paths;

pub const TARGET: &str = "api_key";
/// The use of a key is written down at most this often.
const TOUCH_AFTER: TimeDelta = TimeDelta::seconds(60);

/// A key that was made, with its text, which is nowhere else.
#[derive(Debug)]
pub struct Issued {
    pub key: ApiKey,
    pub text: SecretString,
}

/// Makes a key for the organization of `actor`.
///
/// # Errors
/// Only outages.
pub async fn create(app: &App, act: &Act, actor: &Actor, new: NewKey) -> Result<Issued, AppError> {
    let (app_, act, actor) = (app.clone(), act.clone(), actor.clone());
    app.db.write(move |c| create_in(c, &app_, &act, &actor, new)).await
}

/// The same in a write transaction of the caller.
///
/// # Errors
/// Only outages.
pub fn create_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    actor: &Actor,
    new: NewKey,
) -> Result<Issued, AppError> {
    let Text { handle, whole } = model::make(&app.random);
    let scopes: Vec<&str> = new.scopes.iter().map(Scope::as_str).collect();
    let key = ApiKey {
        id: ApiKeyId::new(&app.random, act.at),
        organization_id: actor.organization.clone(),
        name: new.name,
        handle,
        hash: fingerprint(whole.expose_secret()),
        scopes: scopes.join(" "),
        created_by: actor.user.clone(),
        created_at: act.at,
        expires_at: act.at.plus(new.life),
        last_used_at: None,
        last_used_ip: None,
        replaced_at: None,
        successor_id: None,
        revoked_at: None,
    };
    store::insert(c, &key)?;
    record(c, app, act, &key, "api_key.created")?;
    Ok(Issued { key, text: whole })
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    key: &ApiKey,
    action: &'static str,
) -> Result<(), AppError> {
    let after = json!({ "name": key.name, "begins_with": key.beginning(), "scopes": key.scopes, "expires_at": key.expires_at });
    let event = Event::new(&key.organization_id, action, Target(TARGET, key.id.as_str()));
    Ok(audit::record(c, &app.random, act, event.change(None, after))?)
}

/// Makes a key in the place of `id`, which works on for `overlap`.
///
/// # Errors
/// 404 for a key of another organization, 409 `not_active` for one that cannot be replaced.
pub async fn rotate(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: &ApiKeyId,
    overlap: TimeDelta,
) -> Result<Issued, AppError> {
    let Text { handle, whole } = model::make(&app.random);
    let hash = fingerprint(whole.expose_secret());
    let (app_, act, actor, id) = (app.clone(), act.clone(), actor.clone(), id.clone());
    let key = app
        .db
        .write(move |c| {
            let old = store::by_id(c, &actor.organization, &id)?.ok_or(AppError::NotFound)?.key;
            let next = ApiKey {
                id: ApiKeyId::new(&app_.random, act.at),
                handle,
                hash,
                created_by: actor.user.clone(),
                created_at: act.at,
                expires_at: act.at.plus(old.life()),
                last_used_at: None,
                last_used_ip: None,
                ..old.clone()
            };
            let until = old.expires_at.min(act.at.plus(overlap));
            store::insert(
                c,
                &ApiKey { replaced_at: None, successor_id: None, revoked_at: None, ..next.clone() },
            )?;
            if !store::replace(c, &old.id, &next.id, act.at, until)? {
                return Err(not_active(&old, act.at));
            }
            rotated(c, &app_, &act, (&old, until), &next)?;
            Ok(next)
        })
        .await?;
    Ok(Issued { key, text: whole })
}

fn not_active(key: &ApiKey, now: Timestamp) -> AppError {
    let why = match key.state(now) {
        State::Revoked => "was revoked",
        State::Expired => "has expired",
        State::Active | State::Replaced | State::Paused => "was replaced already",
    };
    AppError::conflict("not_active", format!("This key {why}. Make a new one."))
}

/// Tells the audit log, the administrators and whoever made the old key.
fn rotated(
    c: &mut Connection,
    app: &App,
    act: &Act,
    (old, until): (&ApiKey, Timestamp),
    next: &ApiKey,
) -> Result<(), AppError> {
    record(c, app, act, next, "api_key.created")?;
    let event = Event::new(&old.organization_id, "api_key.rotated", Target(TARGET, old.id.as_str()));
    let after = json!({ "successor": next.id, "works_until": until });
    audit::record(c, &app.random, act, event.change(None, after))?;
    let message = format!(
        "The key “{}” ({}…) was replaced. Put the new one into every program that uses it.",
        old.name,
        old.beginning()
    );
    let letter = Letter::ApiKey(ApiKeyLetter::Rotated {
        name: old.name.clone(),
        prefix: next.beginning(),
        old_until: until,
        account_url: app.link(&paths::api_key(&next.id)),
    });
    for user in accounts::store::administrators_and(c, &old.organization_id, &old.created_by)? {
        let new = New {
            organization: &old.organization_id,
            user: &user.id,
            kind: Kind::ApiKeyRotation,
            severity: Severity::Medium,
            title: "An API key was replaced",
            message: &message,
            data: json!({ "api_key": old.id, "successor": next.id, "works_until": until }),
            link: Some(paths::api_key(&next.id)),
        };
        notify(c, &app.random, act.at, &new)?;
        let party = Party { name: Some(user.name.clone()), address: user.email.clone() };
        enqueue(c, app, act.at, NewEmail::new(&old.organization_id, party, &letter).for_user(&user.id))?;
    }
    Ok(())
}

/// Revokes a key at once; doing so twice is a success.
///
/// # Errors
/// 404 for a key of another organization.
pub async fn revoke(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &ApiKeyId,
) -> Result<(), AppError> {
    let (app_, act, organization, id) = (app.clone(), act.clone(), organization.clone(), id.clone());
    app.db
        .write(move |c| {
            let key = store::by_id(c, &organization, &id)?.ok_or(AppError::NotFound)?.key;
            end(c, &app_, &act, &key)
        })
        .await
}

/// Revokes every key that a user made, when the user is erased; answers how many.
pub fn revoke_of_maker(c: &mut Connection, app: &App, act: &Act, maker: &UserId) -> Result<usize, AppError> {
    let keys = store::working_of_maker(c, maker, act.at)?;
    keys.iter().try_for_each(|key| end(c, app, act, key))?;
    store::forget_maker(c, maker)?;
    Ok(keys.len())
}

fn end(c: &mut Connection, app: &App, act: &Act, key: &ApiKey) -> Result<(), AppError> {
    if store::revoke(c, &key.id, act.at)? {
        let event = Event::new(&key.organization_id, "api_key.revoked", Target(TARGET, key.id.as_str()));
        let after = json!({ "name": key.name, "begins_with": key.beginning() });
        audit::record(c, &app.random, act, event.change(None, after))?;
    }
    Ok(())
}

/// The key behind a call.
///
/// # Errors
/// 401 with a code that says what is wrong with it.
pub async fn recognise(app: &App, whole: SecretString, ip: Option<String>) -> Result<Actor, AppError> {
    let handle = model::handle(&whole).map(ToOwned::to_owned);
    let handle = handle.ok_or_else(|| {
        refused("api_key_malformed", "This is no whole API key: copy it again, with its end.")
    })?;
    let found = app.db.read(move |c| store::by_handle(c, &handle)).await?;
    let hash = fingerprint(whole.expose_secret());
    let (found, organization_name) = found
        .filter(|(found, _)| found.key.hash.as_bytes().ct_eq(hash.as_bytes()).into())
        .ok_or_else(|| refused("api_key_unknown", "There is no such API key."))?;
    let now = app.clock.now();
    match found.state(now) {
        State::Active | State::Replaced => {}
        State::Paused => {
            return Err(refused(
                "api_key_maker_inactive",
                "Whoever made this API key has no active account. Have an administrator replace the key.",
            ));
        }
        State::Expired => {
            return Err(refused("api_key_expired", "This API key has expired: make a new one."));
        }
        State::Revoked => {
            return Err(refused("api_key_revoked", "This API key was revoked: make a new one."));
        }
    }
    let key = &found.key;
    if key.last_used_at.is_none_or(|at| now.since(at) >= TOUCH_AFTER) {
        let id = key.id.clone();
        app.db.write(move |c| store::touch(c, &id, ip.as_deref(), now, TOUCH_AFTER)).await?;
    }
    Ok(actor(found, organization_name))
}

fn refused(code: &'static str, message: &str) -> AppError {
    AppError::Unauthorized { code, message: message.to_owned() }
}

fn actor(Listed { key, maker }: Listed, organization_name: String) -> Actor {
    let scopes = key.scopes();
    let Maker { name: maker_name, role: maker_role, .. } = maker;
    Actor {
        user: UserId::clone(&key.created_by),
        organization: key.organization_id,
        organization_name,
        session: SessionId::of(&key.id),
        role: Role::Member,
        name: key.name.clone(),
        email: String::new(),
        means: Means::ApiKey,
        key: Some(KeyUse { id: key.id, name: key.name, scopes, maker_role, maker_name }),
        must_change_password: false,
        must_enrol: false,
        factor_at: None,
    }
}
