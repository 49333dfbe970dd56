//! The keys that sign access tokens: made at the first start, replaced every quarter of a year.
//!
//! A new key is published an hour before it signs anything, so that nobody who keeps the key set for a while
//! meets a token of a key that is not in it; an old one stays published until its last token is dead.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::QueryResult;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::zeroize::Zeroizing;

use super::store;
pub use super::store::{Published, published};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose;

/// A key signs for this long.
const LIFE: TimeDelta = TimeDelta::days(90);
/// A new key is published this long before it signs.
const ANNOUNCED: TimeDelta = TimeDelta::hours(1);
/// How long a retired key stays published at least.
const KEPT: TimeDelta = TimeDelta::days(1);

/// The key that signs now.
pub(super) struct Current {
    pub kid: String,
    pub seed: Zeroizing<Vec<u8>>,
}

/// Makes the first key; instances that start together get one.
pub fn ensure(c: &mut Connection, app: &App, now: Timestamp) -> Result<(), AppError> {
    c.lock("signing_keys")?;
    if store::current(c, now)?.is_none() {
        insert(c, app, now)?;
    }
    Ok(())
}

/// The key to sign with at `now`.
pub(super) fn current(c: &mut Connection, app: &App, now: Timestamp) -> Result<Current, AppError> {
    let row = if let Some(row) = store::current(c, now)? {
        row
    } else {
        ensure(c, app, now)?;
        store::current(c, now)?.ok_or_else(|| AppError::internal("there is no key to sign with"))?
    };
    let seed = app.keys.open(Purpose::SigningKey, &row.sealed_seed, row.kid.as_bytes());
    Ok(Current { seed: Zeroizing::new(seed.map_err(AppError::internal)?), kid: row.kid })
}

/// The public half of a key of ours, retired or not.
pub(super) fn public(c: &mut Connection, kid: &str) -> QueryResult<Option<Vec<u8>>> {
    Ok(store::public_key(c, kid)?.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()))
}

fn insert(c: &mut Connection, app: &App, now: Timestamp) -> Result<String, AppError> {
    let seed = Zeroizing::new(app.random.bytes::<32>());
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice());
    let pair = pair.map_err(|rejected| AppError::internal(rejected.to_string()))?;
    let kid = hex::encode(app.random.bytes::<8>());
    let sealed = app.keys.seal(Purpose::SigningKey, seed.as_slice(), kid.as_bytes(), &app.random);
    store::insert(c, &kid, (sealed, URL_SAFE_NO_PAD.encode(pair.public_key())), now)?;
    Ok(kid)
}

/// Replaces a key whose time is over and forgets those whose tokens are dead; answers how many changed.
pub async fn maintain(app: App) -> Result<usize, AppError> {
    let now = app.clock.now();
    let kept = app.config.sessions.access().max(KEPT);
    let app_ = app.clone();
    app.db
        .write(move |c| {
            c.lock("signing_keys")?;
            let mut changed = store::remove_retired(c, now.minus(kept))?;
            if store::newest(c)?.is_none_or(|row| row.created_at.plus(LIFE) <= now) {
                let successor = insert(c, &app_, now)?;
                store::retire_others(c, &successor, now.plus(ANNOUNCED))?;
                changed += 1;
            }
            Ok::<_, AppError>(changed)
        })
        .await
}
