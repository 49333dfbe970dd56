//! One-time tokens: the secret of an emailed link, kept only as a hash.
//!
//! 256 random bits, bound to a purpose and a user, single use. A new one of the same purpose ends the
//! older ones. Looking at one ([`peek`]) never consumes it; [`consume`] does, under the row's lock.

mod store;

use std::time::Duration;

use chrono::TimeDelta;
use diesel::QueryResult;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::access::{Act, OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::ids::Random;
use crate::{id_type, text_enum};

pub use store::{end, forget};

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
        /// Lets a forgotten password be replaced.
        PasswordReset = "password_reset",
        /// Makes an account of an invite (the subject).
        Invite = "invite",
        /// Lifts the lock that too many wrong passwords brought.
        Unlock = "unlock",
        /// Ends every session of a user, from the mail about a new device.
        EndSessions = "end_sessions",
        /// Proves the new address of a change (the subject).
        AddressChange = "address_change",
        /// Takes a change of address (the subject) back.
        AddressUndo = "address_undo",
    }
}

impl Purpose {
    #[must_use]
    pub fn life(self) -> Duration {
        const HOUR: u64 = 3_600;
        Duration::from_secs(match self {
            Self::Setup | Self::PasswordReset | Self::Unlock => HOUR,
            Self::EmailVerification | Self::AddressChange => 24 * HOUR,
            Self::Activation | Self::AddressUndo => 72 * HOUR,
            Self::Invite | Self::EndSessions => 7 * 24 * HOUR,
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
    /// What it is about, where that is not the user.
    pub subject: Option<String>,
}

/// Whom and what a token is for.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<'a> {
    pub organization: &'a OrganizationId,
    pub user: Option<&'a UserId>,
    /// The id of the row it is about, such as an invite. Tokens about different rows do not end each other.
    pub subject: Option<&'a str>,
    /// How long it lives; the life of its purpose when absent.
    pub life: Option<TimeDelta>,
}

impl<'a> Bearer<'a> {
    /// A token that is about its user.
    #[must_use]
    pub fn user(organization: &'a OrganizationId, user: &'a UserId) -> Self {
        Self { organization, user: Some(user), subject: None, life: None }
    }

    #[must_use]
    pub fn about(self, subject: &'a str) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

/// SHA-256, hexadecimal: what is kept of any secret that a person or program presents.
#[must_use]
pub fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Makes a token about its user (or nobody) and ends the older ones of the same purpose and user.
pub fn issue(
    c: &mut Connection,
    random: &Random,
    act: &Act,
    organization: &OrganizationId,
    user: Option<&UserId>,
    purpose: Purpose,
) -> QueryResult<SecretString> {
    issue_to(c, random, act, purpose, Bearer { organization, user, subject: None, life: None })
}

/// Makes a token and ends the older ones of the same purpose, user and subject.
pub fn issue_to(
    c: &mut Connection,
    random: &Random,
    act: &Act,
    purpose: Purpose,
    bearer: Bearer<'_>,
) -> QueryResult<SecretString> {
    // Of two that are issued at once, the later ends the earlier.
    c.lock(&format!(
        "{purpose}:{}:{}",
        bearer.user.map_or("", UserId::as_str),
        bearer.subject.unwrap_or_default()
    ))?;
    end(c, purpose, bearer, act.at)?;
    let secret = hex::encode(random.bytes::<32>());
    let life = bearer.life.unwrap_or_else(|| TimeDelta::from_std(purpose.life()).unwrap_or_default());
    let id = TokenId::new(random, act.at);
    store::insert(c, act, purpose, bearer, (&id, &fingerprint(&secret), act.at.plus(life)))?;
    Ok(SecretString::from(secret))
}

/// Tells what a token is worth, and leaves it as it is.
pub fn peek(
    c: &mut Connection,
    purpose: Purpose,
    secret: &SecretString,
    now: Timestamp,
) -> QueryResult<Verdict> {
    let row = store::by_hash(c, purpose, &fingerprint(secret.expose_secret()))?;
    Ok(match row {
        None => Verdict::Unknown,
        Some(row) if row.used_at.is_some() => Verdict::Used,
        Some(row) if row.replaced_at.is_some() || row.expires_at <= now => Verdict::Expired,
        Some(row) => Verdict::Valid(Grant {
            token: row.id,
            organization: row.organization_id,
            user: row.user_id,
            subject: row.subject,
        }),
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
    // Whoever comes second waits for the row and then finds it used.
    Ok(if store::use_up(c, act, &grant.token)? { verdict } else { Verdict::Used })
}
