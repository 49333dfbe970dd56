//! Somebody has the password and guesses at the second factor: its owner is told, and the audit log.

use chrono::TimeDelta;
use serde_json::json;

use super::model::TRIES;
use crate::access::Act;
use crate::accounts::User;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::SecurityLetter;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::notifications::{self, Kind, New, Severity};
use crate::{paths, sessions};

const TITLE: &str = "Somebody failed at your second factor";
/// One mail tells of all guesses within this time; the audit log has each.
const QUIET: TimeDelta = TimeDelta::hours(1);
/// Among so many of the latest notifications an earlier alarm is looked for.
const LOOKED_AT: i64 = 50;

/// Tells that a sign-in with the right password ended in wrong codes. Call it in the transaction of the last one.
pub(super) fn sound(c: &mut Connection, app: &App, act: &Act, user: &User) -> Result<(), AppError> {
    let event = Event::new(&user.organization_id, "user.mfa_failed", Target("user", user.id.as_str()));
    audit::record(c, &app.random, act, event.change(None, json!({ "tries": TRIES })))?;
    let told = notifications::store::latest(c, &user.id, LOOKED_AT)?;
    if told.iter().any(|one| one.title == TITLE && act.at.since(one.created_at) < QUIET) {
        return Ok(());
    }
    tell(c, app, act, user)
}

fn tell(c: &mut Connection, app: &App, act: &Act, user: &User) -> Result<(), AppError> {
    let device = sessions::device(act.user_agent.as_deref().unwrap_or_default());
    let from = act.ip.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
    let message = format!(
        "Your password was entered with {device}{from}, and then {TRIES} wrong codes. If that was not you, \
         choose a new password now: whoever did it knows the one you have."
    );
    let severity = Severity::High;
    let new = New {
        organization: &user.organization_id,
        user: &user.id,
        kind: Kind::SecurityAlert,
        severity,
        title: TITLE,
        message: &message,
        data: json!({}),
        link: Some(paths::PASSWORD.to_owned()),
    };
    notifications::notify(c, &app.random, act.at, &new)?;
    let letter = Letter::Security(SecurityLetter::Alert {
        severity: severity.to_string(),
        title: TITLE.to_owned(),
        message,
        action_url: app.link(paths::FORGOT_PASSWORD),
        at: act.at,
    });
    let party = Party { name: Some(user.name.clone()), address: user.email.clone() };
    mail::enqueue(c, app, act.at, NewEmail::new(&user.organization_id, party, &letter).for_user(&user.id))?;
    Ok(())
}
