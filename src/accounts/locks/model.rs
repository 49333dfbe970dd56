//! What is counted together, and when it locks.

use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::{Ipv4Net, Ipv6Net};

use super::{LIFE, MOST};
use crate::access::UserId;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::{account_locks, sign_in_failures};
use crate::keys::Purpose;
use crate::{id_type, text_enum};

id_type!(
    /// A failed sign-in.
    FailureId
);
id_type!(
    /// A lock.
    LockId
);

text_enum! {
    /// Why a sign-in failed, as kept; the person is told the same of both.
    Reason {
        /// No such address, or another password.
        Credentials = "credentials",
        /// Whatever the password was.
        Locked = "locked",
    }
}

text_enum! {
    /// What lifted a lock before its time.
    Cleared {
        /// The link of the mail about it.
        Link = "link",
        Administrator = "administrator",
        /// A new password.
        Password = "password",
    }
}

/// A failed sign-in of a user, as kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sign_in_failures, check_for_backend(MultiBackend))]
pub struct Failure {
    pub id: FailureId,
    pub at: Timestamp,
    pub reason: Reason,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// A lock, as kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = account_locks, check_for_backend(MultiBackend))]
pub struct Lock {
    pub id: LockId,
    /// Nobody, for an address that has no account.
    pub user_id: Option<UserId>,
    pub locked_at: Timestamp,
    pub until: Timestamp,
    pub failures: i64,
    /// From where the last failure came.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub cleared_at: Option<Timestamp>,
    pub cleared_how: Option<Cleared>,
    pub cleared_by: Option<UserId>,
}

impl Lock {
    /// Is it in force?
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.cleared_at.is_none() && self.until > now
    }
}

/// The end of the lock that so many failures bring, if they do.
#[must_use]
pub(super) fn lock_after(failures: i64, now: Timestamp) -> Option<Timestamp> {
    (failures >= MOST).then(|| now.plus(LIFE))
}

/// The bucket of an address, or of one known device at it: a keyed hash, since people type other things than
/// their address into that field.
#[must_use]
pub(super) fn bucket(app: &App, address: &str, device: Option<&str>) -> String {
    let text = format!("{address}\n{}", device.unwrap_or_default());
    hex::encode(app.keys.mac(Purpose::SignInBucket, text.as_bytes()))
}

/// What is limited together with this address: it alone, or its /64 network, which is one customer's.
#[must_use]
pub fn limited_together(ip: Option<&str>) -> String {
    network(ip, 32)
}

/// The addresses around this one: its /24 or /64 network.
#[must_use]
pub fn neighbourhood(ip: Option<&str>) -> String {
    network(ip, 24)
}

fn network(ip: Option<&str>, prefix: u8) -> String {
    match ip.and_then(|text| text.parse::<IpAddr>().ok()) {
        Some(IpAddr::V4(ip)) => {
            Ipv4Net::new(ip, prefix).map_or_else(|_| ip.to_string(), |net| net.trunc().to_string())
        }
        Some(IpAddr::V6(ip)) => {
            Ipv6Net::new(ip, 64).map_or_else(|_| ip.to_string(), |net| net.trunc().to_string())
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_lock_for_a_quarter_of_an_hour() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        assert_eq!(lock_after(4, now), None);
        assert_eq!(lock_after(5, now), Timestamp::parse("2026-03-02T09:15:00Z"));
    }

    #[test]
    fn addresses_are_limited_as_one_customer_has_them() {
        let limited = |ip| limited_together(Some(ip));
        assert_ne!(limited("192.0.2.1"), limited("192.0.2.2"));
        assert_eq!(limited("2001:db8:1:2::1"), limited("2001:db8:1:2:ffff::1"));
        assert_ne!(limited("2001:db8:1:2::1"), limited("2001:db8:1:3::1"));
        assert_eq!(neighbourhood(Some("192.0.2.1")), neighbourhood(Some("192.0.2.200")));
        assert_eq!(limited_together(None), "unknown");
    }
}
