//! Lists of sessions: SQL of what is looked at, page by page, each a range of one index.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::filter::Filter;
use super::narrow::{narrow, open_at};
use super::store::Kind;
use crate::access::{OrganizationId, Role, SessionId, UserId};
use crate::clock::Timestamp;
use crate::db::functions::passed;
use crate::db::schema::{sessions as table, users};
use crate::db::{Connection, MultiBackend};
use crate::text_enum;
use crate::web::pager::{Cursor, Direction, Place, Slice};

text_enum! {
    /// What a session is at a moment; the tabs of the list.
    State {
        Open = "open",
        /// By somebody, before its time.
        Ended = "ended",
        /// By itself: unused for too long, or as old as it may become.
        Expired = "expired",
        All = "all",
    }
}

impl State {
    /// The word shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Ended => "Ended",
            Self::Expired => "Expired",
            Self::All => "All",
        }
    }
}

/// A session as it is looked at.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Session {
    pub id: SessionId,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub kind: Kind,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub idle_seconds: i64,
    pub ip: String,
    pub country: Option<String>,
    pub device: String,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    pub ended_by: Option<UserId>,
    pub revocation_id: Option<String>,
}

impl Session {
    /// When it ends if it is not used again.
    #[must_use]
    pub fn over_at(&self) -> Timestamp {
        self.expires_at.min(self.seen_at.plus(TimeDelta::seconds(self.idle_seconds)))
    }

    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.ended_at {
            Some(_) => State::Ended,
            None if self.over_at() <= now => State::Expired,
            None => State::Open,
        }
    }
}

/// A session in a list, with its person.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    pub session: Session,
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// What a list shows.
#[derive(Clone, Debug)]
pub struct View {
    pub organization: OrganizationId,
    pub state: State,
    pub filter: Filter,
    pub now: Timestamp,
}

impl View {
    fn moment(&self, session: &Session) -> Timestamp {
        match self.state {
            State::Ended => session.ended_at.unwrap_or(session.created_at),
            State::Open | State::Expired | State::All => session.created_at,
        }
    }
}

/// Narrows a query to what lies behind a cursor on `$at`, newest first. The bound that repeats the first half of
/// the comparison lets both engines begin in the middle of the index.
macro_rules! keyset {
    ($query:ident, $at:expr, $place:expr) => {{
        let onward = $place.direction == Direction::Onward;
        if let Some(Cursor { at, id }) = &$place.cursor {
            let id = id.clone();
            $query = if onward {
                $query.filter($at.le(*at)).filter($at.lt(*at).or($at.eq(*at).and(table::id.lt(id))))
            } else {
                $query.filter($at.ge(*at)).filter($at.gt(*at).or($at.eq(*at).and(table::id.gt(id))))
            };
        }
        if onward {
            $query.order(($at.desc(), table::id.desc()))
        } else {
            $query.order(($at.asc(), table::id.asc()))
        }
    }};
}

/// A page of sessions, newest first; ended ones by their end.
pub fn page(c: &mut Connection, view: &View, place: &Place, limit: usize) -> QueryResult<Slice<Listed>> {
    let now = view.now;
    let query = table::table
        .inner_join(users::table)
        .select((Session::as_select(), users::name, users::email, users::role))
        .into_boxed::<MultiBackend>();
    let mut query = narrow!(query, &view.organization, &view.filter);
    query = match view.state {
        State::Open => open_at!(query, now),
        State::Ended => query.filter(table::ended_at.is_not_null()),
        State::Expired => {
            let idle = passed(table::seen_at, table::idle_seconds, now);
            query.filter(table::ended_at.is_null()).filter(table::expires_at.le(now).or(idle))
        }
        State::All => query,
    };
    let query = match view.state {
        State::Ended => keyset!(query, table::ended_at.assume_not_null(), place),
        State::Open | State::Expired | State::All => keyset!(query, table::created_at, place),
    };
    let rows: Vec<Listed> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |row| Cursor::new(view.moment(&row.session), row.session.id.as_str())))
}

/// One session of the organization, with its person.
pub fn by_id(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &SessionId,
) -> QueryResult<Option<Listed>> {
    table::table
        .inner_join(users::table)
        .filter(table::id.eq(id))
        .filter(table::organization_id.eq(organization))
        .select((Session::as_select(), users::name, users::email, users::role))
        .first(c)
        .optional()
}

/// The latest sessions of a user, newest first.
pub fn of_user(
    c: &mut Connection,
    user: &UserId,
    kind: Option<Kind>,
    limit: i64,
) -> QueryResult<Vec<Session>> {
    let mut query = table::table.filter(table::user_id.eq(user)).into_boxed::<MultiBackend>();
    if let Some(kind) = kind {
        query = query.filter(table::kind.eq(kind));
    }
    query
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Session::as_select())
        .load(c)
}

/// A page of the open sessions of a user, newest first.
pub fn open_of_user(
    c: &mut Connection,
    user: &UserId,
    now: Timestamp,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Session>> {
    let query = table::table
        .filter(table::user_id.eq(user))
        .select(Session::as_select())
        .into_boxed::<MultiBackend>();
    let mut query = open_at!(query, now);
    let query = keyset!(query, table::created_at, place);
    let rows: Vec<Session> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |row| Cursor::new(row.created_at, row.id.as_str())))
}

/// Has a user an open session?
pub fn has_open(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<bool> {
    let open = open_at!(table::table.filter(table::user_id.eq(user)), now);
    diesel::select(diesel::dsl::exists(open)).get_result(c)
}

/// Sessions that ended after a place of the feed, oldest end first.
pub fn ended_since(
    c: &mut Connection,
    organization: &OrganizationId,
    Cursor { at, id }: &Cursor,
    limit: usize,
) -> QueryResult<Vec<(SessionId, Timestamp)>> {
    let ended = table::ended_at.assume_not_null();
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::ended_at.is_not_null())
        .filter(ended.ge(*at))
        .filter(ended.gt(*at).or(ended.eq(*at).and(table::id.gt(id))))
        .order((ended.asc(), table::id.asc()))
        .limit(i64::try_from(limit).unwrap_or(50))
        .select((table::id, ended))
        .load(c)
}
