//! The link, what it is worth, and the new password.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use crate::access::{Act, Role, UserId};
use crate::accounts::change_password::{self, Saved};
use crate::accounts::password::Rule;
use crate::accounts::tokens::{self, Bearer, Grant, Purpose, Verdict};
use crate::accounts::{Status, User, hold, store};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::live::{Ended, Event as Live};
use crate::mail::letters::PasswordLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::paths;

/// New passwords sent from one place, good or not.
const SUBMISSIONS: Limit = Limit::new("password_reset", 5, TimeDelta::minutes(5));

/// What a link is worth.
#[derive(Clone, Debug)]
pub enum Link {
    /// It gives this user a new password.
    Ready(Box<User>),
    Dead(Dead),
}

/// Why a link is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// It came too late, a newer one was sent, or the account is closed meanwhile.
    Expired,
    Used,
    Unknown,
}

impl Dead {
    fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Expired | Verdict::Valid(_) => Self::Expired,
            Verdict::Used => Self::Used,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

/// Why the password stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    Link(Dead),
    /// Those it breaks, and whose rules they are.
    Rules {
        broken: Vec<Rule>,
        role: Role,
    },
}

/// Issues a link and puts its mail into the outbox. Call it in the write transaction of what causes it.
///
/// # Errors
/// Only outages and templates that cannot be worded.
pub fn send_link(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    by_staff: bool,
) -> Result<(), AppError> {
    let purpose = Purpose::PasswordReset;
    let bearer = Bearer::user(&user.organization_id, &user.id);
    let token = tokens::issue_to(c, &app.random, act, purpose, bearer)?;
    let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
    let letter = Letter::Password(PasswordLetter::Reset {
        link: app.link(&paths::reset_password_link(token.expose_secret())),
        expires_at: act.at.plus(life),
        by_staff,
    });
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    mail::enqueue(
        c,
        app,
        act.at,
        NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id),
    )?;
    Ok(())
}

/// Tells what a link is worth, and leaves it as it is.
///
/// # Errors
/// Only outages.
pub async fn look(app: &App, token: &SecretString, now: Timestamp) -> Result<Link, AppError> {
    let token = token.clone();
    app.db
        .read(move |c| {
            let verdict = tokens::peek(c, Purpose::PasswordReset, &token, now)?;
            let Verdict::Valid(Grant { user: Some(id), .. }) = &verdict else {
                return Ok::<_, AppError>(Link::Dead(Dead::of(&verdict)));
            };
            let user = open(c, id)?;
            Ok(user.map_or(Link::Dead(Dead::Expired), |user| Link::Ready(Box::new(user))))
        })
        .await
}

fn open(c: &mut Connection, id: &UserId) -> diesel::QueryResult<Option<User>> {
    Ok(store::by_id(c, id)?.filter(|user| user.status == Status::Active))
}

/// Gives the owner of a link a new password and uses the link up.
///
/// # Errors
/// `TooMany` from one place; otherwise only outages.
pub async fn reset(
    app: &App,
    act: &Act,
    token: &SecretString,
    new: &SecretString,
) -> Result<Result<User, Refused>, AppError> {
    limits::take(app, SUBMISSIONS, &[limits::by_ip(act)]).await?;
    let user = match look(app, token, act.at).await? {
        Link::Ready(user) => *user,
        Link::Dead(why) => return Ok(Err(Refused::Link(why))),
    };
    let broken = change_password::broken_rules(&user, new);
    if !broken.is_empty() {
        return Ok(Err(Refused::Rules { broken, role: user.role }));
    }
    let hash = app.hasher.hash(new).await?;
    let (app_, token) = (app.clone(), token.clone());
    let act = act.known_as(&user.id, user.name.as_str());
    let outcome = app.db.write(move |c| save(c, &app_, &act, &user, &token, hash)).await?;
    if let Ok(user) = &outcome {
        app.hub.publish(Live::SessionsEnded {
            organization: user.organization_id.clone(),
            user: user.id.clone(),
            sessions: Ended::All,
        });
    }
    Ok(outcome)
}

fn save(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    token: &SecretString,
    hash: String,
) -> Result<Result<User, Refused>, AppError> {
    // As it is now: it may have been closed, or got another address, while the password was hashed.
    let user = hold::user(c, &user.id)?.filter(|user| user.status == Status::Active);
    let verdict = tokens::consume(c, act, Purpose::PasswordReset, token)?;
    if !matches!(verdict, Verdict::Valid(_)) {
        return Ok(Err(Refused::Link(Dead::of(&verdict))));
    }
    let Some(user) = user else { return Ok(Err(Refused::Link(Dead::Expired))) };
    change_password::save(c, app, act, &user, &Saved { hash, keep: None, action: "user.password_reset" })?;
    // A link that does the same.
    tokens::end(c, Purpose::Activation, Bearer::user(&user.organization_id, &user.id), act.at)?;
    Ok(Ok(user))
}
