//! Browser sessions: `actix-session` with rows of ours as its store.

use std::collections::HashMap;

use actix_session::Session;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::store::{self, Kind, NewSession};
use crate::access::{Actor, OrganizationId, Role, SessionId, UserId};
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::error::AppError;
use crate::web::client::Client;

type State = HashMap<String, String>;

/// Keys of the state: who signed in (kept), who it is now (made at each load, never kept), and a
/// database that did not answer (told as an outage, not as a stranger).
const SIGN_IN: &str = "sign_in";
const ACTOR: &str = "actor";
const OUTAGE: &str = "outage";

/// How long after its last note a session is noted as seen again.
const TOUCH_AFTER: TimeDelta = TimeDelta::seconds(60);

/// The cookie of the session; browsers bind the `__Host-` prefix to HTTPS and this host.
#[must_use]
pub fn cookie_name(app: &App) -> &'static str {
    if app.public_url().scheme() == "https" { "__Host-frontdesk" } else { "frontdesk" }
}

/// What the store needs to know of a person who has just signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub user: UserId,
    pub organization: OrganizationId,
    pub staff: bool,
    pub ip: String,
    pub user_agent: String,
}

impl SignIn {
    #[must_use]
    pub fn new(user: &UserId, organization: &OrganizationId, role: Role, client: &Client) -> Self {
        Self {
            user: user.clone(),
            organization: organization.clone(),
            staff: role.is_staff(),
            ip: client.ip.to_string(),
            user_agent: client.user_agent.clone(),
        }
    }
}

/// Signs a browser in: a new row under a new key, whatever key it had before.
pub fn remember(session: &Session, sign_in: &SignIn) -> Result<(), AppError> {
    session.clear();
    session.insert(SIGN_IN, sign_in).map_err(AppError::internal)?;
    session.renew();
    Ok(())
}

/// Signs a browser out.
pub fn forget(session: &Session) {
    session.purge();
}

/// Who the browser is, or that nobody could tell.
pub(super) fn who(session: &Session) -> Result<Option<Actor>, AppError> {
    if session.contains_key(OUTAGE) {
        return Err(AppError::unavailable("the database does not answer"));
    }
    session.get::<Actor>(ACTOR).map_err(AppError::internal)
}

/// The store behind the middleware.
#[derive(Clone, Debug)]
pub struct Rows(App);

impl Rows {
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(app)
    }

    async fn keep(&self, key: &SessionKey, state: State) -> Result<(), AppError> {
        let app = &self.0;
        let Some(sign_in) = state.get(SIGN_IN) else { return Ok(()) };
        let sign_in: SignIn = serde_json::from_str(sign_in).map_err(AppError::internal)?;
        let now = app.clock.now();
        let (idle, absolute) = app.config.sessions.browser(sign_in.staff);
        let session = NewSession {
            id: SessionId::new(&app.random, now),
            organization_id: sign_in.organization,
            user_id: sign_in.user,
            kind: Kind::Browser,
            hash: fingerprint(key.as_ref()),
            state: kept(&state)?,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(absolute),
            idle_seconds: idle.num_seconds(),
            ip: sign_in.ip,
            device: device(&sign_in.user_agent),
            user_agent: sign_in.user_agent,
        };
        app.db.write(move |c| store::insert(c, &session)).await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<State>, AppError> {
        let app = &self.0;
        let now = app.clock.now();
        let hash = fingerprint(key.as_ref());
        let Some(live) = app.db.read(move |c| store::live(c, &hash, now)).await? else { return Ok(None) };
        if now.since(live.seen_at) >= TOUCH_AFTER {
            let id = live.actor.session.clone();
            app.db.write(move |c| store::touch(c, &id, now)).await?;
        }
        let mut state: State = serde_json::from_str(&live.state).map_err(AppError::internal)?;
        let actor = serde_json::to_string(&live.actor).map_err(AppError::internal)?;
        state.insert(ACTOR.to_owned(), actor);
        Ok(Some(state))
    }
}

/// The part of the state that is kept.
fn kept(state: &State) -> Result<String, AppError> {
    let kept: HashMap<&String, &String> =
        state.iter().filter(|(name, _)| !matches!(name.as_str(), ACTOR | OUTAGE)).collect();
    serde_json::to_string(&kept).map_err(AppError::internal)
}

/// Browser and system in words, such as "Firefox on Linux".
#[must_use]
pub fn device(user_agent: &str) -> String {
    let known = woothee::parser::Parser::new().parse(user_agent);
    match known {
        Some(found) if found.os != "UNKNOWN" => format!("{} on {}", found.name, found.os),
        Some(found) => found.name.to_owned(),
        None => "Unknown device".to_owned(),
    }
}

impl SessionStore for Rows {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        match self.find(key).await {
            Ok(found) => Ok(found),
            // Told by `who` as 503: an outage must not sign anybody out.
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                Ok(Some(State::from([(OUTAGE.to_owned(), "true".to_owned())])))
            }
        }
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = hex::encode(self.0.random.bytes::<32>());
        let key = SessionKey::try_from(key).map_err(|error| SaveError::Other(error.into()))?;
        self.keep(&key, state).await.map_err(|error| SaveError::Other(error.into()))?;
        Ok(key)
    }

    async fn update(&self, key: SessionKey, state: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        let hash = fingerprint(key.as_ref());
        let save = async {
            let state = kept(&state)?;
            self.0.db.write(move |c| store::save_state(c, &hash, &state)).await
        };
        save.await.map_err(|error: AppError| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    /// The ends of a session are counted from its row, not from the cookie.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let (hash, now) = (fingerprint(key.as_ref()), self.0.clock.now());
        self.0.db.write(move |c| store::end_by_hash(c, &hash, "signed out", now)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_in_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
        assert_eq!(device(firefox), "Firefox on Linux");
        assert_eq!(device("nonsense"), "Unknown device");
    }
}
