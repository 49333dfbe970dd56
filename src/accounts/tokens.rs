//! One-time tokens: the secret of an emailed link, kept only as a hash.
//!
//! 256 random bits, bound to a purpose and a user, single use. A new one of the same purpose ends the
//! older ones. Looking at one ([`peek`]) never consumes it; [`consume`] does, under the row's lock.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::access::{Act, OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::one_time_tokens as table;
use crate::db::{Connection, MultiBackend};
use crate::ids::Random;
use crate::{id_type, text_enum};

id_type!(
    /// A one-time token.
    TokenId
);

text_enum! {
    /// What a token is good for.
    Purpose {
        /// Creates the first operator.
        Setup = "setup",
        EmailVerification = "email_verification",
        /// Sets the first password of an approved applicant.
        Activation = "activation",
        /// Opens the applicant's own case while there is no way to sign in yet.
        CaseAccess = "case_access",
    }
}

impl Purpose {
    #[must_use]
    pub fn life(self) -> Duration {
        const HOUR: u64 = 3_600;
        Duration::from_secs(match self {
            Self::Setup => HOUR,
            Self::EmailVerification => 24 * HOUR,
            Self::Activation => 72 * HOUR,
            Self::CaseAccess => 30 * 24 * HOUR,
        })
    }
}

/// What a presented token is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid(Grant),
    Expired,
    Used,
    Unknown,
}

/// What a valid token grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub token: TokenId,
    pub organization: OrganizationId,
    pub user: Option<UserId>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
struct Row {
    id: TokenId,
    organization_id: OrganizationId,
    user_id: Option<UserId>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    replaced_at: Option<Timestamp>,
}

/// SHA-256, hexadecimal: what is kept of any secret that a person or program presents.
#[must_use]
pub fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Makes a token and ends the older ones of the same purpose and user.
pub fn issue(
    c: &mut Connection,
    random: &Random,
    act: &Act,
    organization: &OrganizationId,
    user: Option<&UserId>,
    purpose: Purpose,
) -> QueryResult<SecretString> {
    let older = table::table
        .filter(table::purpose.eq(purpose.as_str()))
        .filter(table::used_at.is_null())
        .filter(table::replaced_at.is_null());
    let now = Some(act.at);
    match user {
        Some(user) => diesel::update(older.filter(table::user_id.eq(user)))
            .set(table::replaced_at.eq(now))
            .execute(c)?,
        None => diesel::update(older.filter(table::user_id.is_null()))
            .set(table::replaced_at.eq(now))
            .execute(c)?,
    };
    let secret = hex::encode(random.bytes::<32>());
    let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
    diesel::insert_into(table::table)
        .values((
            table::id.eq(TokenId::new(random, act.at)),
            table::organization_id.eq(organization),
            table::user_id.eq(user),
            table::purpose.eq(purpose.as_str()),
            table::hash.eq(fingerprint(&secret)),
            table::created_at.eq(act.at),
            table::expires_at.eq(act.at.plus(life)),
            table::issued_ip.eq(act.ip.as_deref()),
            table::issued_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)?;
    Ok(SecretString::from(secret))
}

/// Tells what a token is worth, and leaves it as it is.
pub fn peek(
    c: &mut Connection,
    purpose: Purpose,
    secret: &SecretString,
    now: Timestamp,
) -> QueryResult<Verdict> {
    let row: Option<Row> = table::table
        .filter(table::hash.eq(fingerprint(secret.expose_secret())))
        .filter(table::purpose.eq(purpose.as_str()))
        .select(Row::as_select())
        .first(c)
        .optional()?;
    Ok(match row {
        None => Verdict::Unknown,
        Some(row) if row.used_at.is_some() => Verdict::Used,
        Some(row) if row.replaced_at.is_some() || row.expires_at <= now => Verdict::Expired,
        Some(row) => {
            Verdict::Valid(Grant { token: row.id, organization: row.organization_id, user: row.user_id })
        }
    })
}

/// Uses a token up: of two simultaneous uses one gets [`Verdict::Valid`]. Call it in a write transaction.
pub fn consume(
    c: &mut Connection,
    act: &Act,
    purpose: Purpose,
    secret: &SecretString,
) -> QueryResult<Verdict> {
    let verdict = peek(c, purpose, secret, act.at)?;
    let Verdict::Valid(grant) = &verdict else { return Ok(verdict) };
    // The condition decides under the row's lock: a second user waits here and then finds it used.
    let used = diesel::update(table::table.find(&grant.token).filter(table::used_at.is_null()))
        .set((
            table::used_at.eq(Some(act.at)),
            table::used_ip.eq(act.ip.as_deref()),
            table::used_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)?;
    Ok(if used == 1 { verdict } else { Verdict::Used })
}
