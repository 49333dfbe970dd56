//! Which sessions: one description for the lists of the console, the API, the command line and revocations.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::store::Kind;
use crate::access::{Role, SessionId, UserId};
use crate::clock::Timestamp;

/// Everything given must hold; nothing given is every session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// These sessions or token families.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionId>,
    /// All but this one: whoever ends many goes on working.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub but: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Two letters, in capitals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// An address or a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_range: Option<IpNet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in_after: Option<Timestamp>,
    /// Parts of the person's name or address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub person: Vec<String>,
    /// Parts of the device's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device: Vec<String>,
}

impl Filter {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// One session or family.
    #[must_use]
    pub fn one(id: SessionId) -> Self {
        Self { sessions: vec![id], ..Self::default() }
    }

    #[must_use]
    pub fn family(id: SessionId) -> Self {
        Self { kind: Some(Kind::Api), ..Self::one(id) }
    }

    #[must_use]
    pub fn of_user(id: UserId) -> Self {
        Self { user: Some(id), ..Self::default() }
    }

    /// The network, when it is a single address.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let network = self.ip_range?;
        (network.prefix_len() == network.max_prefix_len()).then(|| network.addr().to_string())
    }

    /// What it asks for, a sentence part each.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let day = |at: Timestamp| at.utc().format("%Y-%m-%d %H:%M UTC").to_string();
        let mut words = Vec::new();
        match self.sessions.as_slice() {
            [] => {}
            [one] => words.push(format!("session {one}")),
            more => words.push(format!("{} chosen sessions", more.len())),
        }
        let mut say = |what: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("{what} {value}"));
            }
        };
        say("user", self.user.as_ref().map(ToString::to_string));
        say("kind", self.kind.map(|kind| kind.label().to_lowercase()));
        say("role", self.role.map(|role| role.label().to_lowercase()));
        say("country", self.country.clone());
        say("from", self.ip_range.map(|network| self.address().unwrap_or_else(|| network.to_string())));
        say("last seen before", self.last_seen_before.map(day));
        say("signed in before", self.signed_in_before.map(day));
        say("signed in from", self.signed_in_after.map(day));
        for part in &self.person {
            say("person like", Some(format!("“{part}”")));
        }
        for part in &self.device {
            say("device like", Some(format!("“{part}”")));
        }
        words
    }
}

/// Reads an address or a network: `192.0.2.7`, `10.0.0.0/8`.
#[must_use]
pub fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network
        .or_else(|| text.parse::<std::net::IpAddr>().ok().map(|ip| IpNet::from(ip.to_canonical())))
        .map(|network| network.trunc())
}

/// Reads a country: two letters.
#[must_use]
pub fn country(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_of_one() {
        let filter = Filter { ip_range: network("192.0.2.7"), ..Filter::default() };
        assert_eq!(filter.address().as_deref(), Some("192.0.2.7"));
        let filter = Filter { ip_range: network("10.1.2.3/8"), ..Filter::default() };
        assert_eq!(filter.address(), None);
        assert_eq!(filter.words(), ["from 10.0.0.0/8"]);
        assert_eq!(network("10.0.0.0/33"), None);
        assert_eq!(network("here"), None);
    }

    #[test]
    fn a_filter_survives_being_kept() {
        let filter = Filter {
            kind: Some(Kind::Api),
            role: Some(Role::Support),
            country: country("de"),
            ip_range: network("10.0.0.0/8"),
            person: vec!["ada".to_owned()],
            ..Filter::default()
        };
        let text = serde_json::to_string(&filter).unwrap();
        assert_eq!(serde_json::from_str::<Filter>(&text).unwrap(), filter);
        assert_eq!(serde_json::to_string(&Filter::default()).unwrap(), "{}");
    }
}
