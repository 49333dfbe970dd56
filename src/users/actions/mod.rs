//! What is done about people: one write transaction each, with its audit entry, its notification and its mail.
//!
//! The person, and who else manages users, are read under a lock, so that what [`judge`](super::model::judge) decides
//! still holds when it is done.

pub mod erase;
pub mod erasure;
mod tell;

use diesel::QueryResult;
use serde_json::{Value, json};

use super::model::{self, Deed, GRACE, Person, Refusal, Verdict};
use super::order::Order;
use super::store;
use crate::access::{Act, Actor, UserId};
use crate::accounts::{self, Status, locks};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::{sessions, verifications};

/// What an audit entry is about.
pub const TARGET: &str = "user";

/// What came of an order.
#[derive(Clone, Debug)]
pub struct Done {
    pub deed: Deed,
    /// The person as they are now.
    pub person: Person,
    /// It was so already: nothing was changed.
    pub already: bool,
}

/// Does what is asked for, if the rules allow it.
///
/// # Errors
/// `NotFound` when the doer's organization has no such person; otherwise only outages.
pub async fn carry_out(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: &UserId,
    order: Order,
) -> Result<Result<Done, Refusal>, AppError> {
    let (app_, act, actor_, id) = (app.clone(), act.clone(), actor.clone(), id.clone());
    let deed = order.deed;
    let outcome = app
        .db
        .write(move |c| {
            let organization = &actor_.organization;
            if let Some(person) = store::person(c, organization, &id)? {
                locks::hold(c, &person.email)?;
            }
            let person = store::for_change(c, organization, &id)?.ok_or(AppError::NotFound)?;
            let doer = store::doer(c, &actor_.user)?.ok_or(AppError::Unauthenticated)?;
            let others = store::other_administrators(c, organization, &id)?;
            match model::judge(order.request(), &doer, &person, others, act.at) {
                Err(refusal) => return Ok(Err(refusal)),
                Ok(Verdict::Already) => return Ok(Ok(Done { deed, person, already: true })),
                Ok(Verdict::Do) => {}
            }
            if let Err(refusal) = order.check(&person.email) {
                return Ok(Err(refusal));
            }
            Work { app: &app_, act: &act, person: &person, order: &order }.carry_out(c)?;
            let person = store::person(c, organization, &id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>(Ok(Done { deed, person, already: false }))
        })
        .await?;
    if let Ok(done) = &outcome
        && deed.ends_sessions()
        && !done.already
    {
        publish_end(app, &done.person);
    }
    Ok(outcome)
}

/// Tells connections of the person to close.
fn publish_end(app: &App, person: &Person) {
    app.hub.publish(Live::SessionsEnded {
        organization: person.organization_id.clone(),
        user: person.id.clone(),
        sessions: Ended::All,
    });
}

/// One deed on its way into the database.
struct Work<'a> {
    app: &'a App,
    act: &'a Act,
    /// As they were before.
    person: &'a Person,
    order: &'a Order,
}

