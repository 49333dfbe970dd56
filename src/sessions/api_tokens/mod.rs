//! Tokens of the API: a family is one session with a chain of refresh tokens, of which one is live.
//!
//! [`start`] begins one at sign-in; [`refresh()`] spends the live refresh token for the next, by the rule in
//! `rotation`. A spent one that comes again ends the family, since either its owner or a thief has a copy.
//! Each token is made of the one before it and a key of the instance, so that it can be given out a second
//! time after a lost answer although only its hash is kept. Access tokens of a family are good until they
//! expire, the older ones too; at our own API they die with the session.

mod alarm;
mod refresh;
mod rotation;
mod store;

pub use refresh::{RefreshError, refresh, refresh_in};
pub use store::{LinkState, RefreshTokenRow, chain, forget, length};

use secrecy::{ExposeSecret, SecretString};

use self::store::Family;
use super::access_token::{self, Subject};
use super::cookie::device;
use super::store::{self as sessions, Kind, NewSession};
use crate::access::{Act, OrganizationId, SessionId, UserId};
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::id_type;

id_type!(
    /// A refresh token.
    RefreshTokenId
);

/// What a program gets at sign-in and at each refresh.
#[derive(Debug)]
pub struct Pair {
    pub access_token: SecretString,
    pub refresh_token: SecretString,
    /// Seconds until the access token dies.
    pub expires_in: i64,
}

/// Starts a family for a user who has just signed in; answers its session with the first tokens.
pub fn start(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &UserId,
    organization: &OrganizationId,
) -> Result<(SessionId, Pair), AppError> {
    let session = SessionId::new(&app.random, act.at);
    let agent = act.user_agent.clone().unwrap_or_default();
    let row = NewSession {
        id: session.clone(),
        organization_id: organization.clone(),
        user_id: user.clone(),
        kind: Kind::Api,
        // Named after its access token once there is one.
        hash: fingerprint(session.as_str()),
        state: "{}".to_owned(),
        created_at: act.at,
        seen_at: act.at,
        expires_at: end(app, act.at),
        idle_seconds: end(app, act.at).since(act.at).num_seconds(),
        ip: act.ip.clone().unwrap_or_default(),
        device: device(&agent),
        country: act.ip.as_deref().and_then(|ip| app.countries.of(ip)),
        user_agent: agent,
        factor_at: Some(act.at),
    };
    sessions::insert(c, &row)?;
    let secret = SecretString::from(hex::encode(app.random.bytes::<32>()));
    let id = RefreshTokenId::new(&app.random, act.at);
    let token = (&id, fingerprint(secret.expose_secret()));
    store::insert(c, act, &session, (token.0, &token.1, act.at.plus(app.config.sessions.refresh())))?;
    let family = store::family_of(c, &session)?;
    Ok((session, pair(c, app, act.at, family, secret)?))
}

/// When a family ends that is not refreshed after `now`.
fn end(app: &App, now: Timestamp) -> Timestamp {
    now.plus(app.config.sessions.refresh().max(app.config.sessions.access()))
}

/// A fresh access token beside `refresh_token`; the family lives on from now.
fn pair(
    c: &mut Connection,
    app: &App,
    now: Timestamp,
    family: Family,
    refresh_token: SecretString,
) -> Result<Pair, AppError> {
    let Family { session, organization, user, role, .. } = family;
    let subject = Subject { user, organization, role, session: session.clone() };
    let (access_token, jti) = access_token::sign(c, app, now, subject)?;
    sessions::renew_access(c, &session, &fingerprint(&jti), end(app, now), now)?;
    let expires_in = app.config.sessions.access().num_seconds();
    Ok(Pair { access_token, refresh_token, expires_in })
}
