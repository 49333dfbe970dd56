//! The lists of users, newest first: each tab reads a range of one index, however many there are.

use diesel::dsl::{AsSelect, SqlTypeOf, not};
use diesel::prelude::*;

use crate::access::OrganizationId;
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::schema::users as table;
use crate::db::text::{contains_pattern, lower, lower_or_null};
use crate::db::{Connection, MultiBackend};
use crate::text_enum;
use crate::users::model::Person;
use crate::users::search::{Search, Span, Term};
use crate::web::pager::{Cursor, Direction, Place, Slice};

text_enum! {
    /// One list of users.
    Tab {
        All = "all",
        Active = "active",
        Pending = "pending",
        Suspended = "suspended",
        Banned = "banned",
        Rejected = "rejected",
        /// Locked at this moment, whatever their status.
        Locked = "locked",
    }
}

impl Tab {
    #[must_use]
    pub fn of(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Pending => Self::Pending,
            Status::Suspended => Self::Suspended,
            Status::Banned => Self::Banned,
            Status::Rejected => Self::Rejected,
        }
    }

    /// The status it lists, where that is what it lists by.
    #[must_use]
    pub fn status(self) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| Self::of(*status) == self)
    }
}

/// Whose users, and which.
#[derive(Clone, Debug)]
pub struct View {
    pub organization: OrganizationId,
    pub tab: Tab,
    pub search: Search,
    pub now: Timestamp,
}

impl View {
    /// The tab to list: an operator `status:` speaks louder than the tab it is typed on.
    #[must_use]
    pub fn shown_tab(&self) -> Tab {
        let typed = self.search.terms.iter().find_map(|(_, term)| match term {
            Term::Status(status) => Some(Tab::of(*status)),
            _ => None,
        });
        typed.unwrap_or(self.tab)
    }
}

/// Narrows a query to what lies behind a cursor on `$at`, newest first. The bound that repeats the first half of
/// the comparison is what lets both engines begin in the middle of the index.
macro_rules! keyset {
    ($query:ident, $at:expr, $place:expr) => {{
        let back = $place.direction == Direction::Back;
        if let Some(Cursor { at, id }) = &$place.cursor {
            let id = id.clone();
            $query = if back {
                $query.filter($at.ge(*at)).filter($at.gt(*at).or($at.eq(*at).and(table::id.gt(id))))
            } else {
                $query.filter($at.le(*at)).filter($at.lt(*at).or($at.eq(*at).and(table::id.lt(id))))
            };
        }
        if back {
            $query.order(($at.asc(), table::id.asc()))
        } else {
            $query.order(($at.desc(), table::id.desc()))
        }
    }};
}

type Query<'a> = table::BoxedQuery<'a, MultiBackend, SqlTypeOf<AsSelect<Person, MultiBackend>>>;

/// A page of a list.
pub fn page(c: &mut Connection, view: &View, place: &Place, limit: usize) -> QueryResult<Slice<Person>> {
    let tab = view.shown_tab();
    let mut query = table::table
        .filter(table::organization_id.eq(&view.organization))
        .select(Person::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(status) = tab.status() {
        query = query.filter(table::status.eq(status));
    }
    for (_, term) in &view.search.terms {
        query = narrow(query, term, view.now);
    }
    let query = if tab == Tab::Locked {
        query = query.filter(table::locked_until.gt(view.now).assume_not_null());
        keyset!(query, table::locked_until.assume_not_null(), place)
    } else {
        keyset!(query, table::created_at, place)
    };
    let rows: Vec<Person> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    let moment = |person: &Person| match tab {
        Tab::Locked => person.locked_until.unwrap_or(person.created_at),
        _ => person.created_at,
    };
    Ok(Slice::cut(rows, limit, place, |person| Cursor::new(moment(person), person.id.as_str())))
}

fn narrow<'a>(query: Query<'a>, term: &'a Term, now: Timestamp) -> Query<'a> {
    match term {
        Term::Word(word) => {
            let pattern = contains_pattern(word);
            let phone = lower_or_null(table::phone).like(pattern.clone()).escape('\\').assume_not_null();
            query.filter(
                lower(table::name)
                    .like(pattern.clone())
                    .escape('\\')
                    .or(table::email_key.like(pattern).escape('\\'))
                    .or(phone),
            )
        }
        Term::Role(role) => query.filter(table::role.eq(*role)),
        // The tab is chosen by it.
        Term::Status(status) => query.filter(table::status.eq(*status)),
        Term::Domain(domain) => {
            let pattern = contains_pattern(&format!("@{domain}"));
            query.filter(table::email_key.like(pattern.trim_end_matches('%').to_owned()).escape('\\'))
        }
        Term::Mfa(true) => query.filter(table::mfa_since.is_not_null()),
        Term::Mfa(false) => query.filter(table::mfa_since.is_null()),
        Term::Locked(true) => query.filter(table::locked_until.gt(now).assume_not_null()),
        Term::Locked(false) => {
            query.filter(table::locked_until.is_null().or(table::locked_until.le(now).assume_not_null()))
        }
        Term::Erasing(yes) => {
            let erasing = table::erase_at.is_not_null().and(table::erased_at.is_null());
            if *yes { query.filter(erasing) } else { query.filter(not(erasing)) }
        }
        Term::Created(Span { from, until }) => {
            let query = if let Some(from) = from { query.filter(table::created_at.ge(*from)) } else { query };
            if let Some(until) = until { query.filter(table::created_at.lt(*until)) } else { query }
        }
        Term::Seen(Span { from, until }) => {
            let query =
                if let Some(from) = from { query.filter(table::last_login_at.ge(*from)) } else { query };
            if let Some(until) = until { query.filter(table::last_login_at.lt(*until)) } else { query }
        }
        Term::NeverSeen => query.filter(table::last_login_at.is_null()),
        Term::Ip(start) => {
            let pattern = contains_pattern(start);
            query.filter(table::last_login_ip.like(pattern.trim_start_matches('%').to_owned()).escape('\\'))
        }
    }
}
