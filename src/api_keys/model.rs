//! What a key is, and the rules about it.

use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::access::{ApiKeyId, OrganizationId, Role, Scope, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::api_keys as table;
use crate::error::{AppError, FieldError};
use crate::ids::Random;
use crate::text_enum;

const PREFIX: &str = "fd_";
const HANDLE: usize = 12;
const SECRET: usize = 64;
const CHECKSUM: usize = 8;

/// Days that a key lives, unless said otherwise, and at most.
pub const USUAL_DAYS: u16 = 90;
pub const MOST_DAYS: u16 = 365;
/// Hours that a replaced key works on, unless said otherwise, and at most.
pub const USUAL_OVERLAP: u16 = 24;
pub const MOST_OVERLAP: u16 = 168;
const LONGEST_NAME: usize = 60;

text_enum! {
    /// Whether a key works, and why not.
    State {
        Active = "active",
        Replaced = "replaced",
        /// Whoever made it is not an active user just now.
        Paused = "paused",
        Expired = "expired",
        Revoked = "revoked",
    }
}

/// A key as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub handle: String,
    pub hash: String,
    pub scopes: String,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub last_used_ip: Option<String>,
    pub replaced_at: Option<Timestamp>,
    pub successor_id: Option<ApiKeyId>,
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// What the key itself says; whether its maker may act is told by [`Listed::state`](super::store::Listed::state).
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        if self.revoked_at.is_some() {
            State::Revoked
        } else if self.expires_at <= now {
            State::Expired
        } else if self.replaced_at.is_some() {
            State::Replaced
        } else {
            State::Active
        }
    }

    /// What it may do; a scope that this version does not know opens nothing.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(Scope::parse).collect()
    }

    /// The part of the key that may be shown.
    #[must_use]
    pub fn beginning(&self) -> String {
        format!("{PREFIX}{}", self.handle)
    }

    /// How long the next one lives: as long as this one was given.
    #[must_use]
    pub fn life(&self) -> TimeDelta {
        self.expires_at.since(self.created_at)
    }
}

/// A key that is made: its handle and its whole text.
#[derive(Debug)]
pub struct Text {
    pub handle: String,
    pub whole: SecretString,
}

/// Makes the text of a new key.
#[must_use]
pub fn make(random: &Random) -> Text {
    let handle = hex::encode(random.bytes::<{ HANDLE / 2 }>());
    let body = format!("{PREFIX}{handle}_{}", hex::encode(random.bytes::<{ SECRET / 2 }>()));
    let whole = SecretString::from(format!("{body}{}", checksum(&body)));
    Text { handle, whole }
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

/// Is this meant to be a key?
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// The handle of a key that was copied whole.
#[must_use]
pub fn handle(whole: &SecretString) -> Option<&str> {
    let whole = whole.expose_secret();
    let (body, sum) = whole.split_at_checked(whole.len().checked_sub(CHECKSUM)?)?;
    let (handle, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
    let fits = handle.len() == HANDLE && secret.len() == SECRET && checksum(body) == sum;
    fits.then_some(handle)
}

/// What a new key is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub life: TimeDelta,
}

impl NewKey {
    /// Reads what was asked for by somebody with this role.
    ///
    /// # Errors
    /// Every field that is refused, with a sentence.
    pub fn parse(
        role: Role,
        name: &str,
        scopes: &[String],
        days: Option<u16>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            let sentence = format!("Give the key a name of at most {LONGEST_NAME} characters.");
            errors.push(FieldError::new("name", sentence));
        }
        let mut known: Vec<Scope> = scopes.iter().filter_map(|text| Scope::parse(text)).collect();
        known.sort_unstable();
        known.dedup();
        if let Some(unknown) = scopes.iter().find(|text| Scope::parse(text).is_none()) {
            errors.push(FieldError::new("scopes", format!("“{unknown}” is no scope.")));
        } else if known.is_empty() {
            errors.push(FieldError::new("scopes", "Choose what the key may do."));
        } else if let Some(scope) = known.iter().find(|scope| !role.allows(scope.permission())) {
            let sentence = format!("Your own role does not include {scope}, so you cannot give it to a key.");
            errors.push(FieldError::new("scopes", sentence));
        }
        let days = days.unwrap_or(USUAL_DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            let sentence = format!("A key lives for 1 to {MOST_DAYS} days.");
            errors.push(FieldError::new("expires_in_days", sentence));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { name: name.to_owned(), scopes: known, life: TimeDelta::days(days.into()) })
    }
}

