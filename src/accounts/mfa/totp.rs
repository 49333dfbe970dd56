//! The authenticator app: RFC 6238 with what every app understands (SHA-1, 6 digits, 30 seconds).

use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Totp};

use super::changes::{self, Change};
use super::first::{self, Enrolled};
use super::store;
use crate::access::{Act, Actor, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose;

/// As RFC 4226 recommends: 160 bits.
const SECRET_BYTES: usize = 20;

/// An app that is being set up.
#[derive(Debug)]
pub struct SetUp {
    /// For typing it in, in groups of four.
    pub secret: SecretString,
    /// What the QR code says.
    pub uri: SecretString,
}

/// Why an app does not count yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    WrongCode,
    /// Nothing is being set up (any more).
    NothingPending,
}

/// What came of a confirmed app.
#[derive(Debug)]
pub enum Confirmed {
    First(Enrolled),
    Further,
}

/// Begins to set up an app with a new secret; the app that counts stays until the new one is confirmed.
pub async fn begin(app: &App, act: &Act, user: &UserId) -> Result<(), AppError> {
    let secret: [u8; SECRET_BYTES] = app.random.bytes();
    let sealed = app.keys.seal(Purpose::TotpSecret, &secret, &place(user), &app.random);
    let (user, now) = (user.clone(), act.at);
    app.db
        .write(move |c| {
            store::locked(c, &user)?;
            Ok::<_, AppError>(store::totp::set_pending(c, &user, &sealed, now)?)
        })
        .await
}

/// The app that `actor` is setting up.
pub async fn pending(app: &App, actor: &Actor, now: Timestamp) -> Result<Option<SetUp>, AppError> {
    let user = actor.user.clone();
    let row = app.db.read(move |c| store::totp::find(c, &user)).await?;
    let Some(sealed) = row.and_then(|row| row.pending(now)) else { return Ok(None) };
    let totp = Builder::new()
        .with_secret(secret(app, &actor.user, &sealed)?)
        .with_issuer(Some(named(&actor.organization_name)))
        .with_account_name(named(&actor.email))
        .build()
        .map_err(|error| AppError::internal(error.to_string()))?;
    let uri = totp.to_url().map_err(|error| AppError::internal(error.to_string()))?;
    let text = totp.secret().to_base32();
    let groups: Vec<&str> =
        text.as_bytes().chunks(4).filter_map(|part| std::str::from_utf8(part).ok()).collect();
    Ok(Some(SetUp { secret: groups.join(" ").into(), uri: uri.into() }))
}

/// The sign that parts issuer and account cannot be in either.
fn named(text: &str) -> String {
    text.replace(':', " ")
}

/// Makes the app of `actor` count, once it has shown a code.
pub async fn confirm(
    app: &App,
    act: &Act,
    actor: &Actor,
    code: &SecretString,
) -> Result<Result<Confirmed, Refused>, AppError> {
    let (app_, act, actor_, code) = (app.clone(), act.clone(), actor.clone(), code.clone());
    let confirmed = app.db.write(move |c| confirm_in(c, &app_, &act, &actor_, &code)).await?;
    if let Ok(Confirmed::First(_)) = &confirmed {
        first::tell_others(app, actor);
    }
    Ok(confirmed)
}

fn confirm_in(
    c: &mut Connection,
    app: &App,
    act: &Act,
    actor: &Actor,
    code: &SecretString,
) -> Result<Result<Confirmed, Refused>, AppError> {
    let user = store::locked(c, &actor.user)?;
    let row = store::totp::find(c, &user.id)?;
    let had_app = row.as_ref().is_some_and(|row| row.confirmed_at.is_some());
    let Some(sealed) = row.and_then(|row| row.pending(act.at)) else {
        return Ok(Err(Refused::NothingPending));
    };
    let Some(step) = matched(&secret(app, &user.id, &sealed)?, code, act.at)? else {
        return Ok(Err(Refused::WrongCode));
    };
    store::totp::confirm(c, &user.id, step, act.at)?;
    let first = store::count_from_now_on(c, &user.id, act.at)?;
    let change = if had_app { Change::AppReplaced } else { Change::AppAdded { first } };
    changes::tell(c, app, act, &user, &change)?;
    Ok(Ok(if first {
        Confirmed::First(first::enrol(c, app, act, actor, &user)?)
    } else {
        Confirmed::Further
    }))
}

/// Uses a code up: of two that come at once one is taken, and none a second time.
///
/// # Errors
/// Only outages.
pub fn spend(
    c: &mut Connection,
    app: &App,
    user: &UserId,
    code: &SecretString,
    now: Timestamp,
) -> Result<bool, AppError> {
    let Some(sealed) = store::totp::find(c, user)?.and_then(|row| row.sealed_secret) else {
        return Ok(false);
    };
    match matched(&secret(app, user, &sealed)?, code, now)? {
        Some(step) => Ok(store::totp::advance(c, user, step)?),
        None => Ok(false),
    }
}

/// The time step a code is of: now, the one before, or the one after.
fn matched(secret: &[u8], code: &SecretString, now: Timestamp) -> Result<Option<i64>, AppError> {
    let totp: Totp =
        Builder::new().with_secret(secret).build().map_err(|error| AppError::internal(error.to_string()))?;
    let seconds = u64::try_from(now.utc().timestamp()).unwrap_or_default();
    let typed: String = code.expose_secret().chars().filter(|letter| !letter.is_whitespace()).collect();
    Ok(totp.check(&typed, seconds).and_then(|step| i64::try_from(step).ok()))
}

fn secret(app: &App, user: &UserId, sealed: &str) -> Result<Vec<u8>, AppError> {
    app.keys.open(Purpose::TotpSecret, sealed, &place(user)).map_err(AppError::internal)
}

fn place(user: &UserId) -> Vec<u8> {
    format!("totp {user}").into_bytes()
}

/// Removes the app; `false` when it is the last factor of somebody who must have one, or there is none.
pub async fn remove(app: &App, act: &Act, actor: &Actor) -> Result<bool, AppError> {
    let (app_, act, actor) = (app.clone(), act.clone(), actor.clone());
    app.db
        .write(move |c| {
            let user = store::locked(c, &actor.user)?;
            let factors = store::factors(c, &user.id)?;
            if factors.app_since.is_none() || !store::may_lose_one(c, &user, &factors)? {
                return Ok::<_, AppError>(false);
            }
            store::totp::remove(c, &user.id)?;
            let last = store::count_no_more_without(c, &user.id)?;
            changes::tell(c, &app_, &act, &user, &Change::AppRemoved { last })?;
            Ok(true)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let now = Timestamp::from_unix(seconds).unwrap();
            let step = matched(secret, &code.to_owned().into(), now).unwrap();
            assert_eq!(step, Some(seconds / 30), "{code}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let secret = b"12345678901234567890";
        let code: SecretString = "081804".to_owned().into();
        let step = 1_111_111_109 / 30;
        for (off, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let now = Timestamp::from_unix((step + off) * 30).unwrap();
            assert_eq!(matched(secret, &code, now).unwrap().is_some(), right, "{off}");
        }
    }
}
