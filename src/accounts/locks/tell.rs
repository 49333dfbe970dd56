//! Telling the owner of an account that it was locked: mail, notification and audit entry, once for each lock.

use secrecy::ExposeSecret;
use serde_json::json;

use super::model::{Lock, LockId};
use super::store;
use crate::access::{Act, Who};
use crate::accounts::tokens::{self, Purpose};
use crate::accounts::{User, store as users};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::SignInLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::notifications::{self, Kind, New, Severity};
use crate::paths;

/// Locks told of in one run of the job.
const BATCH: i64 = 100;

/// Tells of one lock, unless that was done; answers whether it did.
pub async fn tell(app: &App, id: &LockId) -> Result<bool, AppError> {
    let (app_, id) = (app.clone(), id.clone());
    app.db.write(move |c| tell_in(c, &app_, &id)).await
}

/// Tells of every lock that was not told of: those whose process ended right after the answer.
pub async fn tell_all(app: &App) -> Result<usize, AppError> {
    let mut told = 0;
    for id in app.db.read(|c| store::untold(c, BATCH)).await? {
        told += usize::from(tell(app, &id).await?);
    }
    Ok(told)
}

fn tell_in(c: &mut Connection, app: &App, id: &LockId) -> Result<bool, AppError> {
    let now = app.clock.now();
    let Some(lock) = store::take_untold(c, id, now)? else { return Ok(false) };
    let Some(owner) = &lock.user_id else { return Ok(false) };
    let user = users::by_id(c, owner)?.ok_or(AppError::NotFound)?;
    // It is said of the moment and the place of the last failure, not of this telling.
    let act = Act {
        who: Who::Visitor,
        at: lock.locked_at,
        ip: lock.ip.clone(),
        user_agent: lock.user_agent.clone(),
        request_id: None,
    };
    if lock.holds(now) {
        write_mail(c, app, &act, &user, &lock)?;
    }
    let message = format!(
        "{} tries to sign in failed, so your account was locked for 15 minutes. If it was not you, nobody got in.",
        lock.failures
    );
    let new = New {
        organization: &user.organization_id,
        user: &user.id,
        kind: Kind::AccountLockout,
        severity: Severity::High,
        title: "Your account was locked",
        message: &message,
        data: json!({ "failures": lock.failures, "until": lock.until }),
        link: None,
    };
    notifications::notify(c, &app.random, act.at, &new)?;
    let event = Event::new(&user.organization_id, "user.locked", Target("user", user.id.as_str()))
        .change(None, json!({ "failures": lock.failures, "until": lock.until }));
    audit::record(c, &app.random, &act, event)?;
    Ok(true)
}

fn write_mail(c: &mut Connection, app: &App, act: &Act, user: &User, lock: &Lock) -> Result<(), AppError> {
    let purpose = Purpose::Unlock;
    let token = tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?;
    let letter = SignInLetter::Locked {
        failures: lock.failures,
        until: lock.until,
        unlock_link: app.link(&paths::unlock_link(token.expose_secret())),
    };
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    let mail = NewEmail::new(&user.organization_id, recipient, &Letter::SignIn(letter)).for_user(&user.id);
    mail::enqueue(c, app, act.at, mail)?;
    Ok(())
}
