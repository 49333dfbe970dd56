//! Signing in: one answer for an unknown address and a wrong password, and the same work for both.

use diesel::QueryResult;
use secrecy::SecretString;
use serde_json::json;

use super::hashing::Upgrade;
use super::model::Refusal;
use super::{User, store};
use crate::access::{Act, SessionId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::EmailAddress;
use crate::sessions::api_tokens::{self, Pair};
use crate::sessions::{self, Opened};

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Address or password is wrong; which one is not told.
    Credentials,
    /// The password was right; the account is not open.
    Account(Refusal),
    /// A program signed in with a temporary password, which only a person can change.
    PasswordChange,
}

impl Refused {
    /// What the person is told.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Credentials => "The email address or the password is not right. Check both and try again.",
            Self::Account(refusal) => refusal.sentence(),
            Self::PasswordChange => "Sign in on the website and choose a password of your own first.",
        }
    }
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        let message = refused.sentence().to_owned();
        match refused {
            Refused::Credentials => Self::Unauthorized { code: "invalid_credentials", message },
            Refused::Account(refusal) => Self::forbidden(refusal.code(), message),
            Refused::PasswordChange => Self::forbidden("password_change_required", message),
        }
    }
}

/// Who has this address and password, if the account is open, and the hash to keep from now on.
async fn authenticate(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<(User, Option<Upgrade>), Refused>, AppError> {
    // An address no account can have takes the same way, so that it cannot be told apart either.
    let key = EmailAddress::parse(email).map_or_else(|_| String::new(), |email| email.key());
    let user = app.db.read(move |c| store::by_email_key(c, &key)).await?;
    let kept = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = app.hasher.verify(password, kept).await?;
    let Some(user) = user.filter(|_| right) else { return Ok(Err(Refused::Credentials)) };
    if let Err(refusal) = user.may_sign_in(act.at) {
        return Ok(Err(Refused::Account(refusal)));
    }
    let upgrade = app.hasher.upgrade(password, user.password_hash.as_deref()).await?;
    Ok(Ok((user, upgrade)))
}

/// Signs a person in by browser: the session is kept, and a temporary password used up, in one transaction.
/// The caller puts the key of the session into the cookie.
pub async fn by_browser(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<(User, Opened), Refused>, AppError> {
    let (user, upgrade) = match authenticate(app, act, email, password).await? {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    let (app_, act) = (app.clone(), act.known_as(&user.id, user.name.as_str()));
    app.db
        .write(move |c| {
            if user.password_expires_at.is_some() && !store::spend_temporary_password(c, &user.id, act.at)? {
                return Ok::<_, AppError>(Err(Refused::Account(Refusal::PasswordExpired)));
            }
            let whose = (&user.id, &user.organization_id, user.role);
            let opened = sessions::open(c, &app_, &act, whose, Some(act.at))?;
            record(c, &app_, &act, (&user, upgrade.as_ref()), ("browser", &opened.id))?;
            Ok(Ok((user, opened)))
        })
        .await
}

/// Signs a program in for a person.
pub async fn by_api(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<Pair, Refused>, AppError> {
    let (user, upgrade) = match authenticate(app, act, email, password).await? {
        Ok((user, _)) if user.must_change_password => return Ok(Err(Refused::PasswordChange)),
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    let (app_, act) = (app.clone(), act.known_as(&user.id, user.name.as_str()));
    let pair = app
        .db
        .write(move |c| {
            let (session, pair) = api_tokens::start(c, &app_, &act, &user.id, &user.organization_id)?;
            record(c, &app_, &act, (&user, upgrade.as_ref()), ("api", &session))?;
            Ok::<_, AppError>(pair)
        })
        .await?;
    Ok(Ok(pair))
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    (user, upgrade): (&User, Option<&Upgrade>),
    (by, session): (&str, &SessionId),
) -> QueryResult<()> {
    if let Some(upgrade) = upgrade {
        store::upgrade_password(c, &user.id, upgrade)?;
    }
    store::touch_login(c, &user.id, act.at, act.ip.as_deref(), act.user_agent.as_deref())?;
    let event = Event::new(&user.organization_id, "session.started", Target("user", user.id.as_str()))
        .change(None, json!({ "by": by, "session": session }));
    audit::record(c, &app.random, act, event)
}
