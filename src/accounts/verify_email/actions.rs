//! Sending verification links and taking them back.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::store::{has_case_link, recipient, sent_since};
use crate::access::Act;
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::accounts::{Status, User, store};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::paths;

/// Links sent to one address within [`WINDOW`].
const MOST: usize = 3;
const WINDOW: TimeDelta = TimeDelta::hours(1);

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

/// Issues a link and puts its mail into the outbox. Call it in the write transaction of what causes it.
///
/// # Errors
/// Only outages and templates that cannot be worded.
pub fn send_link(c: &mut Connection, app: &App, act: &Act, user: &User) -> Result<(), AppError> {
    let purpose = Purpose::EmailVerification;
    let token = tokens::issue(c, &app.random, act, &user.organization_id, Some(&user.id), purpose)?;
    let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
    let letter = Letter::VerifyAddress {
        link: app.link(&paths::verify_email_link(token.expose_secret())),
        expires_at: act.at.plus(life),
        code: None,
    };
    let recipient = Party { name: Some(user.name.clone()), address: user.email.clone() };
    let mail = NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id);
    mail::enqueue(c, app, act.at, mail)?;
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
pub async fn verify(app: &App, act: &Act, token: &SecretString) -> Result<Verified, AppError> {
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    app.db.write(move |c| take(c, &app_, &act, &token)).await
}

fn take(c: &mut Connection, app: &App, act: &Act, token: &SecretString) -> Result<Verified, AppError> {
    let verdict = tokens::consume(c, act, Purpose::EmailVerification, token)?;
    let Some(user) = user_of(c, token)? else { return Ok(Verified::Unknown) };
    if user.email_verified_at.is_some() {
        return Ok(Verified::Already);
    }
    if !matches!(verdict, Verdict::Valid(_)) {
        return Ok(Verified::Expired);
    }
    let act = act.known_as(&user.id, user.name.as_str());
    store::verify_email(c, &user.id, act.at)?;
    let event = Event::new(&user.organization_id, "user.email_verified", Target("user", user.id.as_str()));
    audit::record(c, &app.random, &act, event)?;
    Ok(Verified::Now { case: case_token(c, app, &act, &user)? })
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

/// Sends a new link to whom an older one was sent; nothing when the address is verified meanwhile.
///
/// # Errors
/// `TooMany` beyond 3 an hour, `NotFound` when the older link is none of ours.
pub async fn send_new_link(app: &App, act: &Act, older: &SecretString) -> Result<(), AppError> {
    let (app_, act, older) = (app.clone(), act.clone(), older.clone());
    app.db
        .write(move |c| {
            let user = user_of(c, &older)?.ok_or(AppError::NotFound)?;
            if user.email_verified_at.is_some() {
                return Ok(());
            }
            let sent = sent_since(c, &user.id, act.at.minus(WINDOW))?;
            if let Some(oldest) = sent.get(MOST - 1) {
                let retry_after = oldest.plus(WINDOW).since(act.at).to_std().unwrap_or_default();
                return Err(AppError::TooMany { retry_after });
            }
            send_link(c, &app_, &act, &user)?;
            let target = Target("user", user.id.as_str());
            let event = Event::new(&user.organization_id, "user.verification_link_sent", target);
            Ok(audit::record(c, &app_.random, &act, event)?)
        })
        .await
}
