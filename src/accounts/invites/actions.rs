//! Inviting, sending again, taking back.

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::json;

use super::model::{BatchId, Invite, InviteId, Invitee, State, may_give};
use super::store;
use crate::access::{Act, Actor};
use crate::accounts::address;
use crate::accounts::store as users;
use crate::accounts::tokens::{self, Bearer, Purpose};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::limits::{self, Limit};
use crate::mail::letters::Invitation;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::paths;

/// What audit entries of invites are about.
pub const TARGET: &str = "invite";

const SEND_AGAIN: Limit = Limit::new("invite_resend", 3, TimeDelta::hours(1));

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The address has an account in this organization.
    HasAccount,
    /// Somebody of this organization gave the address up lately and may still take it back.
    Reserved,
    /// Only an operator may give the role.
    MayNotGive,
    /// It waits no longer for an answer.
    NotOpen(State),
}

impl Refused {
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::HasAccount => {
                "This address has an account here already. Change its role on the user's page."
            }
            Self::Reserved => {
                "Somebody here changed from this address lately and may still take it back. Try again in three days."
            }
            Self::MayNotGive => "Only an operator may give this role.",
            Self::NotOpen(State::Accepted) => "The invite was accepted meanwhile.",
            Self::NotOpen(State::Expired) => "The invite has expired: there is nothing to take back.",
            Self::NotOpen(State::Revoked | State::Open) => "The invite was revoked meanwhile.",
        }
    }
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        let message = refused.sentence();
        match refused {
            Refused::HasAccount => Self::conflict("has_account", message),
            Refused::Reserved => Self::conflict("address_reserved", message),
            Refused::MayNotGive => Self::forbidden("role_not_allowed", message),
            Refused::NotOpen(_) => Self::conflict("not_open", message),
        }
    }
}

/// How long the link of an invite works.
pub(super) fn life(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.config.accounts.invite_life).unwrap_or(TimeDelta::days(7))
}

/// Invites one address; an older invite that waits for its answer is replaced.
pub async fn invite(
    app: &App,
    act: &Act,
    inviter: &Actor,
    guest: Invitee,
) -> Result<Result<Invite, Refused>, AppError> {
    let (app_, act, inviter) = (app.clone(), act.clone(), inviter.clone());
    let outcome = app
        .db
        .write(move |c| {
            lock(c, &inviter)?;
            write(c, &app_, &act, (&inviter, None), &guest)
        })
        .await?;
    if outcome.is_ok() {
        app.metrics.invite_created();
    }
    Ok(outcome)
}

/// Invites to one organization are made one after the other, so that an address never has two.
pub(super) fn lock(c: &mut Connection, inviter: &Actor) -> diesel::QueryResult<()> {
    c.lock(&format!("invites:{}", inviter.organization))
}

/// Makes an invite and its mail. Call it in a write transaction, after `lock` where others may write.
pub fn write(
    c: &mut Connection,
    app: &App,
    act: &Act,
    (inviter, batch): (&Actor, Option<&BatchId>),
    guest: &Invitee,
) -> Result<Result<Invite, Refused>, AppError> {
    if !may_give(inviter.authority(), guest.role) {
        return Ok(Err(Refused::MayNotGive));
    }
    let organization = &inviter.organization;
    if has_account(c, inviter, &guest.email.key())? {
        return Ok(Err(Refused::HasAccount));
    }
    // Of another organization's, whoever invites learns nothing: the link is refused when it is used.
    if address::reserved_for(c, &guest.email.key(), None, act.at)?.as_ref() == Some(organization) {
        return Ok(Err(Refused::Reserved));
    }
    if let Some(older) = store::waiting(c, organization, &guest.email.key())? {
        end(c, app, act, &older, "invite.replaced")?;
    }
    let id = InviteId::new(&app.random, act.at);
    let whose = (organization, &inviter.user);
    store::insert(c, whose, (&id, guest), (act.at, act.at.plus(life(app))), batch)?;
    let invite = store::in_organization(c, organization, &id)?.ok_or(AppError::NotFound)?;
    send_link(c, app, act, inviter, &invite)?;
    let event = Event::new(organization, "invite.created", Target(TARGET, id.as_str()))
        .change(None, json!({ "role": guest.role, "expires_at": invite.expires_at }));
    audit::record(c, &app.random, act, event)?;
    Ok(Ok(invite))
}

fn has_account(c: &mut Connection, inviter: &Actor, key: &str) -> diesel::QueryResult<bool> {
    let owner = users::by_email_key(c, key)?;
    Ok(owner.is_some_and(|owner| owner.organization_id == inviter.organization))
}

