//! The lists of cases: one page of a tab, the next case to decide; `figures` counts them.
//!
//! Open cases come oldest first, closed ones by their decision, newest first. A case whose claim has
//! expired is listed with the waiting ones: these two have an index range each and are merged.

use diesel::dsl::not;
use diesel::prelude::*;

pub use super::figures::{COUNTED, Figures, figures, figures_except};
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::schema::{documents, users, verification_cases as table};
use crate::db::text::{contains_pattern, lower, lower_or_null};
use crate::db::{Connection, MultiBackend};
use crate::documents::{CaseId, DocumentState};
use crate::text_enum;
use crate::verifications::model::{Case, CaseState};
use crate::verifications::search::{Search, Term};
use crate::web::pager::{Cursor, Direction, Place, Slice};

text_enum! {
    /// One list of cases.
    Tab {
        Waiting = "waiting",
        /// Held by the one who looks.
        Mine = "mine",
        Claimed = "claimed",
        ResubmissionAsked = "resubmission_asked",
        Approved = "approved",
        Rejected = "rejected",
        All = "all",
    }
}

impl Tab {
    #[must_use]
    pub fn of(state: CaseState) -> Self {
        match state {
            CaseState::Waiting => Self::Waiting,
            CaseState::Claimed => Self::Claimed,
            CaseState::Approved => Self::Approved,
            CaseState::Rejected => Self::Rejected,
            CaseState::ResubmissionAsked => Self::ResubmissionAsked,
        }
    }

    /// By what the list is ordered.
    #[must_use]
    pub fn order(self) -> Order {
        match self {
            Self::Waiting | Self::Mine | Self::Claimed => Order::OldestSubmission,
            Self::All => Order::NewestSubmission,
            Self::ResubmissionAsked | Self::Approved | Self::Rejected => Order::NewestDecision,
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    OldestSubmission,
    NewestSubmission,
    NewestDecision,
}

/// Who looks, and at what.
#[derive(Clone, Debug)]
pub struct View {
    pub organization: OrganizationId,
    pub reviewer: UserId,
    pub tab: Tab,
    pub search: Search,
    pub now: Timestamp,
}

impl View {
    /// The tab to list: an operator `state:` speaks louder than the tab it is typed on.
    #[must_use]
    pub fn shown_tab(&self) -> Tab {
        let typed = self.search.terms.iter().find_map(|(_, term)| match term {
            Term::State(state) => Some(Tab::of(*state)),
            _ => None,
        });
        typed.unwrap_or(self.tab)
    }
}

/// A case in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    pub case: Case,
    pub applicant_name: String,
    pub applicant_email: String,
    /// Whoever holds it, and whoever decided it.
    names: (Option<String>, Option<String>),
    documents: Option<i64>,
}

impl Listed {
    /// How many documents are handed in.
    #[must_use]
    pub fn documents(&self) -> u64 {
        u64::try_from(self.documents.unwrap_or_default()).unwrap_or_default()
    }

    /// Who works on it at `now`, or has decided it.
    #[must_use]
    pub fn handler(&self, now: Timestamp) -> Option<(&UserId, &str)> {
        let (holder, decider) = &self.names;
        match self.case.holder(now) {
            Some((id, _)) => Some((id, holder.as_deref()?)),
            None if self.case.state.is_open() => None,
            None => Some((self.case.decided_by.as_ref()?, decider.as_deref()?)),
        }
    }

    fn moment(&self, order: Order) -> Timestamp {
        match order {
            Order::NewestDecision => self.case.decided_at.unwrap_or(self.case.submitted_at),
            Order::OldestSubmission | Order::NewestSubmission => self.case.submitted_at,
        }
    }
}

/// A page of a list.
pub fn page(c: &mut Connection, view: &View, place: &Place, limit: usize) -> QueryResult<Slice<Listed>> {
    let tab = view.shown_tab();
    let mut rows = range(c, view, Range::of(tab), place, limit)?;
    if tab == Tab::Waiting {
        rows.extend(range(c, view, Range::Expired, place, limit)?);
        rows.sort_by(|one, other| {
            (one.case.submitted_at, &one.case.id).cmp(&(other.case.submitted_at, &other.case.id))
        });
        if place.direction == Direction::Back {
            rows.reverse();
        }
        rows.truncate(limit + 1);
    }
    let order = tab.order();
    Ok(Slice::cut(rows, limit, place, |row| Cursor::new(row.moment(order), row.case.id.as_str())))
}

/// The case that waits longest and that this reviewer may decide.
pub fn next_waiting(
    c: &mut Connection,
    organization: &OrganizationId,
    reviewer: &UserId,
    now: Timestamp,
) -> QueryResult<Option<CaseId>> {
    let view = View {
        organization: organization.clone(),
        reviewer: reviewer.clone(),
        tab: Tab::Waiting,
        search: Search::default(),
        now,
    };
    // Two, since one of them may be the reviewer's own.
    let first = page(c, &view, &Place::default(), 2)?;
    Ok(first
        .items
        .into_iter()
        .map(|row| row.case)
        .find(|case| case.applicant_id != *reviewer)
        .map(|case| case.id))
}

/// What one query reads: a range of one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    State(CaseState),
    /// Claimed by this reviewer.
    Mine,
    /// Claimed once, by a claim that is over.
    Expired,
    All,
}

