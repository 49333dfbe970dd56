//! Everything about a person's security, from the features that keep it: the only place that knows where.

use diesel::QueryResult;

use crate::access::{OrganizationId, UserId};
use crate::accounts::User;
use crate::accounts::devices::{self, Device};
use crate::accounts::locks::{self, Failure, Lock};
use crate::accounts::store as users;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::revocations::{self, Revocation};
use crate::sessions::api_tokens::{self, RefreshTokenRow};
use crate::sessions::listing::{self, Session};
use crate::sessions::store::Kind;

/// The latest of each kind.
const LATEST: i64 = 100;
/// The latest links of a chain.
const LINKS: i64 = 50;

/// A token family with the latest links of its rotation chain.
#[derive(Clone, Debug)]
pub struct Family {
    pub session: Session,
    pub chain: Vec<RefreshTokenRow>,
    /// How long the chain is altogether.
    pub tokens: i64,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub user: User,
    /// Is one of their sessions open, also one that is not among the latest?
    pub has_open: bool,
    pub sessions: Vec<Session>,
    pub families: Vec<Family>,
    pub failures: Vec<Failure>,
    pub locks: Vec<Lock>,
    pub devices: Vec<Device>,
    /// Each with how many of the person's sessions it ended.
    pub revocations: Vec<(Revocation, i64)>,
}

/// What is known about a user of the organization; `None` when there is none with this id.
pub fn dossier(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &UserId,
    now: Timestamp,
) -> QueryResult<Option<Dossier>> {
    let Some(user) = users::in_organization(c, organization, id)? else { return Ok(None) };
    let mut families = Vec::new();
    for session in listing::of_user(c, id, Some(Kind::Api), LATEST)? {
        let chain = api_tokens::chain(c, organization, &session.id, LINKS)?;
        let tokens = api_tokens::length(c, &session.id)?;
        families.push(Family { session, chain, tokens });
    }
    Ok(Some(Dossier {
        user,
        has_open: listing::has_open(c, id, now)?,
        sessions: listing::of_user(c, id, None, LATEST)?,
        families,
        failures: locks::store::failures_of(c, id, LATEST)?,
        locks: locks::store::locks_of(c, id, LATEST)?,
        devices: devices::store::of_user(c, id, LATEST)?,
        revocations: revocations::store::of_user(c, id, LATEST)?,
    }))
}
