//! How many cases are on each tab.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text, Timestamp as Moment};

use super::queue::Tab;
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::{Connection, MultiBackend};
use crate::verifications::model::CaseState;

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
    let count = |tab, state| {
        let limit = if crowded.contains(&tab) { 0 } else { COUNTED + 1 };
        Count { organization, state, claim: None, limit }
    };
    let claims = |tab, compared, by| Count {
        claim: Some(Claim { compared, now, by }),
        ..count(tab, CaseState::Claimed)
    };
    let counting = Counting {
        organization,
        waiting: count(Tab::Waiting, CaseState::Waiting),
        expired: claims(Tab::Waiting, "<=", None),
        others: [
            claims(Tab::Mine, ">", Some(reviewer)),
            claims(Tab::Claimed, ">", None),
            count(Tab::ResubmissionAsked, CaseState::ResubmissionAsked),
            count(Tab::Approved, CaseState::Approved),
            count(Tab::Rejected, CaseState::Rejected),
        ],
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
    waiting: Count<'a>,
    expired: Count<'a>,
    others: [Count<'a>; 5],
}

/// The cases of one state, or claims that have ended or not.
#[derive(Debug)]
struct Count<'a> {
    organization: &'a OrganizationId,
    state: CaseState,
    claim: Option<Claim<'a>>,
    /// Where the counting ends.
    limit: i64,
}

#[derive(Debug)]
struct Claim<'a> {
    /// How its end lies to `now`.
    compared: &'static str,
    now: Timestamp,
    by: Option<&'a UserId>,
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
        out.push_sql("SELECT (SELECT mask_until_claimed FROM organizations WHERE id = ");
        out.push_bind_param::<Text, _>(self.organization)?;
        out.push_sql("), ");
        self.waiting.walk_ast(out.reborrow())?;
        out.push_sql(" + ");
        self.expired.walk_ast(out.reborrow())?;
        for count in &self.others {
            out.push_sql(", ");
            count.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for Count<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("(SELECT count(*) FROM (SELECT 1 FROM verification_cases WHERE organization_id = ");
        out.push_bind_param::<Text, _>(self.organization)?;
        out.push_sql(" AND state = '");
        out.push_sql(self.state.as_str());
        out.push_sql("'");
        if let Some(claim) = &self.claim {
            out.push_sql(" AND claim_expires_at ");
            out.push_sql(claim.compared);
            out.push_sql(" ");
            out.push_bind_param::<Moment, _>(&claim.now)?;
            if let Some(by) = claim.by {
                out.push_sql(" AND claimed_by = ");
                out.push_bind_param::<Text, _>(by)?;
            }
        }
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(") AS counted)");
        Ok(())
    }
}
