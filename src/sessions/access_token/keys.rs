//! The keys that sign access tokens: made at the first start, replaced every quarter of a year.
//!
//! A new key is published an hour before it signs anything, so that nobody who keeps the key set for a while
//! meets a token of a key that is not in it; an old one stays published until its last token is dead.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::zeroize::Zeroizing;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::schema::signing_keys as table;
use crate::db::{Connection, MultiBackend};
use crate::error::AppError;
use crate::keys::Purpose;

/// A key signs for this long.
const LIFE: TimeDelta = TimeDelta::days(90);
/// A new key is published this long before it signs.
const ANNOUNCED: TimeDelta = TimeDelta::hours(1);
/// How long a retired key stays published at least.
const KEPT: TimeDelta = TimeDelta::days(1);

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
struct Row {
    kid: String,
    sealed_seed: String,
    created_at: Timestamp,
}

/// The key that signs now.
pub(super) struct Current {
    pub kid: String,
    pub seed: Zeroizing<Vec<u8>>,
}

/// A published key.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Published {
    pub kid: String,
    /// 32 bytes, base64url.
    pub public_key: String,
}

/// The oldest that is not retired: a younger one is being announced.
fn find(c: &mut Connection, now: Timestamp) -> QueryResult<Option<Row>> {
    table::table
        .filter(table::retired_at.is_null().or(table::retired_at.gt(now)))
        .order((table::created_at, table::kid))
        .select(Row::as_select())
        .first(c)
        .optional()
}

/// Makes the first key; instances that start together get one.
pub fn ensure(c: &mut Connection, app: &App, now: Timestamp) -> Result<(), AppError> {
    c.lock("signing_keys")?;
    if find(c, now)?.is_none() {
        insert(c, app, now)?;
    }
    Ok(())
}

/// The key to sign with at `now`.
pub(super) fn current(c: &mut Connection, app: &App, now: Timestamp) -> Result<Current, AppError> {
    let row = if let Some(row) = find(c, now)? {
        row
    } else {
        ensure(c, app, now)?;
        find(c, now)?.ok_or_else(|| AppError::internal("there is no key to sign with"))?
    };
    let seed = app.keys.open(Purpose::SigningKey, &row.sealed_seed, row.kid.as_bytes());
    Ok(Current { seed: Zeroizing::new(seed.map_err(AppError::internal)?), kid: row.kid })
}

/// The public half of a key of ours, retired or not.
pub(super) fn public(c: &mut Connection, kid: &str) -> QueryResult<Option<Vec<u8>>> {
    let found: Option<String> = table::table.find(kid).select(table::public_key).first(c).optional()?;
    Ok(found.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()))
}

/// Every key that may have signed a token that is still good, oldest first.
pub fn published(c: &mut Connection) -> QueryResult<Vec<Published>> {
    table::table.order((table::created_at, table::kid)).select(Published::as_select()).load(c)
}

fn insert(c: &mut Connection, app: &App, now: Timestamp) -> Result<String, AppError> {
    let seed = Zeroizing::new(app.random.bytes::<32>());
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice());
    let pair = pair.map_err(|rejected| AppError::internal(rejected.to_string()))?;
    let kid = hex::encode(app.random.bytes::<8>());
    let sealed = app.keys.seal(Purpose::SigningKey, seed.as_slice(), kid.as_bytes(), &app.random);
    diesel::insert_into(table::table)
        .values((
            table::kid.eq(&kid),
            table::sealed_seed.eq(sealed),
            table::public_key.eq(URL_SAFE_NO_PAD.encode(pair.public_key())),
            table::created_at.eq(now),
        ))
        .execute(c)?;
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
            let dead = table::table.filter(table::retired_at.lt(now.minus(kept)));
            let mut changed = diesel::delete(dead).execute(c)?;
            let newest: Option<Row> =
                table::table.order(table::created_at.desc()).select(Row::as_select()).first(c).optional()?;
            if newest.is_none_or(|row| row.created_at.plus(LIFE) <= now) {
                let successor = insert(c, &app_, now)?;
                let others =
                    table::table.filter(table::retired_at.is_null()).filter(table::kid.ne(successor));
                diesel::update(others).set(table::retired_at.eq(Some(now.plus(ANNOUNCED)))).execute(c)?;
                changed += 1;
            }
            Ok::<_, AppError>(changed)
        })
        .await
}