/// Makes a new token, which ends the older ones, and the mail that carries it.
fn send_link(
    c: &mut Connection,
    app: &App,
    act: &Act,
    inviter: &Actor,
    invite: &Invite,
) -> Result<(), AppError> {
    let bearer = bearer(invite, Some(invite.expires_at.since(act.at)));
    let token = tokens::issue_to(c, &app.random, act, Purpose::Invite, bearer)?;
    let letter = Letter::Invitation(Invitation {
        // A key has a name that means nothing to the guest: its maker invites.
        inviter: inviter.person().to_owned(),
        role: invite.role.label().to_owned(),
        link: app.link(&paths::invite_link(token.expose_secret())),
        expires_at: invite.expires_at,
    });
    let recipient = Party { name: invite.name.clone(), address: invite.email.clone() };
    mail::enqueue(c, app, act.at, NewEmail::new(&invite.organization_id, recipient, &letter))?;
    Ok(())
}

fn bearer(invite: &Invite, life: Option<TimeDelta>) -> Bearer<'_> {
    Bearer { organization: &invite.organization_id, user: None, subject: Some(invite.id.as_str()), life }
}

/// Ends an invite that waits, and its links; `false` when somebody else was faster.
fn end(
    c: &mut Connection,
    app: &App,
    act: &Act,
    invite: &Invite,
    action: &'static str,
) -> diesel::QueryResult<bool> {
    if !store::revoke(c, &invite.id, act.at)? {
        return Ok(false);
    }
    tokens::end(c, Purpose::Invite, bearer(invite, None), act.at)?;
    let event = Event::new(&invite.organization_id, action, Target(TARGET, invite.id.as_str()));
    audit::record(c, &app.random, act, event)?;
    Ok(true)
}

/// Takes an open invite back.
///
/// # Errors
/// `NotFound` when there is none in the organization.
pub async fn revoke(
    app: &App,
    act: &Act,
    who: &Actor,
    id: &InviteId,
) -> Result<Result<Invite, Refused>, AppError> {
    let (app_, act, who, id) = (app.clone(), act.clone(), who.clone(), id.clone());
    app.db
        .write(move |c| {
            let invite = find(c, &who, &id)?;
            let open = invite.state(act.at) == State::Open;
            if open && end(c, &app_, &act, &invite, "invite.revoked")? {
                return Ok::<_, AppError>(Ok(invite));
            }
            Ok(Err(Refused::NotOpen(find(c, &who, &id)?.state(act.at))))
        })
        .await
}

/// Sends an invite again, with a new link and a new end, in the name of `who`.
///
/// # Errors
/// `NotFound` when there is none in the organization, `TooMany` beyond 3 an hour.
pub async fn send_again(
    app: &App,
    act: &Act,
    who: &Actor,
    id: &InviteId,
) -> Result<Result<Invite, Refused>, AppError> {
    let (asker, wanted, now) = (who.clone(), id.clone(), act.at);
    let invite = app.db.read(move |c| find(c, &asker, &wanted)).await?;
    if let Err(refused) = can_be_sent(who, &invite, now) {
        return Ok(Err(refused));
    }
    limits::take(app, SEND_AGAIN, &[format!("invite:{id}")]).await?;
    let (app_, act, who, id) = (app.clone(), act.clone(), who.clone(), id.clone());
    app.db
        .write(move |c| {
            lock(c, &who)?;
            if has_account(c, &who, &invite.email.key())? {
                return Ok::<_, AppError>(Err(Refused::HasAccount));
            }
            if !store::note_send(c, &id, &who.user, (act.at, act.at.plus(life(&app_))))? {
                return Ok(Err(Refused::NotOpen(find(c, &who, &id)?.state(act.at))));
            }
            let invite = find(c, &who, &id)?;
            send_link(c, &app_, &act, &who, &invite)?;
            let event = Event::new(&who.organization, "invite.sent_again", Target(TARGET, id.as_str()))
                .change(None, json!({ "expires_at": invite.expires_at, "sends": invite.sends }));
            audit::record(c, &app_.random, &act, event)?;
            Ok(Ok(invite))
        })
        .await
}

fn can_be_sent(who: &Actor, invite: &Invite, now: Timestamp) -> Result<(), Refused> {
    if !invite.can_be_sent() {
        return Err(Refused::NotOpen(invite.state(now)));
    }
    if !may_give(who.authority(), invite.role) {
        return Err(Refused::MayNotGive);
    }
    Ok(())
}

fn find(c: &mut Connection, who: &Actor, id: &InviteId) -> Result<Invite, AppError> {
    store::in_organization(c, &who.organization, id)?.ok_or(AppError::NotFound)
}
