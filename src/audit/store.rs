//! All SQL of the audit log.

use diesel::prelude::*;
use serde_json::Value;

use crate::access::{Act, OrganizationId, Who};
use crate::clock::Timestamp;
use crate::db::schema::audit_entries as table;
use crate::db::text::{contains_pattern, lower};
use crate::db::{Connection, MultiBackend};
use crate::id_type;
use crate::ids::Random;
use crate::web::pager::{Cursor, Direction, Place, Slice};

id_type!(
    /// An entry of the audit log.
    EntryId
);

/// What an act was done to: the kind of row and its id.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a>(pub &'static str, pub &'a str);

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub organization: &'a OrganizationId,
    /// A verb of the past in dotted form, such as `verification.approved`.
    pub action: &'static str,
    pub target: Target<'a>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub reason: Option<&'a str>,
}

impl<'a> Event<'a> {
    #[must_use]
    pub fn new(organization: &'a OrganizationId, action: &'static str, target: Target<'a>) -> Self {
        Self { organization, action, target, before: None, after: None, reason: None }
    }

    /// With the fields that changed, as JSON objects.
    #[must_use]
    pub fn change(mut self, before: Option<Value>, after: Value) -> Self {
        self.before = before;
        self.after = Some(after);
        self
    }

    #[must_use]
    pub fn because(mut self, reason: Option<&'a str>) -> Self {
        self.reason = reason;
        self
    }
}

/// One entry as it was written.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Entry {
    pub id: EntryId,
    pub organization_id: OrganizationId,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub reason: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

/// Writes an entry; call it in the write transaction of the act.
pub fn record(c: &mut Connection, random: &Random, act: &Act, event: Event<'_>) -> QueryResult<()> {
    let (actor_kind, actor_id, actor_name) = match &act.who {
        Who::User { id, name } => ("user", Some(id.to_string()), name.clone()),
        Who::ApiKey { id, name } => ("api_key", Some(id.to_string()), name.clone()),
        Who::Visitor => ("visitor", None, "Visitor".to_owned()),
        Who::System => ("system", None, "Frontdesk".to_owned()),
        Who::Command => ("command", None, "Command line".to_owned()),
    };
    let entry = Entry {
        id: EntryId::new(random, act.at),
        organization_id: event.organization.clone(),
        at: act.at,
        actor_kind: actor_kind.to_owned(),
        actor_id,
        actor_name,
        action: event.action.to_owned(),
        target_kind: event.target.0.to_owned(),
        target_id: event.target.1.to_owned(),
        before: event.before.map(|value| value.to_string()),
        after: event.after.map(|value| value.to_string()),
        reason: event.reason.map(ToOwned::to_owned),
        ip: act.ip.clone(),
        user_agent: act.user_agent.clone(),
        request_id: act.request_id.clone(),
    };
    diesel::insert_into(table::table).values(&entry).execute(c).map(drop)
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In the action, the actor's name or the target's id.
    pub text: Option<String>,
    /// An area such as `verification`, the first part of an action.
    pub area: Option<String>,
}

/// A page of the log, newest first.
pub fn page(
    c: &mut Connection,
    organization: &OrganizationId,
    filter: &Filter,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Entry>> {
    let mut query = table::table
        .filter(table::organization_id.eq(organization))
        .select(Entry::as_select())
        .into_boxed::<MultiBackend>();
    if let Some(text) = &filter.text {
        let pattern = contains_pattern(text);
        query = query.filter(
            lower(table::action)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(table::actor_name).like(pattern.clone()).escape('\\'))
                .or(lower(table::target_id).like(pattern).escape('\\')),
        );
    }
    if let Some(area) = &filter.area {
        let pattern = format!("{}.%", contains_pattern(area).trim_matches('%'));
        query = query.filter(table::action.like(pattern).escape('\\'));
    }
    query = match (&place.cursor, place.direction) {
        (None, _) => query,
        (Some(Cursor { at, id }), Direction::Onward) => query.filter(
            table::at.le(*at).and(table::at.lt(*at).or(table::at.eq(*at).and(table::id.lt(id.clone())))),
        ),
        (Some(Cursor { at, id }), Direction::Back) => query.filter(
            table::at.ge(*at).and(table::at.gt(*at).or(table::at.eq(*at).and(table::id.gt(id.clone())))),
        ),
    };
    query = match place.direction {
        Direction::Onward => query.order((table::at.desc(), table::id.desc())),
        Direction::Back => query.order((table::at.asc(), table::id.asc())),
    };
    let rows: Vec<Entry> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |entry| Cursor::new(entry.at, entry.id.as_str())))
}

/// One entry of the organization.
pub fn by_id(c: &mut Connection, organization: &OrganizationId, id: &EntryId) -> QueryResult<Option<Entry>> {
    table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::id.eq(id))
        .select(Entry::as_select())
        .first(c)
        .optional()
}

/// What was done to one thing, oldest first: the latest 500 entries.
pub fn for_target(
    c: &mut Connection,
    organization: &OrganizationId,
    target: Target<'_>,
) -> QueryResult<Vec<Entry>> {
    let mut entries = latest_for(c, target, 500)?;
    entries.retain(|entry| entry.organization_id == *organization);
    entries.reverse();
    Ok(entries)
}

/// The same for several things of one kind, at most 500 entries for each on average.
pub fn for_targets(
    c: &mut Connection,
    organization: &OrganizationId,
    kind: &str,
    ids: &[&str],
) -> QueryResult<Vec<Entry>> {
    let most = i64::try_from(ids.len()).unwrap_or(1) * 500;
    let mut entries: Vec<Entry> = table::table
        .filter(table::target_kind.eq(kind))
        .filter(table::target_id.eq_any(ids))
        .filter(table::organization_id.eq(organization))
        .limit(most)
        .select(Entry::as_select())
        .load(c)?;
    // Sorted here: asked for the order, SQLite reads the whole log by time to find a handful of entries.
    entries.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(entries)
}

/// What was done to one thing lately, newest first. The organization is not asked for: a target belongs to one, and
/// asked for both, SQLite reads the whole log by time.
pub fn latest_for(c: &mut Connection, target: Target<'_>, limit: i64) -> QueryResult<Vec<Entry>> {
    table::table
        .filter(table::target_kind.eq(target.0))
        .filter(table::target_id.eq(target.1))
        .order((table::at.desc(), table::id.desc()))
        .limit(limit)
        .select(Entry::as_select())
        .load(c)
}
