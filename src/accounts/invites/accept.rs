//! Looking at an invite through its link, and accepting it.

use chrono::TimeDelta;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::actions::TARGET;
use super::model::{Invite, State, may_give};
use super::store;
use crate::access::{Act, UserId};
use crate::accounts::address;
use crate::accounts::password::{self, Owner};
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::accounts::{NewUser, Status, User, store as users};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::{AppError, FieldError};
use crate::limits::{self, Limit};
use crate::mail::DisplayName;
use crate::notifications::{self, Kind, New, Severity};
use crate::{organizations, paths};

const LOOK: Limit = Limit::new("invite_validate", 10, TimeDelta::minutes(1));
const ACCEPT: Limit = Limit::new("invite_accept", 5, TimeDelta::minutes(5));

/// The code of a transaction that made no account, since the address got one a moment ago.
const TAKEN: &str = "address_taken";

/// What a link is worth.
#[derive(Clone, Debug)]
pub enum Standing {
    Open(Box<Offer>),
    /// It was open for too long, or the invite was sent again with a newer link.
    Expired,
    Used,
    /// Taken back, replaced by a newer invite, or its inviter may no longer invite.
    Revoked,
    Unknown,
}

impl Standing {
    /// The stable word for programs.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Open(_) => None,
            Self::Expired => Some("expired"),
            Self::Used => Some("used"),
            Self::Revoked => Some("revoked"),
            Self::Unknown => Some("unknown"),
        }
    }
}

/// What is offered to who holds the link.
#[derive(Clone, Debug)]
pub struct Offer {
    pub invite: Invite,
    pub organization: String,
    pub inviter: String,
}

/// What the invited person chose.
#[derive(Clone, Debug)]
pub struct Answer {
    pub name: String,
    pub password: SecretString,
}

/// What accepting came to.
#[derive(Debug)]
pub enum Accepted {
    Opened(Box<User>),
    /// The link is worth nothing any more.
    Dead(Standing),
    /// The address has an account, possibly elsewhere.
    AddressTaken,
    Invalid(Box<Offer>, Vec<FieldError>),
}

/// Tells what a link is worth, and leaves it as it is.
///
/// # Errors
/// `TooMany` beyond 10 a minute from one address.
pub async fn look(app: &App, act: &Act, token: &SecretString) -> Result<Standing, AppError> {
    limits::take(app, LOOK, &[limits::by_ip(act)]).await?;
    look_up(app, token, act.at).await
}

async fn look_up(app: &App, token: &SecretString, now: Timestamp) -> Result<Standing, AppError> {
    let token = token.clone();
    app.db.read(move |c| standing(c, &token, now)).await
}

fn standing(c: &mut Connection, token: &SecretString, now: Timestamp) -> Result<Standing, AppError> {
    let Some(invite) = store::by_token(c, token)? else { return Ok(Standing::Unknown) };
    let verdict = tokens::peek(c, Purpose::Invite, token, now)?;
    Ok(match (invite.state(now), verdict) {
        (State::Accepted, _) | (State::Open, Verdict::Used) => Standing::Used,
        (State::Revoked, _) => Standing::Revoked,
        (State::Expired, _) | (State::Open, Verdict::Expired) => Standing::Expired,
        (State::Open, Verdict::Unknown) => Standing::Unknown,
        (State::Open, Verdict::Valid(_)) => offer(c, invite)?,
    })
}

fn offer(c: &mut Connection, invite: Invite) -> Result<Standing, AppError> {
    let organization = organizations::by_id(c, &invite.organization_id)?.name;
    let inviter = users::in_organization(c, &invite.organization_id, &invite.invited_by)?;
    Ok(match inviter.filter(|inviter| is_in_office(inviter, &invite)) {
        Some(inviter) => {
            Standing::Open(Box::new(Offer { invite, organization, inviter: inviter.name.to_string() }))
        }
        None => Standing::Revoked,
    })
}

/// May the inviter still give what was offered? Otherwise somebody who was put out could come back by it.
pub(super) fn is_in_office(inviter: &User, invite: &Invite) -> bool {
    inviter.status == Status::Active && may_give(inviter.role, invite.role)
}

