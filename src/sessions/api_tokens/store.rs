//! All SQL of refresh tokens.

use diesel::prelude::*;

use super::RefreshTokenId;
use crate::access::{Act, OrganizationId, Role, SessionId, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::schema::refresh_tokens as table;
use crate::db::schema::{sessions, users};
use crate::db::{Connection, MultiBackend};
use crate::text_enum;

/// A refresh token as kept: a link of its family's chain.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct RefreshTokenRow {
    pub id: RefreshTokenId,
    pub session_id: SessionId,
    pub hash: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub issued_ip: Option<String>,
    pub issued_agent: Option<String>,
    pub spent_at: Option<Timestamp>,
    pub spent_ip: Option<String>,
    pub spent_agent: Option<String>,
    /// When its successor was given out a second time, since the first answer was lost.
    pub replayed_at: Option<Timestamp>,
    pub successor_id: Option<RefreshTokenId>,
    /// When it came again from somebody who should not have had it, which ended the family.
    pub reused_at: Option<Timestamp>,
    pub reused_ip: Option<String>,
    pub reused_agent: Option<String>,
}

impl RefreshTokenRow {
    /// What it is at a moment, in a family that ended at `ended` or goes on.
    #[must_use]
    pub fn state(&self, ended: Option<Timestamp>, now: Timestamp) -> LinkState {
        match (self.reused_at, self.spent_at, ended) {
            (Some(_), _, _) => LinkState::Reused,
            (None, Some(_), _) if self.replayed_at.is_some() => LinkState::Replayed,
            (None, Some(_), _) => LinkState::Exchanged,
            (None, None, Some(_)) => LinkState::Ended,
            (None, None, None) if self.expires_at <= now => LinkState::Expired,
            (None, None, None) => LinkState::Live,
        }
    }
}

text_enum! {
    /// What a link of a chain is at a moment.
    LinkState {
        /// It is good for one refresh.
        Live = "live",
        /// It was spent for its successor.
        Exchanged = "exchanged",
        /// The same, and its successor was given out a second time to the same client, whose answer was lost.
        Replayed = "replayed",
        /// It came again after it was spent, which ended the family.
        Reused = "reused",
        /// Its family ended before it was spent.
        Ended = "ended",
        Expired = "expired",
    }
}

/// The session behind a family, and its user.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub session: SessionId,
    pub organization: OrganizationId,
    pub user: UserId,
    pub role: Role,
    pub ended: bool,
    /// May its user not come in at present?
    pub barred: bool,
}

/// The rotation chain of a family, from its first token to the latest; the latest `limit` of them. None for a
/// family of another organization.
pub fn chain(
    c: &mut Connection,
    organization: &OrganizationId,
    family: &SessionId,
    limit: i64,
) -> QueryResult<Vec<RefreshTokenRow>> {
    let mut links: Vec<RefreshTokenRow> = table::table
        .inner_join(sessions::table)
        .filter(table::session_id.eq(family))
        .filter(sessions::organization_id.eq(organization))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(RefreshTokenRow::as_select())
        .load(c)?;
    links.reverse();
    Ok(links)
}

/// How many links the chain of a family has altogether.
pub fn length(c: &mut Connection, family: &SessionId) -> QueryResult<i64> {
    table::table.filter(table::session_id.eq(family)).count().get_result(c)
}

pub(super) fn by_hash(c: &mut Connection, hash: &str) -> QueryResult<Option<RefreshTokenRow>> {
    table::table.filter(table::hash.eq(hash)).select(RefreshTokenRow::as_select()).first(c).optional()
}

pub(super) fn by_id(c: &mut Connection, id: &RefreshTokenId) -> QueryResult<Option<RefreshTokenRow>> {
    table::table.find(id).select(RefreshTokenRow::as_select()).first(c).optional()
}

pub(super) fn family_of(c: &mut Connection, session: &SessionId) -> QueryResult<Family> {
    let found: (OrganizationId, UserId, Option<Timestamp>, Role, Status) = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(session))
        .select((
            sessions::organization_id,
            sessions::user_id,
            sessions::ended_at,
            users::role,
            users::status,
        ))
        .first(c)?;
    let (organization, user, ended_at, role, status) = found;
    let (ended, barred) = (ended_at.is_some(), status != Status::Active);
    Ok(Family { session: session.clone(), organization, user, role, ended, barred })
}

/// Keeps a token that is issued by `act`.
pub(super) fn insert(
    c: &mut Connection,
    act: &Act,
    session: &SessionId,
    (id, hash, expires_at): (&RefreshTokenId, &str, Timestamp),
) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(id),
            table::session_id.eq(session),
            table::hash.eq(hash),
            table::created_at.eq(act.at),
            table::expires_at.eq(expires_at),
            table::issued_ip.eq(act.ip.as_deref()),
            table::issued_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)
        .map(drop)
}

/// Spends a token for its successor; `false` when somebody else was faster.
pub(super) fn spend(
    c: &mut Connection,
    act: &Act,
    id: &RefreshTokenId,
    successor: &RefreshTokenId,
) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::spent_at.is_null()))
        .set((
            table::spent_at.eq(Some(act.at)),
            table::spent_ip.eq(act.ip.as_deref()),
            table::spent_agent.eq(act.user_agent.as_deref()),
            table::successor_id.eq(Some(successor)),
        ))
        .execute(c)
        .map(|spent| spent == 1)
}

/// Keeps that the successor is given out again; `false` when it already was.
pub(super) fn replay(c: &mut Connection, id: &RefreshTokenId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(table::table.find(id).filter(table::replayed_at.is_null()))
        .set(table::replayed_at.eq(Some(now)))
        .execute(c)
        .map(|replayed| replayed == 1)
}

/// Keeps that a token came again after it was spent, which ended its family.
pub(super) fn mark_reused(c: &mut Connection, act: &Act, id: &RefreshTokenId) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::reused_at.eq(Some(act.at)),
            table::reused_ip.eq(act.ip.as_deref()),
            table::reused_agent.eq(act.user_agent.as_deref()),
        ))
        .execute(c)
        .map(drop)
}

/// Forgets from where and with what a user's programs refreshed, when the user is erased; the rows stay.
pub fn forget(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    let families = sessions::table.filter(sessions::user_id.eq(user)).select(sessions::id);
    diesel::update(table::table.filter(table::session_id.eq_any(families)))
        .set((
            (table::issued_ip.eq(None::<String>), table::issued_agent.eq(None::<String>)),
            (table::spent_ip.eq(None::<String>), table::spent_agent.eq(None::<String>)),
            (table::reused_ip.eq(None::<String>), table::reused_agent.eq(None::<String>)),
        ))
        .execute(c)
}
