//! Access tokens: JSON Web Tokens signed with Ed25519, short-lived, verifiable by anybody with the published
//! keys (`/.well-known/jwks.json`).
//!
//! Our own API reads the session's row as well, so what ended or changed since the token was signed counts at
//! once; applications that verify offline see it at the latest when the token expires.

pub mod api;
pub mod keys;
mod provider;
mod store;

pub use keys::{ensure, maintain};
pub use provider::install;

use diesel::QueryResult;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::access::{OrganizationId, Role, SessionId, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Our public address.
    pub iss: String,
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session, which is the token family.
    pub sid: SessionId,
    pub org: OrganizationId,
    pub role: Role,
    pub iat: i64,
    pub exp: i64,
    /// Differs for each token.
    pub jti: String,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    Forged,
    Expired,
}

/// Whose token it is.
#[derive(Clone, Debug)]
pub struct Subject {
    pub user: UserId,
    pub organization: OrganizationId,
    pub role: Role,
    pub session: SessionId,
}

/// Signs a token; answers it with its `jti`.
///
/// # Errors
/// When the key in the database cannot be opened, or outages.
pub fn sign(
    c: &mut Connection,
    app: &App,
    now: Timestamp,
    subject: Subject,
) -> Result<(SecretString, String), AppError> {
    let key = keys::current(c, app, now)?;
    let iat = now.utc().timestamp();
    let claims = Claims {
        iss: issuer(app),
        aud: app.config.sessions.audience.clone(),
        sub: subject.user,
        sid: subject.session,
        org: subject.organization,
        role: subject.role,
        iat,
        exp: iat + app.config.sessions.access().num_seconds(),
        jti: hex::encode(app.random.bytes::<16>()),
    };
    let header = Header { kid: Some(key.kid), ..Header::new(Algorithm::EdDSA) };
    let seed = EncodingKey::from_ed_der(&key.seed);
    let token = jsonwebtoken::encode(&header, &claims, &seed).map_err(AppError::internal)?;
    Ok((SecretString::from(token), claims.jti))
}

/// Our public address as it stands in tokens.
#[must_use]
pub fn issuer(app: &App) -> String {
    app.public_url().as_str().trim_end_matches('/').to_owned()
}

/// What a token says, if one of our keys signed it and it has not expired.
pub fn read(
    c: &mut Connection,
    app: &App,
    now: Timestamp,
    token: &SecretString,
) -> QueryResult<Result<Claims, Invalid>> {
    let token = token.expose_secret();
    let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
    let Some(kid) = kid else { return Ok(Err(Invalid::Forged)) };
    let Some(public) = keys::public(c, &kid)? else { return Ok(Err(Invalid::Forged)) };
    // Neither the header nor the claims choose how a token is verified.
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[&app.config.sessions.audience]);
    rules.set_required_spec_claims(&["exp", "aud", "sub", "iss"]);
    // Our clock decides, below.
    rules.validate_exp = false;
    let read = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_ed_der(&public), &rules);
    Ok(match read {
        Ok(token) if token.claims.exp <= now.utc().timestamp() => Err(Invalid::Expired),
        Ok(token) => Ok(token.claims),
        Err(_) => Err(Invalid::Forged),
    })
}
