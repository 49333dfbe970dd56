//! Counting failures, locking, and lifting locks.

use std::time::Duration;

use diesel::QueryResult;
use secrecy::SecretString;
use serde_json::json;

use super::model::{Cleared, LockId, Reason, bucket, limited_together, lock_after};
use super::store::{self, NewFailure, NewLock};
use super::{MOST, WINDOW};
use crate::access::{Act, UserId};
use crate::accounts::devices::{self, Presented};
use crate::accounts::tokens::{self, Bearer, Grant, Purpose, Verdict};
use crate::accounts::{User, hold, store as users};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::EmailAddress;

/// What is known of a try before its password was looked at.
#[derive(Clone, Debug)]
pub struct Seen {
    pub user: Option<User>,
    /// How long this network must wait, if it failed too often.
    pub wait: Option<Duration>,
    address: String,
    bucket: String,
    /// Is it a browser that the account's owner has signed in from?
    known: bool,
    network: String,
}

/// Looks at a try to sign in with this address (its key) from this device; the same reads whether anybody
/// has the address or not.
pub fn seen(
    c: &mut Connection,
    app: &App,
    act: &Act,
    address: &str,
    device: &Presented,
) -> QueryResult<Seen> {
    let network = limited_together(act.ip.as_deref());
    let wait = wait_of(c, app, act, &network)?;
    let user = users::by_email_key(c, address)?;
    let device = devices::known_browser(c, user.as_ref().map(|user| &user.id), device)?;
    Ok(Seen {
        user,
        wait,
        address: address.to_owned(),
        bucket: bucket(app, address, device.as_ref().map(devices::DeviceId::as_str)),
        known: device.is_some(),
        network,
    })
}

/// How long a network must wait, if it failed too often.
fn wait_of(c: &mut Connection, app: &App, act: &Act, network: &str) -> QueryResult<Option<Duration>> {
    let oldest = store::oldest_of(c, network, app.config.accounts.failures_per_ip, act.at)?;
    let wait = oldest.map(|oldest| oldest.plus(WINDOW).since(act.at).to_std().unwrap_or_default());
    Ok(wait.map(|wait| wait.max(Duration::from_secs(1))))
}

/// What became of a try after its password was compared.
#[derive(Clone, Debug)]
pub enum Settled {
    /// The password was right and nothing is locked. The user as of now.
    Right(Box<User>),
    /// Refused, in the words for a wrong password.
    Refused { reason: Reason, lock: Option<LockId> },
    /// Its network failed too often while the password was compared, and must wait.
    Wait(Duration),
}

/// Settles a try, in its own transaction, one after the other for each address and each network: what counts is the
/// lock and the limit at this moment and not before the password was compared, so that many guesses at once are no
/// more than five of one address, and no more than the limit of one network.
pub fn settle(c: &mut Connection, app: &App, act: &Act, seen: &Seen, right: bool) -> QueryResult<Settled> {
    c.lock(&format!("sign-in:{}", seen.address))?;
    c.lock(&format!("sign-in-network:{}", seen.network))?;
    if let Some(wait) = wait_of(c, app, act, &seen.network)? {
        return Ok(Settled::Wait(wait));
    }
    let user = users::by_email_key(c, &seen.address)?;
    let own = store::locked_until(c, &seen.bucket, act.at)?;
    let of_account = user.as_ref().and_then(|user| user.locked_until);
    let until = if seen.known || user.is_none() { own } else { of_account };
    let locked = until.is_some_and(|until| until > act.at);
    if let (true, false, Some(user)) = (right, locked, &user) {
        // A closed account is told so, and is neither a failure nor a success.
        if user.may_sign_in(act.at).is_ok() {
            store::forget(c, &seen.bucket, act.at)?;
        }
        return Ok(Settled::Right(Box::new(user.clone())));
    }
    let reason = if locked { Reason::Locked } else { Reason::Credentials };
    let whose = user.as_ref().map(|user| &user.id);
    let failure = NewFailure { bucket: &seen.bucket, user: whose, network: &seen.network, reason };
    store::insert_failure(c, &app.random, act, failure)?;
    let failures = if locked { 0 } else { store::count(c, &seen.bucket, act.at)? };
    let lock = match lock_after(failures, act.at) {
        None => None,
        Some(until) => {
            store::forget(c, &seen.bucket, act.at)?;
            let new = NewLock { bucket: &seen.bucket, user: whose, until, failures: MOST };
            Some(store::lock(c, &app.random, act, new)?)
        }
    };
    Ok(Settled::Refused { reason, lock: lock.filter(|_| whose.is_some()) })
}

/// Makes tries to sign in with this address wait until the end of the transaction. Whoever changes the row of its
/// user and lifts a lock as well calls this before: a try holds this when it comes to the row.
pub fn hold(c: &mut Connection, address: &EmailAddress) -> QueryResult<()> {
    c.lock(&format!("sign-in:{}", address.key()))
}

/// Lifts every lock of a user; answers whether there was one. Call it in the transaction of the cause, which
/// writes its own audit entry; [`clear`] writes one as well.
pub fn lift(c: &mut Connection, act: &Act, user: &User, how: Cleared) -> QueryResult<bool> {
    hold(c, &user.email)?;
    tokens::end(c, Purpose::Unlock, Bearer::user(&user.organization_id, &user.id), act.at)?;
    store::lift(c, &user.id, how, act)
}

/// Lifts every lock of a user and says so in the audit log.
pub fn clear(c: &mut Connection, app: &App, act: &Act, user: &User, how: Cleared) -> QueryResult<bool> {
    let lifted = lift(c, act, user, how)?;
    if lifted {
        let event = Event::new(&user.organization_id, "user.unlocked", Target("user", user.id.as_str()))
            .change(None, json!({ "by": how }));
        audit::record(c, &app.random, act, event)?;
    }
    Ok(lifted)
}

/// What an unlock link is worth; it stays as it is.
pub async fn look(app: &App, token: &SecretString, now: Timestamp) -> Result<Verdict, AppError> {
    let token = token.clone();
    app.db.read(move |c| tokens::peek(c, Purpose::Unlock, &token, now)).await
}

/// Uses an unlock link up.
pub async fn unlock(app: &App, act: &Act, token: &SecretString) -> Result<Verdict, AppError> {
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    app.db
        .write(move |c| {
            hold::owner(c, Purpose::Unlock, &token, act.at)?;
            let verdict = tokens::consume(c, &act, Purpose::Unlock, &token)?;
            if let Verdict::Valid(Grant { user: Some(id), .. }) = &verdict {
                let user = by_id(c, id)?;
                let act = act.known_as(&user.id, user.name.as_str());
                clear(c, &app_, &act, &user, Cleared::Link)?;
            }
            Ok::<_, AppError>(verdict)
        })
        .await
}

fn by_id(c: &mut Connection, id: &UserId) -> Result<User, AppError> {
    users::by_id(c, id)?.ok_or(AppError::NotFound)
}
