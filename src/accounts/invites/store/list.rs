//! The list of invites, newest first.

use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use crate::access::{OrganizationId, UserId};
use crate::accounts::invites::model::{Invite, State};
use crate::clock::Timestamp;
use crate::db::schema::{invites as table, users};
use crate::db::text::{contains_pattern, lower, lower_or_null};
use crate::db::{Connection, MultiBackend};
use crate::web::pager::{Cursor, Direction, Place, Slice};

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<State>,
    /// In the address or the name.
    pub text: Option<String>,
}

/// An invite with the name of who sent it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub invite: Invite,
    pub inviter: String,
}

type Condition = Box<dyn BoxableExpression<table::table, MultiBackend, SqlType = Nullable<Bool>>>;

/// Is an invite in this state, as [`Invite::state`] tells it?
fn is_in(state: State, now: Timestamp) -> Condition {
    let unanswered = || table::accepted_at.is_null();
    match state {
        State::Open => {
            Box::new(unanswered().and(table::revoked_at.is_null()).and(table::expires_at.gt(now)).nullable())
        }
        State::Accepted => Box::new(table::accepted_at.is_not_null().nullable()),
        State::Revoked => {
            Box::new(unanswered().nullable().and(table::revoked_at.lt(table::expires_at.nullable())))
        }
        State::Expired => {
            let until_then = table::revoked_at.ge(table::expires_at.nullable());
            let not_before = table::revoked_at.is_null().nullable().or(until_then);
            Box::new(unanswered().and(table::expires_at.le(now)).nullable().and(not_before))
        }
    }
}

/// One page of the list.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    (place, limit): (&Place, usize),
    now: Timestamp,
) -> QueryResult<Slice<Listed>> {
    let mut query = table::table
        .filter(table::organization_id.eq(organization))
        .select(Invite::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(state) = filter.state {
        query = query.filter(is_in(state, now));
    }
    if let Some(text) = &filter.text {
        let pattern = contains_pattern(text);
        let in_address = lower(table::email).like(pattern.clone()).escape('\\');
        let in_name = lower_or_null(table::name).like(pattern).escape('\\');
        query = query.filter(in_address.or(in_name));
    }
    query = match (&place.cursor, place.direction) {
        (None, _) => query,
        (Some(Cursor { at, id }), Direction::Onward) => query.filter(
            table::created_at
                .le(*at)
                .and(table::created_at.lt(*at).or(table::created_at.eq(*at).and(table::id.lt(id.clone())))),
        ),
        (Some(Cursor { at, id }), Direction::Back) => query.filter(
            table::created_at
                .ge(*at)
                .and(table::created_at.gt(*at).or(table::created_at.eq(*at).and(table::id.gt(id.clone())))),
        ),
    };
    query = match place.direction {
        Direction::Onward => query.order((table::created_at.desc(), table::id.desc())),
        Direction::Back => query.order((table::created_at.asc(), table::id.asc())),
    };
    let rows: Vec<Invite> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    let listed = with_inviters(c, rows)?;
    Ok(Slice::cut(listed, limit, place, |row| Cursor::new(row.invite.created_at, row.invite.id.as_str())))
}

/// Puts the name of its inviter beside each invite.
pub fn with_inviters(c: &mut Connection, invites: Vec<Invite>) -> QueryResult<Vec<Listed>> {
    let mut ids: Vec<&UserId> = invites.iter().map(|invite| &invite.invited_by).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: Vec<(UserId, String)> =
        users::table.filter(users::id.eq_any(&ids)).select((users::id, users::name)).load(c)?;
    let name_of = |id: &UserId| names.iter().find(|(other, _)| other == id).map(|(_, name)| name.clone());
    Ok(invites
        .into_iter()
        .map(|invite| Listed { inviter: name_of(&invite.invited_by).unwrap_or_default(), invite })
        .collect())
}

/// How many invites of the organization are open.
pub fn count_open(c: &mut Connection, organization: &OrganizationId, now: Timestamp) -> QueryResult<i64> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::accepted_at.is_null())
        .filter(table::revoked_at.is_null())
        .filter(table::expires_at.gt(now))
        .count()
        .get_result(c)
}
