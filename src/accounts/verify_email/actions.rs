//! Sending verification links with their codes, and taking them back.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::codes;
use super::store::{has_case_link, recipient};
use crate::access::{Act, UserId};
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::accounts::{Status, User, hold, store};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::mail::{self, EmailAddress, Letter, NewEmail, Party};
use crate::paths;

/// Mails sent again to one user.
const RESENDS: Limit = Limit::new("email_verification_resend", 3, TimeDelta::hours(1));
/// Links and codes used from one place, good or not.
const USES: Limit = Limit::new("email_verification", 10, TimeDelta::minutes(5));

/// What a link is worth, for the page behind it.
#[derive(Clone, Debug)]
pub enum Link {
    /// It verifies the address of this user.
    Ready(User),
    /// The address of this user is verified already.
    Verified(User),
    /// It came too late, or a newer one was sent.
    Expired,
    /// None of ours.
    Unknown,
}

/// What using a link came to.
#[derive(Debug)]
pub enum Verified {
    /// Now; with a token that opens the own case where none waits in a mail.
    Now {
        case: Option<SecretString>,
    },
    Already,
    Expired,
    Unknown,
}

/// What entering a code came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    Now,
    Already,
    /// Or it came too late, or was tried too often, or nobody has this address: which one is not told.
    Wrong,
}

/// What asking for another mail came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resent {
    Sent,
    /// There is nothing to verify any more.
    Verified,
}

/// Issues a link and a code and puts their mail into the outbox. Call it in the write transaction of what causes
/// it.
///
/// # Errors
/// Only outages and templates that cannot be worded.
pub fn send_link(c: &mut Connection, app: &App, act: &Act, user: &User) -> Result<(), AppError> {
    let purpose = Purpose::EmailVerification;
    let token = tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?;
    let (code, code_expires_at) = codes::issue(c, app, act, user)?;
    let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
    let letter = Letter::VerifyAddress {
        link: app.link(&paths::verify_email_link(token.expose_secret())),
        expires_at: act.at.plus(life),
        code: Some((code.expose_secret().to_owned(), code_expires_at)),
    };
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    let mail = NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id);
    mail::enqueue(c, app, act.at, mail)?;
    app.metrics.email_verification_sent();
    Ok(())
}

/// Tells what a link is worth, and leaves it as it is.
pub async fn look_at(app: &App, token: &SecretString, now: Timestamp) -> Result<Link, AppError> {
    let token = token.clone();
    app.db
        .read(move |c| {
            let verdict = tokens::peek(c, Purpose::EmailVerification, &token, now)?;
            Ok::<_, AppError>(match (verdict, user_of(c, &token)?) {
                (Verdict::Unknown, _) | (_, None) => Link::Unknown,
                (_, Some(user)) if user.email_verified_at.is_some() => Link::Verified(user),
                (Verdict::Valid(_), Some(user)) => Link::Ready(user),
                (Verdict::Expired | Verdict::Used, Some(_)) => Link::Expired,
            })
        })
        .await
}

fn user_of(c: &mut Connection, token: &SecretString) -> diesel::QueryResult<Option<User>> {
    match recipient(c, token)? {
        Some(id) => store::by_id(c, &id),
        None => Ok(None),
    }
}

/// Uses a link up: the address it was sent to is verified.
///
/// # Errors
/// `TooMany` from one place; otherwise only outages.
pub async fn verify(app: &App, act: &Act, token: &SecretString) -> Result<Verified, AppError> {
    limits::take(app, USES, &[limits::by_ip(act)]).await?;
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    app.db.write(move |c| take(c, &app_, &act, &token)).await
}

fn take(c: &mut Connection, app: &App, act: &Act, token: &SecretString) -> Result<Verified, AppError> {
    hold::owner(c, Purpose::EmailVerification, token, act.at)?;
    let verdict = tokens::consume(c, act, Purpose::EmailVerification, token)?;
    let Some(user) = user_of(c, token)? else { return Ok(Verified::Unknown) };
    if user.email_verified_at.is_some() {
        return Ok(Verified::Already);
    }
    if !matches!(verdict, Verdict::Valid(_)) {
        return Ok(Verified::Expired);
    }
    let act = act.known_as(&user.id, user.name.as_str());
    set_verified(c, app, &act, &user)?;
    Ok(Verified::Now { case: case_token(c, app, &act, &user)? })
}

/// `false` when it was already.
fn set_verified(c: &mut Connection, app: &App, act: &Act, user: &User) -> diesel::QueryResult<bool> {
    let now = store::verify_email(c, &user.id, act.at)?;
    if now {
        let target = Target("user", user.id.as_str());
        audit::record(c, &app.random, act, Event::new(&user.organization_id, "user.email_verified", target))?;
    }
    Ok(now)
}

/// Whoever reads the mailbox may see how the registration goes. A link that was mailed stays good.
fn case_token(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
) -> Result<Option<SecretString>, AppError> {
    if user.status != Status::Pending || has_case_link(c, &user.id, act.at)? {
        return Ok(None);
    }
    let purpose = Purpose::CaseAccess;
    Ok(Some(tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?))
}

/// Verifies an address by the code that was mailed to it. Unlike the link, a code opens nothing else: six
/// digits are too few for that.
///
/// # Errors
/// `TooMany` from one place; otherwise only outages.
pub async fn verify_by_code(app: &App, act: &Act, email: &str, code: &str) -> Result<Entered, AppError> {
    limits::take(app, USES, &[limits::by_ip(act)]).await?;
    let (app_, act, code) = (app.clone(), act.clone(), codes::typed(code));
    // An address that nobody can have takes the same way as one that nobody has.
    let key = EmailAddress::parse(email).map_or_else(|_| String::new(), |email| email.key());
    app.db
        .write(move |c| {
            let user = store::by_email_key(c, &key)?;
            let right = codes::matches(c, &app_, user.as_ref(), &code, act.at)?;
            let Some(user) = user.filter(|_| right) else { return Ok::<_, AppError>(Entered::Wrong) };
            let act = act.known_as(&user.id, user.name.as_str());
            let now = set_verified(c, &app_, &act, &user)?;
            Ok(if now { Entered::Now } else { Entered::Already })
        })
        .await
}

/// Sends a new link to whom an older one was sent; nothing when the address is verified meanwhile.
///
/// # Errors
/// `TooMany` beyond 3 an hour, `NotFound` when the older link is none of ours.
pub async fn send_new_link(app: &App, act: &Act, older: &SecretString) -> Result<Resent, AppError> {
    let older = older.clone();
    let user = app.db.read(move |c| user_of(c, &older)).await?.ok_or(AppError::NotFound)?;
    resend(app, act, user).await
}

/// The same for somebody who is signed in.
///
/// # Errors
/// `TooMany` beyond 3 an hour.
pub async fn send_to(app: &App, act: &Act, user: &UserId) -> Result<Resent, AppError> {
    let id = user.clone();
    let user = app.db.read(move |c| store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    resend(app, act, user).await
}

async fn resend(app: &App, act: &Act, user: User) -> Result<Resent, AppError> {
    if user.email_verified_at.is_some() {
        return Ok(Resent::Verified);
    }
    limits::take(app, RESENDS, &[format!("user:{}", user.id)]).await?;
    let (app_, act) = (app.clone(), act.clone());
    app.db
        .write(move |c| {
            send_link(c, &app_, &act, &user)?;
            let target = Target("user", user.id.as_str());
            let event = Event::new(&user.organization_id, "user.verification_link_sent", target);
            audit::record(c, &app_.random, &act, event)?;
            Ok::<_, AppError>(Resent::Sent)
        })
        .await
}