impl Work<'_> {
    fn carry_out(&self, c: &mut Connection) -> Result<(), AppError> {
        let (before, after) = self.change(c)?;
        let ended = self.end_sessions(c)?;
        self.record(c, before, after)?;
        self.tell(c, ended)
    }

    /// Changes the row; answers what it was and is, for the audit log.
    fn change(&self, c: &mut Connection) -> QueryResult<(Value, Value)> {
        let (id, now) = (&self.person.id, self.act.at);
        let status = |to: Status| (json!({ "status": self.person.status }), json!({ "status": to }));
        Ok(match self.order.deed {
            Deed::Suspend => {
                accounts::store::set_status(c, id, Status::Suspended, now)?;
                status(Status::Suspended)
            }
            Deed::Reinstate => {
                accounts::store::set_status(c, id, Status::Active, now)?;
                status(Status::Active)
            }
            Deed::Ban => {
                store::ban(c, id, self.person.status, now)?;
                status(Status::Banned)
            }
            Deed::Unban => {
                let cases = verifications::store::of_applicant(c, id)?;
                let has_open_case = cases.first().is_some_and(|case| !case.state.is_closed());
                let to = model::after_ban(self.person.banned_from, has_open_case);
                store::unban(c, id, to, now)?;
                status(to)
            }
            Deed::Unlock => {
                self.lift_lock(c)?;
                (json!({ "locked_until": self.person.locked_until }), json!({ "locked_until": null }))
            }
            Deed::ResetPassword => {
                accounts::store::clear_password(c, id, now)?;
                (json!({ "password": self.person.has_password }), json!({ "password": false }))
            }
            Deed::ChangeRole => {
                let role = self.order.role.unwrap_or(self.person.role);
                store::set_role(c, id, role, now)?;
                (json!({ "role": self.person.role }), json!({ "role": role }))
            }
            Deed::VerifyAddress => {
                accounts::store::verify_email(c, id, now)?;
                (json!({ "email_verified": false }), json!({ "email_verified": true, "by_hand": true }))
            }
            Deed::Erase => {
                let at = now.plus(GRACE);
                store::set_erasure(c, id, Some(at), now)?;
                (json!({ "erase_at": null }), json!({ "erase_at": at }))
            }
            Deed::KeepAccount => {
                store::set_erasure(c, id, None::<Timestamp>, now)?;
                (json!({ "erase_at": self.person.erase_at }), json!({ "erase_at": null }))
            }
        })
    }

    fn lift_lock(&self, c: &mut Connection) -> QueryResult<()> {
        let user = accounts::store::by_id(c, &self.person.id)?.ok_or(diesel::result::Error::NotFound)?;
        locks::lift(c, self.act, &user, locks::Cleared::Administrator).map(drop)
    }

    fn end_sessions(&self, c: &mut Connection) -> QueryResult<usize> {
        let why = match self.order.deed {
            Deed::Suspend => "the account was suspended",
            Deed::Ban => "the account was banned",
            Deed::ResetPassword => "a new password is needed",
            Deed::ChangeRole => "the role was changed",
            _ => return Ok(0),
        };
        if self.order.deed != Deed::ChangeRole {
            accounts::loose_ends::cut(c, &self.person.id, self.act.at)?;
        }
        sessions::store::end_others(c, &self.person.id, None, why, self.act)
    }

    fn record(&self, c: &mut Connection, before: Value, after: Value) -> QueryResult<()> {
        let action = match self.order.deed {
            Deed::Suspend => "user.suspended",
            Deed::Reinstate => "user.reinstated",
            Deed::Ban => "user.banned",
            Deed::Unban => "user.unbanned",
            Deed::Unlock => "user.unlocked",
            Deed::ResetPassword => "user.password_reset_forced",
            Deed::ChangeRole => "user.role_changed",
            Deed::VerifyAddress => "user.email_verified",
            Deed::Erase => "user.erasure_scheduled",
            Deed::KeepAccount => "user.erasure_cancelled",
        };
        let event = Event::new(&self.person.organization_id, action, Target(TARGET, self.person.id.as_str()))
            .change(Some(before), after)
            .because(self.order.reason.as_deref());
        audit::record(c, &self.app.random, self.act, event)
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.sentence();
        match refusal {
            Refusal::Own => Self::forbidden("own_account", message),
            Refusal::NotPermitted => Self::forbidden("not_permitted", message),
            Refusal::OperatorsOnly => Self::forbidden("operators_only", message),
            Refusal::LastAdministrator => Self::conflict("last_administrator", message),
            Refusal::Stale => Self::conflict("stale", message),
            Refusal::NotNow(_) => Self::conflict("not_possible", message),
            Refusal::Erased => Self::conflict("erased", message),
            Refusal::Invalid(errors) => Self::Invalid(errors),
        }
    }
}
