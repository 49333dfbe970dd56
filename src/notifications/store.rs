//! All SQL of notifications.

use diesel::prelude::*;

use super::model::{New, Notification, NotificationId};
use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::notifications as table;
use crate::each;
use crate::ids::Random;

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

/// The latest notifications of a user, newest first.
pub fn latest(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Notification>> {
    table::table
        .filter(table::user_id.eq(user))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Notification::as_select())
        .load(c)
}
