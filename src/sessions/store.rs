//! All SQL of sessions.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::narrow::open_at;
use crate::access::{Act, Actor, Means, OrganizationId, Role, SessionId, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::schema::{organizations, sessions as table, users};
use crate::db::{Connection, MultiBackend};
use crate::text_enum;

text_enum! {
    Kind {
        Browser = "browser",
        Api = "api",
    }
}

impl Kind {
    /// The word shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Browser => "Browser",
            Self::Api => "API",
        }
    }
}

/// A session to be kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = table)]
pub struct NewSession {
    pub id: SessionId,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub kind: Kind,
    pub hash: String,
    pub state: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub idle_seconds: i64,
    pub ip: String,
    pub user_agent: String,
    pub device: String,
    pub country: Option<String>,
    pub factor_at: Option<Timestamp>,
}

/// A live session with the person behind it.
#[derive(Clone, Debug)]
pub struct Live {
    pub actor: Actor,
    pub state: String,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
struct SessionPart {
    id: SessionId,
    kind: Kind,
    state: String,
    seen_at: Timestamp,
    expires_at: Timestamp,
    idle_seconds: i64,
    factor_at: Option<Timestamp>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
struct UserPart {
    id: UserId,
    organization_id: OrganizationId,
    role: Role,
    status: Status,
    name: String,
    email: String,
    must_change_password: bool,
    mfa_since: Option<Timestamp>,
}

/// Keeps a new session.
pub fn insert(c: &mut Connection, session: &NewSession) -> QueryResult<()> {
    diesel::insert_into(table::table).values(session).execute(c).map(drop)
}

/// How a session is found.
#[derive(Clone, Copy, Debug)]
enum Found<'a> {
    /// By the hash of its cookie's key.
    Browser(&'a str),
    /// By its id, from a signed access token.
    Api(&'a SessionId),
}

/// The browser session with this hash, if it is neither ended nor over and its user may still come in.
pub fn live(c: &mut Connection, hash: &str, now: Timestamp) -> QueryResult<Option<Live>> {
    read(c, Found::Browser(hash), now)
}

/// The same for the API session with this id.
pub fn live_api(c: &mut Connection, id: &SessionId, now: Timestamp) -> QueryResult<Option<Live>> {
    read(c, Found::Api(id), now)
}

fn read(c: &mut Connection, found: Found<'_>, now: Timestamp) -> QueryResult<Option<Live>> {
    let query = table::table
        .inner_join(users::table.inner_join(organizations::table))
        .filter(table::ended_at.is_null())
        .filter(table::expires_at.gt(now))
        .select((
            SessionPart::as_select(),
            UserPart::as_select(),
            (organizations::name, organizations::staff_mfa_required),
        ))
        .into_boxed::<MultiBackend>();
    let query = match found {
        Found::Browser(hash) => query.filter(table::hash.eq(hash)).filter(table::kind.eq(Kind::Browser)),
        Found::Api(id) => query.filter(table::id.eq(id)).filter(table::kind.eq(Kind::Api)),
    };
    let found: Option<(SessionPart, UserPart, (String, bool))> = query.first(c).optional()?;
    let Some((session, user, (organization_name, staff_mfa_required))) = found else { return Ok(None) };
    let idle = TimeDelta::seconds(session.idle_seconds);
    if user.status != Status::Active || session.seen_at.plus(idle) <= now {
        return Ok(None);
    }
    let actor = Actor {
        user: user.id,
        organization: user.organization_id,
        organization_name,
        session: session.id,
        role: user.role,
        name: user.name,
        email: user.email,
        means: if session.kind == Kind::Api { Means::Bearer } else { Means::Cookie },
        key: None,
        must_change_password: user.must_change_password,
        must_enrol: user.role.is_staff() && staff_mfa_required && user.mfa_since.is_none(),
        factor_at: session.factor_at,
    };
    Ok(Some(Live { actor, state: session.state, seen_at: session.seen_at, expires_at: session.expires_at }))
}

/// A session as its owner and staff see it.
#[derive(Clone, Debug, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Seen {
    pub id: SessionId,
    pub kind: Kind,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ip: String,
    pub device: String,
    pub country: Option<String>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
}

/// The open sessions of a user, newest first, at most `limit`.
pub fn open_of(c: &mut Connection, user: &UserId, now: Timestamp, limit: i64) -> QueryResult<Vec<Seen>> {
    open_at!(table::table.filter(table::user_id.eq(user)), now)
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Seen::as_select())
        .load(c)
}

/// Every session of a user that is kept, newest first, at most `limit`.
pub fn all_of(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Seen>> {
    table::table
        .filter(table::user_id.eq(user))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Seen::as_select())
        .load(c)
}

/// Ends one session of a user; `false` when it is none of theirs, or over.
pub fn end_own(
    c: &mut Connection,
    user: &UserId,
    id: &SessionId,
    reason: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let own = table::table.find(id).filter(table::user_id.eq(user)).filter(table::ended_at.is_null());
    diesel::update(own)
        .set((
            table::ended_at.eq(Some(now)),
            table::end_reason.eq(Some(reason)),
            table::ended_by.eq(Some(user)),
        ))
        .execute(c)
        .map(|ended| ended == 1)
}

/// Keeps what a browser session remembers; an ended session is not brought back.
pub fn save_state(c: &mut Connection, hash: &str, state: &str) -> QueryResult<()> {
    diesel::update(table::table.filter(table::hash.eq(hash)).filter(table::ended_at.is_null()))
        .set(table::state.eq(state))
        .execute(c)
        .map(drop)
}

/// Gives a live session another key.
pub fn set_hash(c: &mut Connection, id: &SessionId, hash: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id).filter(table::ended_at.is_null()))
        .set(table::hash.eq(hash))
        .execute(c)
        .map(drop)
}