impl Range {
    fn of(tab: Tab) -> Self {
        match tab {
            Tab::Waiting => Self::State(CaseState::Waiting),
            Tab::Mine => Self::Mine,
            Tab::Claimed => Self::State(CaseState::Claimed),
            Tab::ResubmissionAsked => Self::State(CaseState::ResubmissionAsked),
            Tab::Approved => Self::State(CaseState::Approved),
            Tab::Rejected => Self::State(CaseState::Rejected),
            Tab::All => Self::All,
        }
    }

    fn order(self) -> Order {
        match self {
            Self::State(state) => Tab::of(state).order(),
            Self::Mine | Self::Expired => Order::OldestSubmission,
            Self::All => Order::NewestSubmission,
        }
    }
}

diesel::alias!(users as holders: Holders, users as deciders: Deciders);

/// Narrows a query to what lies behind a cursor on `$at`, and orders it. The bound that repeats the first
/// half of the comparison is what lets both engines begin in the middle of the index.
macro_rules! keyset {
    ($query:ident, $at:expr, $place:expr, $ascending:expr) => {{
        let onward = $place.direction == Direction::Onward;
        let ascending = $ascending == onward;
        if let Some(Cursor { at, id }) = &$place.cursor {
            let id = id.clone();
            $query = if ascending {
                $query.filter($at.ge(*at)).filter($at.gt(*at).or($at.eq(*at).and(table::id.gt(id))))
            } else {
                $query.filter($at.le(*at)).filter($at.lt(*at).or($at.eq(*at).and(table::id.lt(id))))
            };
        }
        if ascending {
            $query.order(($at.asc(), table::id.asc()))
        } else {
            $query.order(($at.desc(), table::id.desc()))
        }
    }};
}

fn range(
    c: &mut Connection,
    view: &View,
    range: Range,
    place: &Place,
    limit: usize,
) -> QueryResult<Vec<Listed>> {
    let handed_in = documents::table
        .filter(documents::case_id.eq(table::id))
        .filter(documents::state.ne(DocumentState::Replaced))
        .count()
        .single_value();
    let holder = holders.on(table::claimed_by.eq(holders.field(users::id).nullable()));
    let decider = deciders.on(table::decided_by.eq(deciders.field(users::id).nullable()));
    let names = (holders.field(users::name).nullable(), deciders.field(users::name).nullable());
    let mut query = table::table
        .inner_join(users::table)
        .left_join(holder)
        .left_join(decider)
        .filter(table::organization_id.eq(&view.organization))
        .select((Case::as_select(), users::name, users::email, names, handed_in))
        .into_boxed::<MultiBackend>();
    let live = || table::claim_expires_at.gt(view.now).assume_not_null();
    let open = || table::state.eq_any([CaseState::Waiting, CaseState::Claimed]);
    query = match range {
        Range::State(CaseState::Claimed) => query.filter(table::state.eq(CaseState::Claimed)).filter(live()),
        Range::State(state) => query.filter(table::state.eq(state)),
        Range::Mine => query
            .filter(table::claimed_by.eq(&view.reviewer))
            .filter(table::state.eq(CaseState::Claimed))
            .filter(live()),
        Range::Expired => query
            .filter(table::state.eq(CaseState::Claimed))
            .filter(table::claim_expires_at.le(view.now).assume_not_null()),
        Range::All => query,
    };
    for (_, term) in &view.search.terms {
        query = match term {
            Term::Word(word) => {
                let pattern = contains_pattern(word);
                query.filter(
                    lower(users::name)
                        .like(pattern.clone())
                        .escape('\\')
                        .or(lower(users::email).like(pattern.clone()).escape('\\'))
                        .or(lower_or_null(table::declared_number)
                            .like(pattern)
                            .escape('\\')
                            .assume_not_null()),
                )
            }
            Term::Name(part) => query.filter(lower(users::name).like(contains_pattern(part)).escape('\\')),
            Term::Email(part) => query.filter(lower(users::email).like(contains_pattern(part)).escape('\\')),
            Term::Number(part) => {
                query.filter(lower_or_null(table::declared_number).like(contains_pattern(part)).escape('\\'))
            }
            Term::Kind(kind) => query.filter(table::declared_kind.eq(*kind)),
            Term::Country(country) => query.filter(table::declared_country.eq(*country)),
            Term::State(_) => query,
            Term::Overdue(true) => query.filter(table::due_at.le(view.now)).filter(open()),
            Term::Overdue(false) => query.filter(table::due_at.gt(view.now).or(not(open()))),
            Term::Before(day) => query.filter(table::submitted_at.lt(*day)),
            Term::After(day) => query.filter(table::submitted_at.ge(*day)),
        };
    }
    let query = match range.order() {
        Order::OldestSubmission => keyset!(query, table::submitted_at, place, true),
        Order::NewestSubmission => keyset!(query, table::submitted_at, place, false),
        Order::NewestDecision => {
            keyset!(query, table::decided_at.assume_not_null(), place, false)
        }
    };
    query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)
}
