//! What a user can show, and the rules that need no database.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::access::UserId;
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::passkeys;
use crate::limits::Limit;
use crate::{id_type, text_enum};

id_type!(
    /// A passkey of a user.
    PasskeyId
);
id_type!(
    /// A recovery code of a user.
    RecoveryCodeId
);
id_type!(
    /// A question that waits for its answer.
    ChallengeId
);

/// Wrong answers after which a challenge is dead.
pub const TRIES: i64 = 5;
/// How long the second step of a sign-in may take.
pub const SECOND_STEP: TimeDelta = TimeDelta::minutes(10);
/// How long a passkey may take to sign.
pub const CEREMONY: TimeDelta = TimeDelta::minutes(5);
/// How long an app that is being set up waits for its first code.
pub const SET_UP: TimeDelta = TimeDelta::hours(1);
/// So many recovery codes are made at once.
pub const CODES: usize = 10;
/// More passkeys than anybody has devices.
pub const MOST_PASSKEYS: usize = 20;

/// Codes of one user at sign-in, over all challenges: who knows the password can begin as many as they like.
pub const SIGN_IN_LIMIT: Limit = Limit::new("mfa_sign_in", 10, TimeDelta::minutes(15));
/// Proofs of one user for a dangerous act.
pub const CONFIRM_LIMIT: Limit = Limit::new("mfa_confirm", 5, TimeDelta::minutes(15));
/// Questions to passkeys that nobody has signed in for yet, of one address.
pub const PASSKEY_LIMIT: Limit = Limit::new("mfa_passkey", 30, TimeDelta::minutes(5));

text_enum! {
    /// What a challenge waits for.
    Purpose {
        /// The second step of a person's sign-in.
        BrowserSignIn = "browser_sign_in",
        /// The second step of a program's sign-in.
        ApiSignIn = "api_sign_in",
        PasskeyRegistration = "passkey_registration",
        /// A passkey of a known user.
        PasskeyFactor = "passkey_factor",
        /// A passkey that says whose it is.
        PasskeySignIn = "passkey_sign_in",
    }
}

/// A passkey as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, check_for_backend(MultiBackend))]
pub struct Passkey {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub name: String,
    pub credential_id: String,
    pub credential: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// Everything a user can show besides the password.
#[derive(Clone, Debug, Default)]
pub struct Factors {
    /// Since when there is an authenticator app.
    pub app_since: Option<Timestamp>,
    pub passkeys: Vec<Passkey>,
    /// Recovery codes that were not used yet.
    pub codes_left: usize,
}

impl Factors {
    /// How many of those that count: recovery codes only stand in for them.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::from(self.app_since.is_some()) + self.passkeys.len()
    }

    #[must_use]
    pub fn any(&self) -> bool {
        self.count() > 0
    }
}

/// Reads the name its owner gives a passkey; a device has one to begin with.
///
/// # Errors
/// The sentence beside the field.
pub fn passkey_name(text: &str) -> Result<String, &'static str> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("Give the passkey a name, such as the device it is on.");
    }
    if name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err("Use at most 60 characters.");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_named_in_a_few_words() {
        assert_eq!(passkey_name("  Ada's   laptop "), Ok("Ada's laptop".to_owned()));
        assert!(passkey_name("  ").is_err());
        assert!(passkey_name(&"x".repeat(61)).is_err());
    }

    #[test]
    fn recovery_codes_alone_are_no_factor() {
        let mut factors = Factors { codes_left: 10, ..Factors::default() };
        assert!(!factors.any());
        factors.app_since = Timestamp::from_unix(0);
        assert_eq!(factors.count(), 1);
    }
}
