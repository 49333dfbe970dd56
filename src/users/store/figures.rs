//! How many users are on each tab.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text, Timestamp as Moment};

use super::list::Tab;
use crate::access::OrganizationId;
use crate::clock::Timestamp;
use crate::db::{Connection, MultiBackend};

/// More than this is not counted: the page stays fast however many users there are.
pub const COUNTED: i64 = 10_000;

/// The figures of the tabs, in their order, each at most [`COUNTED`] + 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Figures {
    all: i64,
    active: i64,
    pending: i64,
    suspended: i64,
    banned: i64,
    rejected: i64,
    locked: i64,
}

impl Figures {
    /// The figure of a tab; none when there are too many to count.
    #[must_use]
    pub fn of(&self, tab: Tab) -> Option<u64> {
        let figure = match tab {
            Tab::All => self.all,
            Tab::Active => self.active,
            Tab::Pending => self.pending,
            Tab::Suspended => self.suspended,
            Tab::Banned => self.banned,
            Tab::Rejected => self.rejected,
            Tab::Locked => self.locked,
        };
        u64::try_from(figure).ok().filter(|_| figure <= COUNTED)
    }
}

/// The figures of an organization.
pub fn figures(c: &mut Connection, organization: &OrganizationId, now: Timestamp) -> QueryResult<Figures> {
    Counting { organization, now, limit: COUNTED + 1 }.get_result(c)
}

/// One statement for all tabs, written out because diesel cannot count a limited query. Other than a
/// `sql_query` it is prepared once on each connection.
#[derive(Debug)]
struct Counting<'a> {
    organization: &'a OrganizationId,
    now: Timestamp,
    limit: i64,
}

/// Its text is always the same.
impl QueryId for Counting<'_> {
    type QueryId = Counting<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Counting<'_> {
    type SqlType = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);
}

impl RunQueryDsl<Connection> for Counting<'_> {}

impl QueryFragment<MultiBackend> for Counting<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        for (index, tab) in Tab::ALL.iter().enumerate() {
            out.push_sql(if index == 0 { "SELECT " } else { ", " });
            out.push_sql("(SELECT count(*) FROM (SELECT 1 FROM users WHERE organization_id = ");
            out.push_bind_param::<Text, _>(self.organization)?;
            if let Some(status) = tab.status() {
                out.push_sql(" AND status = '");
                out.push_sql(status.as_str());
                out.push_sql("'");
            }
            if *tab == Tab::Locked {
                out.push_sql(" AND locked_until > ");
                out.push_bind_param::<Moment, _>(&self.now)?;
            }
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(&self.limit)?;
            out.push_sql(") AS counted)");
        }
        Ok(())
    }
}
