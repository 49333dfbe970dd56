//! What staff looks at: the log of mails of one organization, newest first.

use diesel::prelude::*;

use super::rows::{Attempt, Email};
use crate::access::{OrganizationId, UserId};
use crate::db::schema::{email_attempts, emails};
use crate::db::text::{contains_pattern, lower};
use crate::db::{Connection, MultiBackend};
use crate::mail::model::{EmailId, StatusGroup, TemplateKind};
use crate::web::pager::{Cursor, Direction, Place, Slice};

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub group: Option<StatusGroup>,
    pub kind: Option<TemplateKind>,
    pub recipient: Option<String>,
    pub subject: Option<String>,
    /// In recipient or subject.
    pub text: Option<String>,
}

/// The mails to one person, newest first, at most `limit`.
pub fn of_user(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Email>> {
    emails::table
        .filter(emails::user_id.eq(user))
        .order((emails::created_at.desc(), emails::id.desc()))
        .limit(limit)
        .select(Email::as_select())
        .load(c)
}

/// One page of the log.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Email>> {
    let mut query = emails::table
        .filter(emails::organization_id.eq(organization))
        .select(Email::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(group) = filter.group {
        query = query.filter(emails::status.eq_any(group.members()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(emails::kind.eq(kind));
    }
    if let Some(text) = &filter.recipient {
        query = query.filter(lower(emails::recipient).like(contains_pattern(text)).escape('\\'));
    }
    if let Some(text) = &filter.subject {
        query = query.filter(lower(emails::subject).like(contains_pattern(text)).escape('\\'));
    }
    if let Some(text) = &filter.text {
        let pattern = contains_pattern(text);
        query = query.filter(
            lower(emails::recipient)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(emails::subject).like(pattern).escape('\\')),
        );
    }
    // The bound on the time alone lets PostgreSQL start in the index where the page starts.
    query =
        match (&place.cursor, place.direction) {
            (None, _) => query,
            (Some(Cursor { at, id }), Direction::Onward) => query.filter(emails::created_at.le(*at).and(
                emails::created_at.lt(*at).or(emails::created_at.eq(*at).and(emails::id.lt(id.clone()))),
            )),
            (Some(Cursor { at, id }), Direction::Back) => query.filter(emails::created_at.ge(*at).and(
                emails::created_at.gt(*at).or(emails::created_at.eq(*at).and(emails::id.gt(id.clone()))),
            )),
        };
    query = match place.direction {
        Direction::Onward => query.order((emails::created_at.desc(), emails::id.desc())),
        Direction::Back => query.order((emails::created_at.asc(), emails::id.asc())),
    };
    let rows: Vec<Email> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |email| Cursor::new(email.created_at, email.id.as_str())))
}

/// The latest mails for a user, newest first.
pub fn latest_for(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Email>> {
    emails::table
        .filter(emails::user_id.eq(user))
        .order((emails::created_at.desc(), emails::id.desc()))
        .limit(limit)
        .select(Email::as_select())
        .load(c)
}

/// How many mails of the organization have a state of this group.
pub fn count(c: &mut Connection, organization: &OrganizationId, group: StatusGroup) -> QueryResult<i64> {
    emails::table
        .filter(emails::organization_id.eq(organization))
        .filter(emails::status.eq_any(group.members()))
        .count()
        .get_result(c)
}

/// One mail of the organization.
pub fn by_id(c: &mut Connection, organization: &OrganizationId, id: &EmailId) -> QueryResult<Option<Email>> {
    emails::table
        .filter(emails::organization_id.eq(organization))
        .filter(emails::id.eq(id))
        .select(Email::as_select())
        .first(c)
        .optional()
}

/// Every attempt of a mail, oldest first.
pub fn attempts(c: &mut Connection, id: &EmailId) -> QueryResult<Vec<Attempt>> {
    email_attempts::table
        .filter(email_attempts::email_id.eq(id))
        .order((email_attempts::started_at.asc(), email_attempts::id.asc()))
        .select(Attempt::as_select())
        .load(c)
}
