//! Recovery codes: ten at a time, shown once, each good for once.

use secrecy::{ExposeSecret, SecretString};

use super::changes::{self, Change};
use super::model::CODES;
use super::store;
use crate::access::{Act, UserId};
use crate::accounts::User;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose;

/// 32 letters and digits that are not taken for each other when written down.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
/// 60 random bits.
const LENGTH: usize = 12;
/// As people see it: `abcd-efgh-jkmn`.
const GROUP: usize = 4;

/// Codes that are shown now and never again.
#[derive(Debug)]
pub struct Shown(pub Vec<SecretString>);

/// Makes new codes and ends the old ones. Call it in a write transaction.
pub(super) fn make(c: &mut Connection, app: &App, user: &UserId, now: Timestamp) -> Result<Shown, AppError> {
    store::recovery::remove(c, user)?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code: String =
            (0..LENGTH).filter_map(|_| app.random.pick(ALPHABET).map(|letter| char::from(*letter))).collect();
        let hash = hex::encode(app.keys.mac(Purpose::RecoveryCode, &message(user, &code)));
        store::recovery::insert(c, &app.random, user, &hash, now)?;
        codes.push(grouped(&code).into());
    }
    Ok(Shown(codes))
}

/// Makes new codes for a user who asks for them; `None` while there is no factor they could stand in for.
pub async fn renew(app: &App, act: &Act, user: &UserId) -> Result<Option<Shown>, AppError> {
    let (app_, act, user) = (app.clone(), act.clone(), user.clone());
    app.db
        .write(move |c| {
            let user = store::locked(c, &user)?;
            if user.mfa_since.is_none() {
                return Ok::<_, AppError>(None);
            }
            let codes = make(c, &app_, &user.id, act.at)?;
            changes::tell(c, &app_, &act, &user, &Change::CodesMade)?;
            Ok(Some(codes))
        })
        .await
}

/// Uses a code up; `false` when it is none of the user's, or was used before.
pub(super) fn spend(
    c: &mut Connection,
    app: &App,
    user: &UserId,
    code: &SecretString,
    now: Timestamp,
) -> Result<bool, AppError> {
    let Some(code) = bare(code.expose_secret()) else { return Ok(false) };
    let message = message(user, &code);
    for (id, hash) in store::recovery::unused(c, user)? {
        let hash = hex::decode(hash).map_err(AppError::internal)?;
        if app.keys.verify_mac(Purpose::RecoveryCode, &message, &hash) {
            return Ok(store::recovery::use_up(c, &id, now)?);
        }
    }
    Ok(false)
}

fn message(user: &UserId, code: &str) -> Vec<u8> {
    format!("{user}:{code}").into_bytes()
}

fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A typed code without what people write between its groups; `None` when it can be none.
fn bare(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
    let code: String = letters.flat_map(char::to_lowercase).collect();
    let fine = code.len() == LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
    fine.then_some(code)
}

/// Codes as a text file, for the download beside them.
#[must_use]
pub fn as_text(codes: &Shown, user: &User, organization: &str) -> SecretString {
    let mut text = format!("Recovery codes of {} at {organization}\nEach works once.\n\n", user.email);
    for code in &codes.0 {
        text.push_str(code.expose_secret());
        text.push('\n');
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_written() {
        assert_eq!(grouped("abcdefghjkmn"), "abcd-efgh-jkmn");
        for typed in ["abcd-efgh-jkmn", " ABCD efgh JKMN ", "abcdefghjkmn"] {
            assert_eq!(bare(typed).as_deref(), Some("abcdefghjkmn"), "{typed}");
        }
        for typed in ["", "abcd-efgh", "abcd-efgh-jkmo", "abcd-efgh-jkmnp"] {
            assert_eq!(bare(typed), None, "{typed}");
        }
    }
}
