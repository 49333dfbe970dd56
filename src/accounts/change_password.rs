//! Choosing a password: one's own, in place of a temporary one, or the first by an activation link.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::locks::{self, Cleared};
use super::password::{self, Owner, Rule};
use super::tokens::{self, Purpose, Verdict};
use super::{User, hold, loose_ends, store};
use crate::access::{Act, Actor, SessionId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::live::{Ended, Event as Live};
use crate::mail::letters::PasswordLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::sessions::Opened;
use crate::{notifications, paths, sessions};

/// The word of the audit log.
const CHANGED: &str = "user.password_changed";

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

/// Guesses of the present password by whoever sits in the session.
const GUESSES: Limit = Limit::new("password_change", 5, TimeDelta::minutes(15));

/// Changes the password of the user who is signed in by browser and ends all other sessions; this one gets another
/// key. After a temporary password the present one is not asked for: it was just used to sign in.
///
/// # Errors
/// `TooMany` after a few wrong present passwords, `Unavailable` when too many passwords are hashed.
pub async fn change(
    app: &App,
    act: &Act,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
) -> Result<Result<Opened, Refused>, AppError> {
    let wanted = actor.user.clone();
    let user = app.db.read(move |c| store::by_id(c, &wanted)).await?.ok_or(AppError::NotFound)?;
    let kept = user.password_hash.clone();
    if !user.must_change_password {
        let key = format!("user:{}", user.id);
        limits::take(app, GUESSES, std::slice::from_ref(&key)).await?;
        if !app.hasher.verify(current, kept.clone()).await? {
            return Ok(Err(Refused::Current));
        }
        limits::forget(app, GUESSES, &key).await?;
    }
    if let Some(sentence) = complaint(&user, new) {
        return Ok(Err(Refused::Rules(sentence)));
    }
    if app.hasher.verify(new, kept).await? {
        return Ok(Err(Refused::Same));
    }
    let hash = app.hasher.hash(new).await?;
    let ended = others_ended(&user, Some(&actor.session));
    let (app_, act, session) = (app.clone(), act.clone(), actor.session.clone());
    let outcome = app
        .db
        .write(move |c| {
            locks::hold(c, &user.email)?;
            // Somebody else changed it, or took it away, while the new one was hashed.
            let Some(user) = hold::with_password(c, &user)? else { return Ok(Err(Refused::Current)) };
            save(c, &app_, &act, &user, &Saved { hash, keep: Some(&session), action: CHANGED })?;
            Ok::<_, AppError>(Ok(sessions::rotate(c, &app_, &session)?))
        })
        .await?;
    if outcome.is_ok() {
        app.hub.publish(ended);
    }
    Ok(outcome)
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
    let ended = others_ended(&user, None);
    let (app_, token) = (app.clone(), token.clone());
    let act = act.known_as(&user.id, user.name.as_str());
    let outcome = app
        .db
        .write(move |c| {
            hold::user(c, &user.id)?;
            let verdict = tokens::consume(c, &act, Purpose::Activation, &token)?;
            if !matches!(verdict, Verdict::Valid(_)) {
                return Ok(Err(Refused::Link(verdict)));
            }
            store_new(c, &app_, &act, &user, &Saved { hash, keep: None, action: CHANGED })?;
            Ok::<_, AppError>(Ok(()))
        })
        .await?;
    if outcome.is_ok() {
        app.hub.publish(ended);
    }
    Ok(outcome)
}

fn complaint(user: &User, new: &SecretString) -> Option<String> {
    password::complaint(&broken_rules(user, new))
}

/// The rules that a new password of this user breaks.
pub(super) fn broken_rules(user: &User, new: &SecretString) -> Vec<Rule> {
    let owner = Owner { name: user.name.as_str(), email: user.email.as_str(), role: user.role };
    password::broken_rules(new.expose_secret(), &owner)
}

fn others_ended(user: &User, keep: Option<&SessionId>) -> Live {
    let sessions = keep.map_or(Ended::All, |session| Ended::AllBut(session.clone()));
    Live::SessionsEnded { organization: user.organization_id.clone(), user: user.id.clone(), sessions }
}

/// A password that its owner chose.
#[derive(Debug)]
pub(super) struct Saved<'a> {
    pub hash: String,
    /// The one session that goes on.
    pub keep: Option<&'a SessionId>,
    /// The word of the audit log.
    pub action: &'static str,
}

/// Keeps a password that replaces another one, ends sessions, and tells its owner.
pub(super) fn save(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    saved: &Saved<'_>,
) -> Result<(), AppError> {
    store_new(c, app, act, user, saved)?;
    tell_owner(c, app, act, user)
}

fn store_new(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    saved: &Saved<'_>,
) -> diesel::QueryResult<()> {
    store::set_password(c, &user.id, &store::Password::Own(saved.hash.clone()), act.at)?;
    locks::clear(c, app, act, user, Cleared::Password)?;
    sessions::store::end_others(c, &user.id, saved.keep, "the password was changed", act)?;
    loose_ends::cut(c, &user.id, act.at)?;
    let event = Event::new(&user.organization_id, saved.action, Target("user", user.id.as_str()));
    audit::record(c, &app.random, act, event)
}

/// By mail and in Frontdesk, so that a change by somebody else does not stay unseen.
fn tell_owner(c: &mut Connection, app: &App, act: &Act, user: &User) -> Result<(), AppError> {
    let device = sessions::device(act.user_agent.as_deref().unwrap_or_default());
    let message = match &act.ip {
        Some(ip) => format!("It was done with {device} from {ip}. If that was not you, reset it at once."),
        None => format!("It was done with {device}. If that was not you, reset it at once."),
    };
    let letter = Letter::Password(PasswordLetter::Changed {
        at: act.at,
        ip: act.ip.clone(),
        device,
        reset_url: app.link(paths::FORGOT_PASSWORD),
    });
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    mail::enqueue(
        c,
        app,
        act.at,
        NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id),
    )?;
    let notification = notifications::New {
        organization: &user.organization_id,
        user: &user.id,
        kind: notifications::Kind::PasswordChange,
        severity: notifications::Severity::Medium,
        title: "Your password was changed",
        message: &message,
        data: json!({}),
        link: Some(paths::FORGOT_PASSWORD.to_owned()),
    };
    Ok(notifications::notify(c, &app.random, act.at, &notification)?)
}
