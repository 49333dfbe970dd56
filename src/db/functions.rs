//! Functions of SQL that neither engine has: PostgreSQL gets them from a migration, SQLite from here, on every
//! connection.

use std::net::IpAddr;

use diesel::sql_types::{BigInt, Text, Timestamp};
use diesel::{QueryResult, SqliteConnection};
use ipnet::IpNet;

use crate::clock::Timestamp as Moment;

diesel::define_sql_function! {
    /// Does the address belong to the network, written as `10.0.0.0/8`?
    fn ip_within(ip: Text, network: Text) -> Bool;
}

diesel::define_sql_function! {
    /// Have so many seconds passed since a moment?
    fn passed(since: Timestamp, seconds: BigInt, now: Timestamp) -> Bool;
}

/// Makes the functions known to a connection.
pub(super) fn register(connection: &mut SqliteConnection) -> QueryResult<()> {
    ip_within_utils::register_impl(connection, within)?;
    passed_utils::register_impl(connection, |since: Moment, seconds: i64, now: Moment| {
        since.plus(chrono::TimeDelta::seconds(seconds)) <= now
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the values come from the database as they are")]
fn within(ip: String, network: String) -> bool {
    match (ip.parse::<IpAddr>(), network.parse::<IpNet>()) {
        (Ok(ip), Ok(network)) => network.contains(&ip),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_network_only() {
        let within = |ip: &str, network: &str| within(ip.to_owned(), network.to_owned());
        assert!(within("10.1.2.3", "10.0.0.0/8"));
        assert!(within("2001:db8::1", "2001:db8::/32"));
        assert!(!within("11.1.2.3", "10.0.0.0/8"));
        assert!(!within("10.1.2.3", "2001:db8::/32"));
        assert!(!within("", "10.0.0.0/8"));
    }
}
