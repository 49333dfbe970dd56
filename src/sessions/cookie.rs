//! Browser sessions: `actix-session` with rows of ours as its store.

use std::collections::HashMap;

use actix_session::Session;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use chrono::TimeDelta;
use diesel::QueryResult;
use secrecy::{ExposeSecret, SecretString};

use super::store::{self, Kind, NewSession};
use crate::access::{Act, Actor, OrganizationId, Role, SessionId, UserId};
use crate::accounts::tokens::fingerprint;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;

type State = HashMap<String, String>;

/// Keys of the state: the key of a row that was kept already (at a sign-in), who it is now (made at each
/// load, never kept), and a database that did not answer (told as an outage, not as a stranger).
const OPENED: &str = "opened";
const ACTOR: &str = "actor";
const OUTAGE: &str = "outage";

/// How long after its last note a session is noted as seen again.
pub(super) const TOUCH_AFTER: TimeDelta = TimeDelta::seconds(60);

/// The cookie of the session; browsers bind the `__Host-` prefix to HTTPS and this host.
#[must_use]
pub fn cookie_name(app: &App) -> &'static str {
    if app.public_url().scheme() == "https" { "__Host-frontdesk" } else { "frontdesk" }
}

/// A browser session whose row is kept; its key is for the cookie alone.
#[derive(Clone, Debug)]
pub struct Opened {
    pub id: SessionId,
    key: SecretString,
}

/// Keeps a new browser session of somebody who has just signed in. Call it in the transaction of the
/// sign-in, then hand the outcome to [`remember`].
pub fn open(
    c: &mut Connection,
    app: &App,
    act: &Act,
    (user, organization, role): (&UserId, &OrganizationId, Role),
    factor_at: Option<Timestamp>,
) -> QueryResult<Opened> {
    let key = SecretString::from(hex::encode(app.random.bytes::<32>()));
    let (idle, absolute) = app.config.sessions.browser(role.is_staff());
    let user_agent = act.user_agent.clone().unwrap_or_default();
    let session = NewSession {
        id: SessionId::new(&app.random, act.at),
        organization_id: organization.clone(),
        user_id: user.clone(),
        kind: Kind::Browser,
        hash: fingerprint(key.expose_secret()),
        state: "{}".to_owned(),
        created_at: act.at,
        seen_at: act.at,
        expires_at: act.at.plus(absolute),
        idle_seconds: idle.num_seconds(),
        ip: act.ip.clone().unwrap_or_default(),
        device: device(&user_agent),
        user_agent,
        country: act.ip.as_deref().and_then(|ip| app.countries.of(ip)),
        factor_at,
    };
    store::insert(c, &session)?;
    Ok(Opened { id: session.id, key })
}

/// Gives an existing session a new key, at a change of privilege: the old cookie is worth nothing then.
/// Hand the outcome to [`remember`].
pub fn rotate(c: &mut Connection, app: &App, id: &SessionId) -> QueryResult<Opened> {
    let key = SecretString::from(hex::encode(app.random.bytes::<32>()));
    store::set_hash(c, id, &fingerprint(key.expose_secret()))?;
    Ok(Opened { id: id.clone(), key })
}

/// Signs a browser in with a session that is kept already, whatever cookie it had before.
pub fn remember(session: &Session, opened: &Opened) -> Result<(), AppError> {
    session.clear();
    session.insert(OPENED, opened.key.expose_secret()).map_err(AppError::internal)?;
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
        state.iter().filter(|(name, _)| !matches!(name.as_str(), ACTOR | OPENED | OUTAGE)).collect();
    serde_json::to_string(&kept).map_err(AppError::internal)
}

/// Browser and system in words, such as "Firefox on Linux".
#[must_use]
pub fn device(user_agent: &str) -> String {
    let known = woothee::parser::Parser::new().parse(user_agent);
    match known {
        Some(found) if found.name == UNKNOWN && found.os != UNKNOWN => match product(user_agent) {
            Some(product) => format!("{product} on {}", found.os),
            None => format!("A program on {}", found.os),
        },
        Some(found) if found.os != UNKNOWN => format!("{} on {}", found.name, found.os),
        Some(found) if found.name != UNKNOWN => found.name.to_owned(),
        Some(_) | None => product(user_agent).unwrap_or_else(|| "Unknown device".to_owned()),
    }
}

/// What woothee says of what it does not know.
const UNKNOWN: &str = "UNKNOWN";
/// Characters of a program's name that are shown.
const PRODUCT: usize = 40;

/// What a program calls itself, where it does as RFC 9110 (10.1.5) has it: `curl/8.14.1`, `importer/2`.
fn product(user_agent: &str) -> Option<String> {
    let (name, version) = user_agent.split_whitespace().next()?.split_once('/')?;
    let is_token = |text: &str| {
        (1..=PRODUCT).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    (is_token(name) && is_token(version) && name != "Mozilla").then(|| name.to_owned())
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

    /// Only a sign-in makes a session, and its row is there: what is left is to give the cookie its key.
    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let opened = state.get(OPENED).and_then(|text| serde_json::from_str::<String>(text).ok());
        let key = opened.unwrap_or_else(|| hex::encode(self.0.random.bytes::<32>()));
        SessionKey::try_from(key).map_err(|error| SaveError::Other(error.into()))
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

    /// Signing out ends the row before ([`store::end`]); what a browser brought along to a new sign-in
    /// ends here, and an outage then leaves it to end by itself.
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let (hash, now) = (fingerprint(key.as_ref()), self.0.clock.now());
        let ended = self.0.db.write(move |c| store::end_by_hash(c, &hash, "signed in anew", now)).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "the session that a browser left could not be ended");
        }
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
        assert_eq!(device(""), "Unknown device");
        assert_eq!(device("meridian-app/4.2 (Linux)"), "meridian-app on Linux");
        assert_eq!(device("importer/2"), "importer");
        assert_eq!(device("<script>/2"), "Unknown device");
    }
}
