//! The second step: a session for somebody who was checked.

use secrecy::SecretString;
use serde_json::json;

use super::{Attempt, Checked, Refused, authenticate};
use crate::access::{Act, SessionId};
use crate::accounts::devices::{self, Presented};
use crate::accounts::model::Refusal;
use crate::accounts::{User, store};
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

/// Signs a person in by browser. The caller puts the keys of the session and of the device into cookies.
pub async fn by_browser(
    app: &App,
    act: &Act,
    attempt: &Attempt,
) -> Result<Result<Admitted, Refused>, AppError> {
    match authenticate(app, act, attempt).await? {
        Ok(checked) => browser(app, act, checked, &attempt.device).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// Signs a program in for a person.
pub async fn by_api(app: &App, act: &Act, attempt: &Attempt) -> Result<Result<Pair, Refused>, AppError> {
    match authenticate(app, act, attempt).await? {
        Ok(checked) if checked.user.must_change_password => {
            app.metrics.login_failure(Refused::PasswordChange.code());
            Ok(Err(Refused::PasswordChange))
        }
        Ok(checked) => program(app, act, checked).await.map(Ok),
        Err(refused) => Ok(Err(refused)),
    }
}

/// Opens a browser session: it is kept, and a temporary password used up, in one transaction.
pub async fn browser(
    app: &App,
    act: &Act,
    Checked { user }: Checked,
    device: &Presented,
) -> Result<Result<Admitted, Refused>, AppError> {
    let (app_, device) = (app.clone(), device.clone());
    let act = act.known_as(&user.id, user.name.as_str());
    app.db
        .write(move |c| {
            if user.password_expires_at.is_some() && !store::spend_temporary_password(c, &user.id, act.at)? {
                return Ok::<_, AppError>(Err(Refused::Account(Refusal::PasswordExpired)));
            }
            let whose = (&user.id, &user.organization_id, user.role);
            let opened = sessions::open(c, &app_, &act, whose, Some(act.at))?;
            let device = devices::meet(c, &app_, &act, &user, &device)?;
            record(c, &app_, &act, &user, ("browser", &opened.id))?;
            Ok(Ok(Admitted { user, opened, device }))
        })
        .await
}

/// Starts a token family.
pub async fn program(app: &App, act: &Act, Checked { user }: Checked) -> Result<Pair, AppError> {
    let app_ = app.clone();
    let act = act.known_as(&user.id, user.name.as_str());
    app.db
        .write(move |c| {
            let (session, pair) = api_tokens::start(c, &app_, &act, &user.id, &user.organization_id)?;
            devices::meet(c, &app_, &act, &user, &Presented::Program)?;
            record(c, &app_, &act, &user, ("api", &session))?;
            Ok::<_, AppError>(pair)
        })
        .await
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
