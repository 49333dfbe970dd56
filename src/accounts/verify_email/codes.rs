//! The six digits that do what the link does, for who reads the mail on another device.
//!
//! A code lives ten minutes and dies after five tries, right or wrong. It is bound to its user and address,
//! and kept as a keyed hash. A newer one takes its place.

use chrono::TimeDelta;
use diesel::QueryResult;
use secrecy::{ExposeSecret, SecretString};

use super::store;
use crate::access::{Act, UserId};
use crate::accounts::User;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::keys::Purpose;

const LIFE: TimeDelta = TimeDelta::minutes(10);
const TRIES: i64 = 5;

/// Makes a code for the address that the user has now; answers it with its end.
pub(super) fn issue(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
) -> QueryResult<(SecretString, Timestamp)> {
    let code = SecretString::from(format!("{:06}", app.random.below(1_000_000)));
    let expires_at = act.at.plus(LIFE);
    // Of two that are issued at once, the later takes the place of the earlier.
    c.lock(&format!("email_code:{}", user.id))?;
    let mac = hex::encode(app.keys.mac(Purpose::EmailCode, &message(user, &code)));
    store::replace_code(c, &user.id, &mac, (act.at, expires_at))?;
    Ok((code, expires_at))
}

/// Is this the code of the user? Counts as a try; nobody's code is never right, and is looked for all the same.
pub(super) fn matches(
    c: &mut Connection,
    app: &App,
    user: Option<&User>,
    code: &SecretString,
    now: Timestamp,
) -> QueryResult<bool> {
    let id = user.map_or("", |user| user.id.as_str());
    let (Some(kept), Some(user)) = (store::try_code(c, id, TRIES, now)?, user) else { return Ok(false) };
    let kept = hex::decode(kept).unwrap_or_default();
    Ok(app.keys.verify_mac(Purpose::EmailCode, &message(user, code), &kept))
}

fn message(user: &User, code: &SecretString) -> Vec<u8> {
    let user_id: &UserId = &user.id;
    format!("{user_id}\n{}\n{}", user.email.key(), code.expose_secret()).into_bytes()
}

/// A code as a person types it: spaces and dashes between the digits are dropped.
pub(super) fn typed(text: &str) -> SecretString {
    let digits: String =
        text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(12).collect();
    SecretString::from(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_with_spaces() {
        assert_eq!(typed(" 482 913 ").expose_secret(), "482913");
        assert_eq!(typed("482-913").expose_secret(), "482913");
    }
}
