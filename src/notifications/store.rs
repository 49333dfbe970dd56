//! All SQL of notifications.

use diesel::prelude::*;

use super::model::{New, Notification, NotificationId};
use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::notifications as table;
use crate::ids::Random;

/// Writes a notification; call it in the write transaction of its cause.
pub fn notify(c: &mut Connection, random: &Random, at: Timestamp, new: &New<'_>) -> QueryResult<()> {
    let row = Notification {
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
    };
    diesel::insert_into(table::table).values(&row).execute(c).map(drop)
}

/// Forgets all that a user was told, when the user is erased.
pub fn forget(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c)
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
