//! All SQL of known devices.

use diesel::prelude::*;

use super::model::{Device, DeviceId, DeviceKind};
use crate::access::{Act, UserId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::known_devices as table;

/// The device of a user with this hash of its key.
pub(super) fn find(c: &mut Connection, user: &str, key_hash: &str) -> QueryResult<Option<DeviceId>> {
    table::table
        .filter(table::user_id.eq(user))
        .filter(table::key_hash.eq(key_hash))
        .select(table::id)
        .first(c)
        .optional()
}

/// A device to be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewDevice<'a> {
    pub id: &'a DeviceId,
    pub user: &'a UserId,
    pub kind: DeviceKind,
    pub key_hash: &'a str,
    pub device: &'a str,
}

pub(super) fn insert(c: &mut Connection, act: &Act, new: NewDevice<'_>) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(new.id),
            table::user_id.eq(new.user),
            table::kind.eq(new.kind),
            table::key_hash.eq(new.key_hash),
            table::device.eq(new.device),
            table::ip.eq(act.ip.as_deref()),
            table::first_seen_at.eq(act.at),
            table::last_seen_at.eq(act.at),
        ))
        .execute(c)
        .map(drop)
}

/// Keeps that a device was seen again.
pub(super) fn touch(c: &mut Connection, id: &DeviceId, device: &str, act: &Act) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((table::device.eq(device), table::ip.eq(act.ip.as_deref()), table::last_seen_at.eq(act.at)))
        .execute(c)
        .map(drop)
}

/// Forgets a device of a user: it is new again when it comes back.
pub fn remove(c: &mut Connection, user: &UserId, id: &DeviceId) -> QueryResult<()> {
    diesel::delete(table::table.find(id).filter(table::user_id.eq(user))).execute(c).map(drop)
}

/// The devices of a user, the one seen last first.
pub fn of_user(c: &mut Connection, user: &UserId, limit: i64) -> QueryResult<Vec<Device>> {
    table::table
        .filter(table::user_id.eq(user))
        .order((table::last_seen_at.desc(), table::id.desc()))
        .limit(limit)
        .select(Device::as_select())
        .load(c)
}

pub(super) fn remove_before(c: &mut Connection, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old: Vec<DeviceId> = table::table
        .filter(table::last_seen_at.lt(before))
        .order(table::last_seen_at)
        .limit(limit)
        .select(table::id)
        .load(c)?;
    diesel::delete(table::table.filter(table::id.eq_any(&old))).execute(c)
}

/// Forgets every device of a user, when the user is erased.
pub fn forget_user(c: &mut Connection, user: &UserId) -> QueryResult<usize> {
    diesel::delete(table::table.filter(table::user_id.eq(user))).execute(c)
}
