//! What is wanted, read from the arguments.

use super::Revoke;
use super::list::List;
use crate::access::{Role, SessionId, UserId};
use crate::clock::Timestamp;
use crate::revocations::{Reason, RevocationId, Scope, Selection};
use crate::sessions::filter::{self, Filter};
use crate::sessions::store::Kind;
use crate::web::terms;

/// All of it, understood.
#[derive(Debug)]
pub(super) struct Wanted {
    pub resume: Option<RevocationId>,
    /// Nothing, when one is gone on with.
    pub selection: Option<Selection>,
    pub list: Option<List>,
    pub reason: Option<Reason>,
}

impl Wanted {
    pub(super) fn read(options: &Revoke) -> Result<Self, String> {
        let reason = options.reason.as_deref().map(Reason::parse).transpose();
        let reason = reason.map_err(|error| format!("--reason: {error}"))?;
        if let Some(text) = &options.resume {
            let id = RevocationId::parse(text).ok_or("--resume: this is no id.")?;
            return Ok(Self { resume: Some(id), selection: None, list: None, reason });
        }
        let mut filter = Filter::default();
        for text in &options.filter {
            narrow(&mut filter, text).map_err(|problem| format!("--filter {text}: {problem}"))?;
        }
        let (scope, list) = if let Some(path) = &options.file {
            (Scope::Users, Some(List::file(path)?))
        } else if !options.users.is_empty() {
            (Scope::Users, Some(List::typed(&options.users)))
        } else if let Some(text) = &options.family {
            let id = SessionId::parse(text).ok_or("--family: this is no id.")?;
            filter = Filter::family(id);
            (Scope::Family, None)
        } else {
            (Scope::Filter, None)
        };
        let digest = list.as_ref().map(|list| list.digest().to_owned());
        let selection = Some(Selection { scope, filter, list: digest });
        Ok(Self { resume: None, selection, list, reason })
    }
}

impl Wanted {
    /// The token family that is meant, when it is one.
    pub(super) fn family(&self) -> Option<&SessionId> {
        let selection = self.selection.as_ref().filter(|selection| selection.scope == Scope::Family)?;
        selection.filter.sessions.first()
    }
}

const NAMES: &str = "last_seen_before, signed_in_before, ip_range, role, country, kind or user";

fn narrow(filter: &mut Filter, text: &str) -> Result<(), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE.")?;
    match name {
        "last_seen_before" => filter.last_seen_before = Some(moment(value)?),
        "signed_in_before" => filter.signed_in_before = Some(moment(value)?),
        "ip_range" => {
            let network = filter::network(value);
            filter.ip_range = Some(network.ok_or("write an address or a network, such as 10.0.0.0/8.")?);
        }
        "role" => {
            let role = Role::parse(value);
            filter.role = Some(role.ok_or("use member, reviewer, analyst, support, admin or operator.")?);
        }
        "country" => filter.country = Some(filter::country(value).ok_or("write two letters.")?),
        "kind" => filter.kind = Some(Kind::parse(value).ok_or("use browser or api.")?),
        "user" => filter.user = Some(UserId::parse(value).ok_or("write the id of a user.")?),
        _ => return Err(format!("use {NAMES}.")),
    }
    Ok(())
}

fn moment(value: &str) -> Result<Timestamp, String> {
    let day = terms::day(value).map(terms::start);
    day.or_else(|| Timestamp::parse(value))
        .ok_or_else(|| "write a day as 2026-03-31 or a time as 2026-03-31T09:00:00Z.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_and_a_bad_one_is_told() {
        let mut filter = Filter::default();
        for text in ["role=support", "kind=api", "ip_range=10.0.0.0/8", "last_seen_before=2026-03-01"] {
            narrow(&mut filter, text).unwrap();
        }
        assert_eq!(filter.words().len(), 4);
        for text in ["role", "role=king", "colour=red", "last_seen_before=soon", "ip_range=here"] {
            assert!(narrow(&mut filter, text).is_err(), "{text}");
        }
    }
}
