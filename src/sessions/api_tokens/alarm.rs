//! A spent refresh token was presented: its family ends, and the user is told.

use serde_json::json;

use super::store::{self, Family, RefreshTokenRow};
use crate::access::Act;
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::letters::SecurityLetter;
use crate::mail::{Letter, NewEmail, Party, enqueue};
use crate::notifications::{Kind, New, Severity, notify};
use crate::paths;
use crate::sessions::store as sessions;

const TITLE: &str = "A sign-in of yours was ended";
const MESSAGE: &str = "A program signed in with your account used a key that had already been replaced. Somebody \
    may have copied it, so this sign-in was ended. If it was not your program, change your password.";

/// Ends a family; `false` when it had ended already, which needs no telling.
pub(super) fn end_family(
    c: &mut Connection,
    app: &App,
    act: &Act,
    token: &RefreshTokenRow,
    family: &Family,
) -> Result<bool, AppError> {
    if family.ended {
        return Ok(false);
    }
    store::mark_reused(c, act, &token.id)?;
    sessions::end(c, &family.session, "a spent refresh token was presented", act.at)?;
    let target = Target("session", family.session.as_str());
    let event = Event::new(&family.organization, "session.refresh_token_reused", target);
    audit::record(
        c,
        &app.random,
        act,
        event.change(None, json!({ "user": family.user, "token": token.id })),
    )?;
    let new = New {
        organization: &family.organization,
        user: &family.user,
        kind: Kind::SecurityAlert,
        severity: Severity::High,
        title: TITLE,
        message: MESSAGE,
        data: json!({ "session": family.session }),
        link: Some(paths::ACCOUNT.to_owned()),
    };
    notify(c, &app.random, act.at, &new)?;
    if let Some(user) = accounts::store::by_id(c, &family.user)? {
        let letter = Letter::Security(SecurityLetter::Alert {
            severity: Severity::High.to_string(),
            title: TITLE.to_owned(),
            message: MESSAGE.to_owned(),
            action_url: app.link(paths::ACCOUNT),
            at: act.at,
        });
        let party = Party { name: Some(user.name.clone()), address: user.email.clone() };
        enqueue(c, app, act.at, NewEmail::new(&family.organization, party, &letter).for_user(&family.user))?;
    }
    Ok(true)
}
