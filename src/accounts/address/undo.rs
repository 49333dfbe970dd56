//! Taking a change back.

use chrono::TimeDelta;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use secrecy::SecretString;
use serde_json::json;

use super::actions::{end, subject};
use super::store::{self, Change};
use crate::access::Act;
use crate::accounts::locks::{self, Cleared};
use crate::accounts::tokens::{self, Bearer, Purpose, Verdict};
use crate::accounts::{self, Status, User, hold, loose_ends, mfa, reset};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::{notifications, paths, sessions};

/// Whoever changes an address without right has come in shortly before.
const BEFORE: TimeDelta = TimeDelta::days(1);

/// The old address is the user's again, nobody is signed in, and a link for a new password is on its way to
/// it. `Err` says why the link did not work.
pub(super) async fn undo(
    app: &App,
    act: &Act,
    token: &SecretString,
) -> Result<Result<(), Verdict>, AppError> {
    let (app_, act, token) = (app.clone(), act.clone(), token.clone());
    let outcome = app.db.write(move |c| take_back(c, &app_, &act, &token)).await?;
    Ok(outcome.map(|user| {
        app.hub.publish(Live::SessionsEnded {
            organization: user.organization_id,
            user: user.id,
            sessions: Ended::All,
        });
    }))
}

fn take_back(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &SecretString,
) -> Result<Result<User, Verdict>, AppError> {
    hold::owner(c, Purpose::AddressUndo, token, act.at)?;
    let verdict = tokens::consume(c, act, Purpose::AddressUndo, token)?;
    let Some(change) = subject(c, &verdict)? else { return Ok(Err(verdict)) };
    let user = accounts::store::by_id(c, &change.user_id)?.ok_or(AppError::NotFound)?;
    let act = act.known_as(&user.id, user.name.as_str());
    restore(c, &change, &act)?;
    close_account_to_others(c, app, &user, &act)?;
    // As it is now, with the old address: mails go there.
    let user = accounts::store::by_id(c, &user.id)?.ok_or(AppError::NotFound)?;
    mfa::reset::take_back(c, app, &act, &user, change.requested_at.minus(BEFORE))?;
    if user.status == Status::Active {
        reset::send_link(c, app, &act, &user, false)?;
    }
    record(c, app, &act, &user, &change)?;
    Ok(Ok(user))
}

/// Also when the address was changed again since: then all of it is void.
fn restore(c: &mut Connection, change: &Change, act: &Act) -> Result<(), AppError> {
    store::set_undone(c, &change.id, act.at)?;
    for other in store::open(c, &change.user_id)? {
        end(c, &other, act.at)?;
    }
    accounts::store::set_email(c, &change.user_id, &change.old_email, act.at).map_err(|error| match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::conflict(
            "address_taken",
            "Another account has this address now. Write to us, and we put it right.",
        ),
        other => other.into(),
    })
}

/// Whoever changed the address knew the password and was signed in.
fn close_account_to_others(c: &mut Connection, app: &App, user: &User, act: &Act) -> diesel::QueryResult<()> {
    sessions::store::end_others(c, &user.id, None, "a change of address was taken back", act)?;
    accounts::store::clear_password(c, &user.id, act.at)?;
    loose_ends::cut(c, &user.id, act.at)?;
    locks::clear(c, app, act, user, Cleared::Password)?;
    for purpose in [Purpose::EmailVerification, Purpose::Activation] {
        tokens::end(c, purpose, Bearer::user(&user.organization_id, &user.id), act.at)?;
    }
    Ok(())
}

fn record(c: &mut Connection, app: &App, act: &Act, user: &User, change: &Change) -> Result<(), AppError> {
    let event =
        Event::new(&user.organization_id, "user.email_change_undone", Target("user", user.id.as_str()))
            .change(None, json!({ "change": change.id }));
    audit::record(c, &app.random, act, event)?;
    let notification = notifications::New {
        organization: &user.organization_id,
        user: &user.id,
        kind: notifications::Kind::SecurityAlert,
        severity: notifications::Severity::High,
        title: "A change of your email address was taken back",
        message: "Your old address is in force again, and all sessions have ended.",
        data: json!({ "change": change.id }),
        link: Some(paths::ACCOUNT.to_owned()),
    };
    Ok(notifications::notify(c, &app.random, act.at, &notification)?)
}
