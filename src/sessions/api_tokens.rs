//! Tokens of the API: a family is one session with one live access token and one live refresh token.
//!
//! A refresh spends the refresh token and makes the next; presenting a spent one ends the family,
//! since either its owner or a thief has a copy.

use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::cookie::device;
use super::store::{self, Kind, NewSession};
use crate::access::{Act, OrganizationId, SessionId, UserId};
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::schema::refresh_tokens as table;
use crate::db::schema::sessions;
use crate::db::{Connection, MultiBackend};
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

/// Why a refresh token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshError {
    Unknown,
    Expired,
    /// It was spent before: the family has been ended.
    Reused,
}

impl From<RefreshError> for AppError {
    fn from(error: RefreshError) -> Self {
        let code = match error {
            RefreshError::Unknown => "token_unknown",
            RefreshError::Expired => "token_expired",
            RefreshError::Reused => "token_reused",
        };
        Self::Unauthorized { code, message: "Sign in again.".to_owned() }
    }
}

/// Starts a family for a user who has just signed in; answers its session with the first tokens.
pub fn start(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &UserId,
    organization: &OrganizationId,
) -> QueryResult<(SessionId, Pair)> {
    let (access, session) = (secret(app), SessionId::new(&app.random, act.at));
    let life = app.config.sessions.access();
    let agent = act.user_agent.clone().unwrap_or_default();
    let row = NewSession {
        id: session.clone(),
        organization_id: organization.clone(),
        user_id: user.clone(),
        kind: Kind::Api,
        hash: fingerprint(access.expose_secret()),
        state: "{}".to_owned(),
        created_at: act.at,
        seen_at: act.at,
        expires_at: act.at.plus(life),
        idle_seconds: life.num_seconds(),
        ip: act.ip.clone().unwrap_or_default(),
        device: device(&agent),
        user_agent: agent,
        factor_at: Some(act.at),
    };
    store::insert(c, &row)?;
    let refresh_token = add_refresh(c, app, &session, act.at)?;
    Ok((session, Pair { access_token: access, refresh_token, expires_in: life.num_seconds() }))
}

fn secret(app: &App) -> SecretString {
    SecretString::from(hex::encode(app.random.bytes::<32>()))
}

fn add_refresh(
    c: &mut Connection,
    app: &App,
    session: &SessionId,
    now: Timestamp,
) -> QueryResult<SecretString> {
    let token = secret(app);
    diesel::insert_into(table::table)
        .values((
            table::id.eq(RefreshTokenId::new(&app.random, now)),
            table::session_id.eq(session),
            table::hash.eq(fingerprint(token.expose_secret())),
            table::created_at.eq(now),
            table::expires_at.eq(now.plus(app.config.sessions.refresh())),
        ))
        .execute(c)?;
    Ok(token)
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
struct Row {
    id: RefreshTokenId,
    session_id: SessionId,
    expires_at: Timestamp,
    spent_at: Option<Timestamp>,
}

/// Spends a refresh token for a new pair. Call it in a write transaction that commits either way: the
/// end of a family must stay although the caller is refused.
pub fn refresh(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &SecretString,
) -> QueryResult<Result<Pair, RefreshError>> {
    let found: Option<Row> = table::table
        .filter(table::hash.eq(fingerprint(token.expose_secret())))
        .select(Row::as_select())
        .first(c)
        .optional()?;
    let Some(row) = found else { return Ok(Err(RefreshError::Unknown)) };
    let family: (OrganizationId, Option<Timestamp>) = sessions::table
        .find(&row.session_id)
        .select((sessions::organization_id, sessions::ended_at))
        .first(c)?;
    if row.spent_at.is_some() {
        return reused(c, app, act, &row, &family.0).map(Err);
    }
    if family.1.is_some() || row.expires_at <= act.at {
        return Ok(Err(RefreshError::Expired));
    }
    let spent = diesel::update(table::table.find(&row.id).filter(table::spent_at.is_null()))
        .set(table::spent_at.eq(Some(act.at)))
        .execute(c)?;
    if spent == 0 {
        return reused(c, app, act, &row, &family.0).map(Err);
    }
    let access = secret(app);
    let life: TimeDelta = app.config.sessions.access();
    let hash = fingerprint(access.expose_secret());
    store::renew_access(c, &row.session_id, &hash, act.at.plus(life), act.at)?;
    let refresh_token = add_refresh(c, app, &row.session_id, act.at)?;
    Ok(Ok(Pair { access_token: access, refresh_token, expires_in: life.num_seconds() }))
}

fn reused(
    c: &mut Connection,
    app: &App,
    act: &Act,
    row: &Row,
    organization: &OrganizationId,
) -> QueryResult<RefreshError> {
    store::end(c, &row.session_id, "a spent refresh token was presented", act.at)?;
    let target = Target("session", row.session_id.as_str());
    audit::record(c, &app.random, act, Event::new(organization, "session.refresh_token_reused", target))?;
    Ok(RefreshError::Reused)
}