/// Reads how long the old key works on.
///
/// # Errors
/// When it is too long.
pub fn overlap(hours: Option<u16>) -> Result<TimeDelta, AppError> {
    let hours = hours.unwrap_or(USUAL_OVERLAP);
    if hours > MOST_OVERLAP {
        let sentence = format!("The old key works on for at most {MOST_OVERLAP} hours.");
        return Err(AppError::invalid("overlap_hours", sentence));
    }
    Ok(TimeDelta::hours(hours.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_not_copied_whole_is_told_by_itself() {
        let text = make(&Random::seeded(1));
        assert_eq!(handle(&text.whole), Some(text.handle.as_str()));
        let whole = text.whole.expose_secret();
        assert!(is_key(whole));
        for place in 0..whole.len() {
            let mut changed = whole.to_owned().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(handle(&SecretString::from(String::from_utf8(changed).unwrap())), None, "{place}");
            assert_eq!(handle(&SecretString::from(&whole[..place])), None, "{place}");
        }
        for bad in ["", "fd_", "fd_é", "fd_aaaa_bbbb", "bearer"] {
            assert_eq!(handle(&SecretString::from(bad)), None, "{bad}");
        }
    }

    #[test]
    fn a_new_key_has_a_name_scopes_of_its_makers_role_and_an_end() {
        let fields = |role, name: &str, scopes: &[&str], days| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let parsed = NewKey::parse(role, name, &scopes, days);
            parsed.map_err(|errors| errors.into_iter().map(|error| error.field).collect::<Vec<_>>())
        };
        let new = fields(Role::Admin, " Import ", &["users:read", "users:read"], None).unwrap();
        assert_eq!((new.name.as_str(), new.scopes.len(), new.life), ("Import", 1, TimeDelta::days(90)));
        let refused = fields(Role::Admin, " ", &[], Some(0)).unwrap_err();
        assert_eq!(refused, ["name", "scopes", "expires_in_days"]);
        assert_eq!(
            fields(Role::Admin, "a", &["users:all"], Some(366)).unwrap_err(),
            ["scopes", "expires_in_days"]
        );
        assert_eq!(fields(Role::Support, "a", &["users:manage"], None).unwrap_err(), ["scopes"]);
    }

    #[test]
    fn a_key_works_until_it_expires_or_is_revoked() {
        let at = |day: i64| Timestamp::from_unix(day * 86_400).unwrap();
        let random = Random::seeded(1);
        let key = ApiKey {
            id: ApiKeyId::new(&random, at(0)),
            organization_id: OrganizationId::new(&random, at(0)),
            name: "Import".to_owned(),
            handle: "0".repeat(HANDLE),
            hash: String::new(),
            scopes: "users:read gone:read".to_owned(),
            created_by: UserId::new(&random, at(0)),
            created_at: at(0),
            expires_at: at(90),
            last_used_at: None,
            last_used_ip: None,
            replaced_at: None,
            successor_id: None,
            revoked_at: None,
        };
        assert_eq!(key.scopes(), [Scope::UsersRead]);
        assert_eq!((key.state(at(89)), key.state(at(90))), (State::Active, State::Expired));
        let replaced = ApiKey { replaced_at: Some(at(10)), expires_at: at(11), ..key.clone() };
        assert_eq!((replaced.state(at(10)), replaced.state(at(11))), (State::Replaced, State::Expired));
        assert_eq!(ApiKey { revoked_at: Some(at(1)), ..key }.state(at(1)), State::Revoked);
    }
}
