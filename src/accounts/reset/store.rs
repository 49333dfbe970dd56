//! All SQL of requests that wait.

use diesel::prelude::*;

use crate::access::Act;
use crate::clock::Timestamp;
use crate::db::schema::password_reset_requests as table;
use crate::db::{Connection, MultiBackend};
use crate::id_type;
use crate::ids::Random;

id_type!(
    /// A request for a link.
    RequestId
);

/// A request as it came in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub(super) struct Request {
    pub id: RequestId,
    pub email_key: String,
    pub requested_at: Timestamp,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    #[diesel(column_name = request_id)]
    pub trace_id: Option<String>,
}

impl Request {
    pub(super) fn new(random: &Random, act: &Act, email_key: String) -> Self {
        Self {
            id: RequestId::new(random, act.at),
            email_key,
            requested_at: act.at,
            ip: act.ip.clone(),
            user_agent: act.user_agent.clone(),
            trace_id: act.request_id.clone(),
        }
    }
}

pub(super) fn insert(c: &mut Connection, request: &Request) -> QueryResult<()> {
    diesel::insert_into(table::table).values(request).execute(c).map(drop)
}

/// Those that wait longest.
pub(super) fn waiting(c: &mut Connection, limit: i64) -> QueryResult<Vec<Request>> {
    table::table.order((table::requested_at, table::id)).limit(limit).select(Request::as_select()).load(c)
}

/// Takes a request away; `false` when another process was faster.
pub(super) fn take(c: &mut Connection, id: &RequestId) -> QueryResult<bool> {
    diesel::delete(table::table.find(id)).execute(c).map(|taken| taken == 1)
}