/// Opens an account with the token of an invite, and uses it up.
///
/// # Errors
/// `TooMany` beyond 5 in 5 minutes from one address, `Unavailable` when too many passwords are hashed.
pub async fn accept(
    app: &App,
    act: &Act,
    token: &SecretString,
    answer: Answer,
) -> Result<Accepted, AppError> {
    limits::take(app, ACCEPT, &[limits::by_ip(act)]).await?;
    // Before any hash is computed: a link that is worth nothing must cost nothing.
    let offer = match look_up(app, token, act.at).await? {
        Standing::Open(offer) => offer,
        dead => return Ok(Accepted::Dead(dead)),
    };
    let name = match check(&offer.invite, &answer) {
        Ok(name) => name,
        Err(errors) => return Ok(Accepted::Invalid(offer, errors)),
    };
    let hash = app.hasher.hash(&answer.password).await?;
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    let accepted = app.db.write(move |c| open(c, &app_, &act, &token, (name, hash))).await;
    match accepted {
        Err(AppError::Conflict { code: TAKEN, .. }) => Ok(Accepted::AddressTaken),
        Ok(Accepted::Opened(user)) => {
            app.metrics.invite_accepted();
            Ok(Accepted::Opened(user))
        }
        other => other,
    }
}

fn check(invite: &Invite, answer: &Answer) -> Result<DisplayName, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = DisplayName::parse(&answer.name)
        .map_err(|error| errors.push(FieldError::new("name", error.to_string())))
        .ok();
    let owner = Owner { name: answer.name.trim(), email: invite.email.as_str(), role: invite.role };
    let broken = password::broken_rules(answer.password.expose_secret(), &owner);
    errors.extend(password::complaint(&broken).map(|sentence| FieldError::new("password", sentence)));
    name.filter(|_| errors.is_empty()).ok_or(errors)
}

fn open(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &SecretString,
    (name, hash): (DisplayName, String),
) -> Result<Accepted, AppError> {
    let offer = match standing(c, token, act.at)? {
        Standing::Open(offer) => offer,
        dead => return Ok(Accepted::Dead(dead)),
    };
    let invite = &offer.invite;
    // The invite's row before the token's, as where one is revoked: two who lock both never wait for each other.
    if !store::take(c, &invite.id, act.at)? {
        return Ok(Accepted::Dead(standing(c, token, act.at)?));
    }
    if !matches!(tokens::consume(c, act, Purpose::Invite, token)?, Verdict::Valid(_)) {
        return Err(AppError::conflict("token_changed", "The link was replaced meanwhile."));
    }
    let user = add_user(c, app, act, invite, (name, hash))?;
    store::set_user(c, &invite.id, &user.id)?;
    tell_inviter(c, app, act, &user, invite)?;
    Ok(Accepted::Opened(Box::new(user)))
}

fn add_user(
    c: &mut Connection,
    app: &App,
    act: &Act,
    invite: &Invite,
    (name, hash): (DisplayName, String),
) -> Result<User, AppError> {
    let taken = || AppError::conflict(TAKEN, "");
    let key = invite.email.key();
    if users::by_email_key(c, &key)?.is_some() || address::is_reserved(c, &key, None, act.at)? {
        return Err(taken());
    }
    let new = NewUser {
        id: UserId::new(&app.random, act.at),
        organization: invite.organization_id.clone(),
        email: invite.email.clone(),
        name,
        phone: None,
        role: invite.role,
        status: Status::Active,
        password_hash: Some(hash),
        email_verified_at: Some(act.at),
    };
    users::insert(c, &new, act.at).map_err(|error| match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => taken(),
        other => other.into(),
    })?;
    let user = users::by_id(c, &new.id)?.ok_or(AppError::NotFound)?;
    let act = act.known_as(&user.id, user.name.as_str());
    let organization = &user.organization_id;
    let created = Event::new(organization, "user.created", Target("user", user.id.as_str()))
        .change(None, json!({ "role": user.role, "status": user.status, "invite": invite.id }));
    audit::record(c, &app.random, &act, created)?;
    let accepted = Event::new(organization, "invite.accepted", Target(TARGET, invite.id.as_str()))
        .change(None, json!({ "user": user.id }));
    audit::record(c, &app.random, &act, accepted)?;
    Ok(user)
}

fn tell_inviter(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    invite: &Invite,
) -> diesel::QueryResult<()> {
    // Without name and address: the notification outlives an erasure of the person.
    let message = format!("The person you invited as {} has an account now.", user.role.label());
    notifications::notify(
        c,
        &app.random,
        act.at,
        &New {
            organization: &invite.organization_id,
            user: &invite.invited_by,
            kind: Kind::System,
            severity: Severity::Low,
            title: "Your invite was accepted",
            message: &message,
            data: json!({ "invite": invite.id, "user": user.id }),
            link: Some(paths::invite(&invite.id)),
        },
    )
}
