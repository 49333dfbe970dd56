//! The second step: a session for somebody who was checked.

use secrecy::SecretString;
use serde_json::json;

use super::{Attempt, Checked, Refused, authenticate};
use crate::access::{Act, SessionId};
use crate::accounts::devices::{self, Presented};
use crate::accounts::mfa::challenge::{self, Step};
use crate::accounts::mfa::model::Purpose;
use crate::accounts::model::Refusal;
use crate::accounts::{User, hold, store};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::sessions::api_tokens::{self, Pair};
use crate::sessions::{self, Opened};

/// A person who is signed in by browser.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub user: User,
    pub opened: Opened,
    /// The key for the cookie that the browser is known by.
    pub device: SecretString,
}

/// Signs a person in by browser, or asks for the second factor. The caller puts the keys of the session and of
/// the device into cookies.
pub async fn by_browser(
    app: &App,
    act: &Act,
    attempt: &Attempt,
) -> Result<Result<Step<Admitted>, Refused>, AppError> {
    let device = attempt.device.clone();
    match authenticate(app, act, attempt).await? {
        Ok(checked) => {
            let open = move |c: &mut Connection, app: &App, act: &Act, user: User| {
                open_browser(c, app, act, user, &device)
            };
            admit(app, act, checked, Purpose::BrowserSignIn, open).await
        }
        Err(refused) => Ok(Err(refused)),
    }
}

/// Signs a program in for a person, or asks for the second factor.
pub async fn by_api(
    app: &App,
    act: &Act,
    attempt: &Attempt,
) -> Result<Result<Step<Pair>, Refused>, AppError> {
    match authenticate(app, act, attempt).await? {
        Ok(checked) => {
            let open = |c: &mut Connection, app: &App, act: &Act, user: User| open_api(c, app, act, &user);
            admit(app, act, checked, Purpose::ApiSignIn, open).await
        }
        Err(refused) => Ok(Err(refused)),
    }
}

/// A user whose password was right comes in, or is asked for the second factor first.
async fn admit<T: Send + 'static>(
    app: &App,
    act: &Act,
    Checked { user }: Checked,
    purpose: Purpose,
    open: impl FnOnce(&mut Connection, &App, &Act, User) -> Result<Result<T, Refused>, AppError> + Send + 'static,
) -> Result<Result<Step<T>, Refused>, AppError> {
    let (app_, act) = (app.clone(), act.known_as(&user.id, user.name.as_str()));
    app.db
        .write(move |c| {
            // Closed, or its password changed, since that was compared: what was shown opens nothing any more.
            let Some(user) = hold::with_password(c, &user)? else { return Ok(Err(Refused::Credentials)) };
            if let Err(refusal) = user.may_sign_in(act.at) {
                return Ok(Err(Refused::Account(refusal)));
            }
            if user.mfa_since.is_some() {
                let token = challenge::begin(c, &app_, purpose, &user.id, act.at)?;
                return Ok::<_, AppError>(Ok(Step::SecondFactor(token)));
            }
            Ok(open(c, &app_, &act, user)?.map(Step::Done))
        })
        .await
}

/// Opens a session for a browser, and uses a temporary password up. Call it in a write transaction that holds the
/// user ([`hold`]), once everything was shown that is asked for.
pub fn open_browser(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: User,
    device: &Presented,
) -> Result<Result<Admitted, Refused>, AppError> {
    if let Err(refusal) = user.may_sign_in(act.at) {
        return Ok(Err(Refused::Account(refusal)));
    }
    if user.password_expires_at.is_some() && !store::spend_temporary_password(c, &user.id, act.at)? {
        return Ok(Err(Refused::Account(Refusal::PasswordExpired)));
    }
    let whose = (&user.id, &user.organization_id, user.role);
    let opened = sessions::open(c, app, act, whose, Some(act.at))?;
    let device = devices::meet(c, app, act, &user, device)?;
    record(c, app, act, &user, ("browser", &opened.id))?;
    Ok(Ok(Admitted { user, opened, device }))
}

/// Starts a token family for a program, likewise.
pub fn open_api(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
) -> Result<Result<Pair, Refused>, AppError> {
    if let Err(refusal) = user.may_sign_in(act.at) {
        return Ok(Err(Refused::Account(refusal)));
    }
    if user.must_change_password {
        app.metrics.login_failure(Refused::PasswordChange.code());
        return Ok(Err(Refused::PasswordChange));
    }
    let (session, pair) = api_tokens::start(c, app, act, &user.id, &user.organization_id)?;
    devices::meet(c, app, act, user, &Presented::Program)?;
    record(c, app, act, user, ("api", &session))?;
    Ok(Ok(pair))
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    (by, session): (&str, &SessionId),
) -> diesel::QueryResult<()> {
    store::touch_login(c, &user.id, act.at, act.ip.as_deref(), act.user_agent.as_deref())?;
    let event = Event::new(&user.organization_id, "session.started", Target("user", user.id.as_str()))
        .change(None, json!({ "by": by, "session": session }));
    audit::record(c, &app.random, act, event)
}
