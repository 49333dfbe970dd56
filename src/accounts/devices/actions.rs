//! Meeting a device at sign-in, and ending all sessions by the link of the mail about it.

use diesel::QueryResult;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::model::{DeviceId, Presented, hash_of};
use super::store::{self, NewDevice};
use crate::access::{Act, UserId};
use crate::accounts::tokens::{self, Bearer, Grant, Purpose, Verdict};
use crate::accounts::{User, hold, loose_ends, store as users};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::mail::letters::SignInLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::notifications::{self, Kind, New, Severity};
use crate::{paths, sessions};

const REASON: &str = "ended by the link of the mail about a new device";

/// The browser of this user, if its cookie proves it. Nobody's browsers are looked for as well.
pub fn known_browser(
    c: &mut Connection,
    user: Option<&UserId>,
    device: &Presented,
) -> QueryResult<Option<DeviceId>> {
    match device {
        Presented::Browser(Some(key)) => store::find(c, user.map_or("", UserId::as_str), &hash_of(key)),
        Presented::Browser(None) | Presented::Program => Ok(None),
    }
}

/// Keeps that `user` signs in from a device, and tells of one that is new. Call it in the transaction of the
/// sign-in, before that is noted; the answer is the key for the browser's cookie.
pub fn meet(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    presented: &Presented,
) -> Result<SecretString, AppError> {
    // Two sign-ins at once from one device find it new once.
    c.lock(&format!("device:{}", user.id))?;
    let key = presented.key(app, act);
    let key_hash = hash_of(&key);
    let device = sessions::device(act.user_agent.as_deref().unwrap_or_default());
    if let Some(id) = store::find(c, user.id.as_str(), &key_hash)? {
        store::touch(c, &id, &device, act)?;
        return Ok(key);
    }
    let id = DeviceId::new(&app.random, act.at);
    let (kind, key_hash) = (presented.kind(), key_hash.as_str());
    store::insert(c, act, NewDevice { id: &id, user: &user.id, kind, key_hash, device: &device })?;
    if user.last_login_at.is_some() {
        tell(c, app, act, user, (&id, &device))?;
    }
    Ok(key)
}

fn tell(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    (id, device): (&DeviceId, &str),
) -> Result<(), AppError> {
    let bearer = Bearer::user(&user.organization_id, &user.id).about(id.as_str());
    let token = tokens::issue_to(c, &app.random, act, Purpose::EndSessions, bearer)?;
    let letter = SignInLetter::NewDevice {
        at: act.at,
        ip: act.ip.clone(),
        device: device.to_owned(),
        end_link: app.link(&paths::end_sessions_link(token.expose_secret())),
    };
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    let mail = NewEmail::new(&user.organization_id, recipient, &Letter::SignIn(letter)).for_user(&user.id);
    mail::enqueue(c, app, act.at, mail)?;
    let message = format!("Somebody, probably you, signed in with {device} for the first time.");
    let new = New {
        organization: &user.organization_id,
        user: &user.id,
        kind: Kind::SecurityAlert,
        severity: Severity::Medium,
        title: "Sign-in from a new device",
        message: &message,
        data: json!({ "device": device, "ip": act.ip }),
        link: Some(paths::ACCOUNT.to_owned()),
    };
    notifications::notify(c, &app.random, act.at, &new)?;
    let event = Event::new(&user.organization_id, "user.device_added", Target("user", user.id.as_str()))
        .change(None, json!({ "device": device }));
    Ok(audit::record(c, &app.random, act, event)?)
}

/// What a link that ends all sessions is worth; it stays as it is.
pub async fn look(app: &App, token: &SecretString, now: Timestamp) -> Result<Verdict, AppError> {
    let token = token.clone();
    app.db.read(move |c| tokens::peek(c, Purpose::EndSessions, &token, now)).await
}

/// Uses such a link up: every session and token family of its user ends, and the device is a stranger again.
pub async fn end_sessions(app: &App, act: &Act, token: &SecretString) -> Result<Verdict, AppError> {
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    let verdict = app.db.write(move |c| take(c, &app_, &act, &token)).await?;
    if let Verdict::Valid(Grant { user: Some(user), organization, .. }) = &verdict {
        app.hub.publish(Live::SessionsEnded {
            organization: organization.clone(),
            user: user.clone(),
            sessions: Ended::All,
        });
    }
    Ok(verdict)
}

fn take(c: &mut Connection, app: &App, act: &Act, token: &SecretString) -> Result<Verdict, AppError> {
    hold::owner(c, Purpose::EndSessions, token, act.at)?;
    let verdict = tokens::consume(c, act, Purpose::EndSessions, token)?;
    let Verdict::Valid(Grant { user: Some(id), subject, .. }) = &verdict else { return Ok(verdict) };
    let user = users::by_id(c, id)?.ok_or(AppError::NotFound)?;
    let act = act.known_as(&user.id, user.name.as_str());
    let ended = sessions::store::end_others(c, &user.id, None, REASON, &act)?;
    loose_ends::cut(c, &user.id, act.at)?;
    if let Some(device) = subject.as_deref().and_then(DeviceId::parse) {
        store::remove(c, &user.id, &device)?;
    }
    let event = Event::new(&user.organization_id, "user.sessions_ended", Target("user", user.id.as_str()))
        .change(None, json!({ "sessions": ended }))
        .because(Some(REASON));
    audit::record(c, &app.random, &act, event)?;
    Ok(verdict)
}