/// Keeps that a factor was shown in this session.
pub fn set_factor(c: &mut Connection, id: &SessionId, at: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::factor_at.eq(Some(at))).execute(c).map(drop)
}

/// Keeps that the session was used.
pub fn touch(c: &mut Connection, id: &SessionId, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::seen_at.eq(now)).execute(c).map(drop)
}

/// Ends the session with this hash.
pub fn end_by_hash(c: &mut Connection, hash: &str, reason: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.filter(table::hash.eq(hash)).filter(table::ended_at.is_null()))
        .set((table::ended_at.eq(Some(now)), table::end_reason.eq(Some(reason))))
        .execute(c)
        .map(drop)
}

/// Ends one session.
pub fn end(c: &mut Connection, id: &SessionId, reason: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(table::table.find(id).filter(table::ended_at.is_null()))
        .set((table::ended_at.eq(Some(now)), table::end_reason.eq(Some(reason))))
        .execute(c)
        .map(drop)
}

/// Ends every open session of a user but the one given; answers how many. One that is over already stays as it is.
pub fn end_others(
    c: &mut Connection,
    user: &UserId,
    keep: Option<&SessionId>,
    reason: &str,
    act: &Act,
) -> QueryResult<usize> {
    let kept = keep.map_or("", SessionId::as_str);
    let others = open_at!(table::table.filter(table::user_id.eq(user)).filter(table::id.ne(kept)), act.at);
    if let Connection::Postgres(c) = c {
        // In the order in which revocations lock sessions, so that neither waits for the other for ever.
        others.order(table::id).select(table::id).for_update().load::<SessionId>(c)?;
    }
    diesel::update(others)
        .set((
            table::ended_at.eq(Some(act.at)),
            table::end_reason.eq(Some(reason)),
            table::ended_by.eq(act.user()),
        ))
        .execute(c)
}

/// How many sessions of a user are open: neither ended nor over.
pub fn count_live(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<i64> {
    open_at!(table::table.filter(table::user_id.eq(user)), now).count().get_result(c)
}

/// Forgets from where and with what a user signed in, when the user is erased; the rows stay.
pub fn forget(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::update(table::table.filter(table::user_id.eq(user)))
        .set((
            table::state.eq("{}"),
            table::ip.eq(""),
            table::user_agent.eq(""),
            table::device.eq(""),
            table::country.eq(None::<String>),
        ))
        .execute(c)
}

/// Names an API session after its latest access token, and lets it live until `until`.
pub fn renew_access(
    c: &mut Connection,
    id: &SessionId,
    hash: &str,
    until: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::hash.eq(hash), table::expires_at.eq(until), table::seen_at.eq(now)))
        .execute(c)
        .map(drop)
}

/// Removes up to `limit` sessions that were over before a moment; answers how many.
pub fn remove_over(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    use crate::db::schema::refresh_tokens;
    // A family lives as long as its refresh tokens, which outlive the access token its row expires with.
    let living = refresh_tokens::table
        .filter(refresh_tokens::session_id.eq(table::id))
        .filter(refresh_tokens::expires_at.ge(before));
    let over: Vec<SessionId> = table::table
        .filter(table::expires_at.lt(before))
        .filter(diesel::dsl::not(diesel::dsl::exists(living)))
        .order(table::expires_at)
        .limit(limit)
        .select(table::id)
        .load(c)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&over))).execute(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&over))).execute(c)
}
