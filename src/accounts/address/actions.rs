//! Asking for a change, and confirming it.

use chrono::TimeDelta;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::store::{self, Change, ChangeId};
use crate::access::{Act, UserId};
use crate::accounts::tokens::{self, Bearer, Grant, Purpose, Verdict};
use crate::accounts::{self, Status, User, hold, registration};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::mail::letters::AddressLetter;
use crate::mail::{self, EmailAddress, Letter, NewEmail, Party};
use crate::{notifications, paths};

/// Changes that one user may ask for.
const REQUESTS: Limit = Limit::new("address_change", 3, TimeDelta::hours(1));
/// The code of a transaction that wrote nothing, since the address was taken a moment ago.
const TAKEN: &str = "address_taken";

/// Why a change is not even asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is the address of the account.
    Same,
    /// No account here may have an address of this domain.
    Domain,
}

impl Refused {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Same => "This is your address already. Enter the new one.",
            Self::Domain => "Addresses of this domain are not accepted here. Enter another one.",
        }
    }
}

/// What a link is worth.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Ready(Change),
    Dead(Verdict),
}

/// Asks the new address to confirm. Whether it is taken makes no difference to who asks.
pub(super) async fn request(
    app: &App,
    act: &Act,
    user: &UserId,
    new: EmailAddress,
) -> Result<Result<(), Refused>, AppError> {
    let id = user.clone();
    let user = app.db.read(move |c| accounts::store::by_id(c, &id)).await?.ok_or(AppError::NotFound)?;
    if user.email.key() == new.key() {
        return Ok(Err(Refused::Same));
    }
    if !app.config.accounts.domain_may_register(new.domain()) {
        return Ok(Err(Refused::Domain));
    }
    limits::take(app, REQUESTS, &[format!("user:{}", user.id)]).await?;
    let (app_, act) = (app.clone(), act.clone());
    app.db.write(move |c| enter(c, &app_, &act, &user, &new)).await?;
    Ok(Ok(()))
}

fn enter(c: &mut Connection, app: &App, act: &Act, user: &User, new: &EmailAddress) -> Result<(), AppError> {
    end_unconfirmed(c, &user.id, act.at)?;
    let owner = accounts::store::by_email_key(c, &new.key())?;
    let change = Change::of(ChangeId::new(&app.random, act.at), user, new, act.at);
    match owner {
        Some(owner) => registration::tell_owner(c, app, act, &owner)?,
        None if store::is_reserved(c, &new.key(), Some(&user.id), act.at)? => {}
        None => {
            store::insert(c, &change)?;
            ask_new_address(c, app, act, user, &change)?;
        }
    }
    let event = Event::new(&user.organization_id, "user.email_change_requested", target(user))
        .change(None, json!({ "change": change.id }));
    Ok(audit::record(c, &app.random, act, event)?)
}

fn target(user: &User) -> Target<'_> {
    Target("user", user.id.as_str())
}

fn ask_new_address(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    change: &Change,
) -> Result<(), AppError> {
    let purpose = Purpose::AddressChange;
    let token = tokens::issue_to(c, &app.random, act, purpose, bearer(change))?;
    let life = TimeDelta::from_std(purpose.life()).unwrap_or_default();
    let letter = Letter::Address(AddressLetter::Confirm {
        link: app.link(&paths::confirm_address_link(token.expose_secret())),
        expires_at: act.at.plus(life),
    });
    let recipient = Party { name: Some(user.name.clone()), address: change.new_email.clone() };
    mail::enqueue(
        c,
        app,
        act.at,
        NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id),
    )?;
    Ok(())
}

pub(super) fn bearer(change: &Change) -> Bearer<'_> {
    Bearer::user(&change.organization_id, &change.user_id).about(change.id.as_str())
}

/// Makes changes void that the new address has not confirmed.
pub fn end_unconfirmed(c: &mut Connection, user: &UserId, now: Timestamp) -> diesel::QueryResult<()> {
    let open = store::open(c, user)?;
    open.iter().filter(|change| change.confirmed_at.is_none()).try_for_each(|change| end(c, change, now))
}

/// Makes a change void, with its links.
pub(super) fn end(c: &mut Connection, change: &Change, now: Timestamp) -> diesel::QueryResult<()> {
    store::set_ended(c, &change.id, now)?;
    for purpose in [Purpose::AddressChange, Purpose::AddressUndo] {
        tokens::end(c, purpose, bearer(change), now)?;
    }
    Ok(())
}

