//! All SQL of notifications.

use diesel::prelude::*;

use super::model::{New, Notification, NotificationId};
use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::schema::notifications as table;
use crate::db::{Connection, MultiBackend};
use crate::each;
use crate::ids::Random;
use crate::web::pager::{Cursor, Direction, Place, Slice};

/// Writes a notification; call it in the write transaction of its cause.
pub fn notify(c: &mut Connection, random: &Random, at: Timestamp, new: &New<'_>) -> QueryResult<()> {
    diesel::insert_into(table::table).values(&row(random, at, new)).execute(c).map(drop)
}

/// Rows of one statement.
const CHUNK: usize = 200;

/// Writes many at once; call it in the write transaction of their cause.
pub fn notify_all(c: &mut Connection, random: &Random, at: Timestamp, all: &[New<'_>]) -> QueryResult<()> {
    let rows: Vec<Notification> = all.iter().map(|new| row(random, at, new)).collect();
    for chunk in rows.chunks(CHUNK) {
        each!(c, c => diesel::insert_into(table::table).values(chunk).execute(c))?;
    }
    Ok(())
}

fn row(random: &Random, at: Timestamp, new: &New<'_>) -> Notification {
    Notification {
        id: NotificationId::new(random, at),
        organization_id: new.organization.clone(),
        user_id: new.user.clone(),
        kind: new.kind,
        severity: new.severity,
        title: new.title.to_owned(),
        message: new.message.to_owned(),
        data: new.data.to_string(),
        link: new.link.clone(),
        created_at: at,
        read_at: None,
        expires_at: None,
    }
}

/// Forgets all that a user was told, when the user is erased.
pub fn forget(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c)
}

/// Marks one notification of a user as read; answers it, `None` when it is somebody else's or nobody's.
pub fn read(
    c: &mut Connection,
    user: &UserId,
    id: &NotificationId,
    now: Timestamp,
) -> QueryResult<Option<Notification>> {
    let own = table::table.find(id).filter(table::user_id.eq(user));
    diesel::update(own.filter(table::read_at.is_null())).set(table::read_at.eq(Some(now))).execute(c)?;
    own.select(Notification::as_select()).first(c).optional()
}

/// Marks every notification of a user as read.
pub fn read_all(c: &mut Connection, user: &UserId, now: Timestamp) -> QueryResult<usize> {
    diesel::update(table::table.filter(table::user_id.eq(user)).filter(table::read_at.is_null()))
        .set(table::read_at.eq(Some(now)))
        .execute(c)
}

/// How many notifications of a user are unread.
pub fn unread(c: &mut Connection, user: &UserId) -> QueryResult<i64> {
    table::table.filter(table::user_id.eq(user)).filter(table::read_at.is_null()).count().get_result(c)
}

/// A page of a user's notifications, newest first.
pub fn page(
    c: &mut Connection,
    user: &UserId,
    place: &Place,
    limit: usize,
) -> QueryResult<Slice<Notification>> {
    let mut query = table::table
        .filter(table::user_id.eq(user))
        .select(Notification::as_select())
        .into_boxed::<MultiBackend>();
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
    let rows: Vec<Notification> = query.limit(i64::try_from(limit).unwrap_or(50) + 1).load(c)?;
    Ok(Slice::cut(rows, limit, place, |row| Cursor::new(row.created_at, row.id.as_str())))
}

/// The latest notifications of a user, newest first.
pub fn latest(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Notification>> {
    table::table
        .filter(table::user_id.eq(user))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Notification::as_select())
        .load(c)
}
