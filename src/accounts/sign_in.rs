//! Signing in: one answer for an unknown address and a wrong password, and the same work for both.

use diesel::QueryResult;
use secrecy::SecretString;
use serde_json::json;

use super::mfa::challenge::{self, Step};
use super::mfa::model::Purpose;
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

/// Who has this address and password, if the account is open.
async fn authenticate(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<User, Refused>, AppError> {
    // An address no account can have takes the same way, so that it cannot be told apart either.
    let key = EmailAddress::parse(email).map_or_else(|_| String::new(), |email| email.key());
    let user = app.db.read(move |c| store::by_email_key(c, &key)).await?;
    let kept = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = app.hasher.verify(password, kept).await?;
    let Some(user) = user.filter(|_| right) else { return Ok(Err(Refused::Credentials)) };
    Ok(user.may_sign_in(act.at).map(|()| user).map_err(Refused::Account))
}

/// Signs a person in by browser, or asks for the second factor. The caller puts the key of the session into
/// the cookie.
pub async fn by_browser(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<Step<(User, Opened)>, Refused>, AppError> {
    match authenticate(app, act, email, password).await? {
        Ok(user) => admit(app, act, user, Purpose::BrowserSignIn, open_browser).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// Signs a program in for a person, or asks for the second factor.
pub async fn by_api(
    app: &App,
    act: &Act,
    email: &str,
    password: &SecretString,
) -> Result<Result<Step<Pair>, Refused>, AppError> {
    match authenticate(app, act, email, password).await? {
        Ok(user) => admit(app, act, user, Purpose::ApiSignIn, open_api).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// A user whose password was right comes in, or is asked for the second factor first.
async fn admit<T: Send + 'static>(
    app: &App,
    act: &Act,
    user: User,
    purpose: Purpose,
    open: fn(&mut Connection, &App, &Act, User) -> Result<Result<T, Refused>, AppError>,
) -> Result<Result<Step<T>, Refused>, AppError> {
    let (app_, act) = (app.clone(), act.known_as(&user.id, user.name.as_str()));
    app.db
        .write(move |c| {
            if user.mfa_since.is_some() {
                let token = challenge::begin(c, &app_, purpose, &user.id, act.at)?;
                return Ok::<_, AppError>(Ok(Step::SecondFactor(token)));
            }
            Ok(open(c, &app_, &act, user)?.map(Step::Done))
        })
        .await
}

/// Opens a session for a browser, and uses a temporary password up. Call it in a write transaction, once
/// everything was shown that is asked for.
pub fn open_browser(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: User,
) -> Result<Result<(User, Opened), Refused>, AppError> {
    if let Err(refusal) = user.may_sign_in(act.at) {
        return Ok(Err(Refused::Account(refusal)));
    }
    if user.password_expires_at.is_some() && !store::spend_temporary_password(c, &user.id, act.at)? {
        return Ok(Err(Refused::Account(Refusal::PasswordExpired)));
    }
    let whose = (&user.id, &user.organization_id, user.role);
    let opened = sessions::open(c, app, act, whose, Some(act.at))?;
    record(c, app, act, &user, ("browser", &opened.id))?;
    Ok(Ok((user, opened)))
}

/// The same for a program.
pub fn open_api(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: User,
) -> Result<Result<Pair, Refused>, AppError> {
    if let Err(refusal) = user.may_sign_in(act.at) {
        return Ok(Err(Refused::Account(refusal)));
    }
    if user.must_change_password {
        return Ok(Err(Refused::PasswordChange));
    }
    let (session, pair) = api_tokens::start(c, app, act, &user.id, &user.organization_id)?;
    record(c, app, act, &user, ("api", &session))?;
    Ok(Ok(pair))
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    (by, session): (&str, &SessionId),
) -> QueryResult<()> {
    store::touch_login(c, &user.id, act.at, act.ip.as_deref(), act.user_agent.as_deref())?;
    let event = Event::new(&user.organization_id, "session.started", Target("user", user.id.as_str()))
        .change(None, json!({ "by": by, "session": session }));
    audit::record(c, &app.random, act, event)
}