/// Tells what a link is worth, and leaves it as it is.
pub(super) async fn look(
    app: &App,
    purpose: Purpose,
    token: &SecretString,
    now: Timestamp,
) -> Result<Link, AppError> {
    let token = token.clone();
    app.db
        .read(move |c| {
            let verdict = tokens::peek(c, purpose, &token, now)?;
            Ok::<_, AppError>(subject(c, &verdict)?.map_or(Link::Dead(verdict), Link::Ready))
        })
        .await
}

/// The change that a valid token is about.
pub(super) fn subject(c: &mut Connection, verdict: &Verdict) -> diesel::QueryResult<Option<Change>> {
    match verdict {
        Verdict::Valid(Grant { subject: Some(id), .. }) => store::by_id(c, id),
        _ => Ok(None),
    }
}

/// The new address takes the place of the old one, which is told. `Err` says why the link did not work.
pub(super) async fn confirm(
    app: &App,
    act: &Act,
    token: &SecretString,
) -> Result<Result<EmailAddress, Verdict>, AppError> {
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    match app.db.write(move |c| take_effect(c, &app_, &act, &token)).await {
        // Somebody registered with it while the link was under way.
        Err(AppError::Conflict { code: TAKEN, .. }) => Ok(Err(Verdict::Expired)),
        outcome => outcome,
    }
}

fn take_effect(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &SecretString,
) -> Result<Result<EmailAddress, Verdict>, AppError> {
    hold::owner(c, Purpose::AddressChange, token, act.at)?;
    let verdict = tokens::consume(c, act, Purpose::AddressChange, token)?;
    let Some(change) = subject(c, &verdict)? else { return Ok(Err(verdict)) };
    let user = accounts::store::by_id(c, &change.user_id)?.filter(|user| user.status == Status::Active);
    let Some(user) = user else { return Ok(Err(Verdict::Expired)) };
    if store::is_reserved(c, &change.new_email.key(), Some(&user.id), act.at)? {
        return Err(AppError::conflict(TAKEN, ""));
    }
    let act = act.known_as(&user.id, user.name.as_str());
    accounts::store::set_email(c, &user.id, &change.new_email, act.at).map_err(|error| match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::conflict(TAKEN, ""),
        other => other.into(),
    })?;
    // What waits in the old mailbox opens nothing any more, but for the way back.
    for purpose in [Purpose::PasswordReset, Purpose::EmailVerification, Purpose::Activation, Purpose::Unlock]
    {
        tokens::end(c, purpose, Bearer::user(&user.organization_id, &user.id), act.at)?;
    }
    tell_old_address(c, app, &act, &user, &change)?;
    let event = Event::new(&user.organization_id, "user.email_changed", target(&user))
        .change(None, json!({ "change": change.id }));
    audit::record(c, &app.random, &act, event)?;
    Ok(Ok(change.new_email))
}

fn tell_old_address(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    change: &Change,
) -> Result<(), AppError> {
    let purpose = Purpose::AddressUndo;
    let token = tokens::issue_to(c, &app.random, act, purpose, bearer(change))?;
    let undo_until = act.at.plus(TimeDelta::from_std(purpose.life()).unwrap_or_default());
    store::set_confirmed(c, &change.id, act.at, undo_until)?;
    let letter = Letter::Address(AddressLetter::Changed {
        new_address: change.new_email.to_string(),
        at: act.at,
        undo_link: app.link(&paths::undo_address_link(token.expose_secret())),
        undo_until,
    });
    let recipient = Party { name: Some(user.name.clone()), address: change.old_email.clone() };
    mail::enqueue(
        c,
        app,
        act.at,
        NewEmail::new(&user.organization_id, recipient, &letter).for_user(&user.id),
    )?;
    let notification = notifications::New {
        organization: &user.organization_id,
        user: &user.id,
        kind: notifications::Kind::SecurityAlert,
        severity: notifications::Severity::High,
        title: "Your email address was changed",
        message: "If that was not you, open the link in the email to your old address.",
        data: json!({ "change": change.id }),
        link: Some(paths::ACCOUNT.to_owned()),
    };
    Ok(notifications::notify(c, &app.random, act.at, &notification)?)
}
