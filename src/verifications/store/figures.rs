//! How many cases are on each tab.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text, Timestamp as Moment};

use super::queue::Tab;
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::{Connection, MultiBackend};

/// More than this is not counted: the page stays fast however long the queue is.
pub const COUNTED: i64 = 1_000;

/// How many cases are on each tab, at most [`COUNTED`] + 1, and what the organization decided to hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Figures {
    pub mask_until_claimed: bool,
    pub waiting: i64,
    pub mine: i64,
    pub claimed: i64,
    pub resubmission_asked: i64,
    pub approved: i64,
    pub rejected: i64,
}

impl Figures {
    /// The figure of a tab; all cases together are not counted.
    #[must_use]
    pub fn of(&self, tab: Tab) -> Option<i64> {
        match tab {
            Tab::Waiting => Some(self.waiting),
            Tab::Mine => Some(self.mine),
            Tab::Claimed => Some(self.claimed),
            Tab::ResubmissionAsked => Some(self.resubmission_asked),
            Tab::Approved => Some(self.approved),
            Tab::Rejected => Some(self.rejected),
            Tab::All => None,
        }
    }

    fn set_beyond(&mut self, tab: Tab) {
        let figure = match tab {
            Tab::Waiting => &mut self.waiting,
            Tab::Mine => &mut self.mine,
            Tab::Claimed => &mut self.claimed,
            Tab::ResubmissionAsked => &mut self.resubmission_asked,
            Tab::Approved => &mut self.approved,
            Tab::Rejected => &mut self.rejected,
            Tab::All => return,
        };
        *figure = COUNTED + 1;
    }
}

/// The figures of an organization's queue, as this reviewer sees it.
pub fn figures(
    c: &mut Connection,
    organization: &OrganizationId,
    reviewer: &UserId,
    now: Timestamp,
) -> QueryResult<Figures> {
    figures_except(c, organization, reviewer, now, &[])
}

/// The same without counting `crowded` tabs: they are known to hold more than [`COUNTED`].
pub fn figures_except(
    c: &mut Connection,
    organization: &OrganizationId,
    reviewer: &UserId,
    now: Timestamp,
    crowded: &[Tab],
) -> QueryResult<Figures> {
    let limit = |tab| if crowded.contains(&tab) { 0 } else { COUNTED + 1 };
    let counting = Counting {
        organization,
        reviewer,
        now,
        waiting: limit(Tab::Waiting),
        held: [limit(Tab::Mine), limit(Tab::Claimed)],
        closed: [limit(Tab::ResubmissionAsked), limit(Tab::Approved), limit(Tab::Rejected)],
    };
    let mut figures: Figures = counting.get_result(c)?;
    for tab in crowded {
        figures.set_beyond(*tab);
    }
    Ok(figures)
}

/// One statement for all tabs, written out because diesel cannot count a limited query. Other than a
/// `sql_query` it is prepared once on each connection.
#[derive(Debug)]
struct Counting<'a> {
    organization: &'a OrganizationId,
    reviewer: &'a UserId,
    now: Timestamp,
    /// Where the counting of each tab ends.
    waiting: i64,
    held: [i64; 2],
    closed: [i64; 3],
}

/// Its text is always the same.
impl QueryId for Counting<'_> {
    type QueryId = Counting<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Counting<'_> {
    type SqlType = (Bool, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);
}

impl RunQueryDsl<Connection> for Counting<'_> {}

impl QueryFragment<MultiBackend> for Counting<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let [mine, claimed] = &self.held;
        let [resubmission_asked, approved, rejected] = &self.closed;
        out.push_sql("SELECT (SELECT mask_until_claimed FROM organizations WHERE id = ");
        out.push_bind_param::<Text, _>(self.organization)?;
        out.push_sql("), ");
        self.count(&mut out, "waiting", &self.waiting)?;
        out.push_sql(" + ");
        self.count_claims(&mut out, " <= ", false, &self.waiting)?;
        out.push_sql(", ");
        self.count_claims(&mut out, " > ", true, mine)?;
        out.push_sql(", ");
        self.count_claims(&mut out, " > ", false, claimed)?;
        for (state, limit) in
            [("resubmission_asked", resubmission_asked), ("approved", approved), ("rejected", rejected)]
        {
            out.push_sql(", ");
            self.count(&mut out, state, limit)?;
        }
        Ok(())
    }
}

impl Counting<'_> {
    fn begin<'b>(&'b self, out: &mut AstPass<'_, 'b, MultiBackend>, state: &str) -> QueryResult<()> {
        out.push_sql("(SELECT count(*) FROM (SELECT 1 FROM verification_cases WHERE organization_id = ");
        out.push_bind_param::<Text, _>(self.organization)?;
        out.push_sql(" AND state = '");
        out.push_sql(state);
        out.push_sql("'");
        Ok(())
    }

    fn end<'b>(out: &mut AstPass<'_, 'b, MultiBackend>, limit: &'b i64) -> QueryResult<()> {
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(limit)?;
        out.push_sql(") AS counted)");
        Ok(())
    }

    fn count<'b>(
        &'b self,
        out: &mut AstPass<'_, 'b, MultiBackend>,
        state: &str,
        limit: &'b i64,
    ) -> QueryResult<()> {
        self.begin(out, state)?;
        Self::end(out, limit)
    }

    /// Cases that somebody claimed, by whether the claim has ended.
    fn count_claims<'b>(
        &'b self,
        out: &mut AstPass<'_, 'b, MultiBackend>,
        compared: &str,
        only_mine: bool,
        limit: &'b i64,
    ) -> QueryResult<()> {
        self.begin(out, "claimed")?;
        out.push_sql(" AND claim_expires_at");
        out.push_sql(compared);
        out.push_bind_param::<Moment, _>(&self.now)?;
        if only_mine {
            out.push_sql(" AND claimed_by = ");
            out.push_bind_param::<Text, _>(self.reviewer)?;
        }
        Self::end(out, limit)
    }
}
