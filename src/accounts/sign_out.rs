//! Signing out: the session ends, and the audit log says so, in one transaction.

use crate::access::{Act, Actor, SessionId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::sessions::store;

/// Ends the session of `actor`.
///
/// # Errors
/// Only outages.
pub async fn sign_out(app: &App, act: &Act, actor: &Actor) -> Result<(), AppError> {
    end_own(app, act, actor, &actor.session).await.map(drop)
}

/// Ends one of the sessions of `actor`; `false` when it was not open any more, or is somebody else's.
///
/// # Errors
/// Only outages.
pub async fn end_own(app: &App, act: &Act, actor: &Actor, id: &SessionId) -> Result<bool, AppError> {
    let (app_, act, actor_, id_) = (app.clone(), act.clone(), actor.clone(), id.clone());
    let ended = app
        .db
        .write(move |c| {
            if !store::end_own(c, &actor_.user, &id_, "signed out", act.at)? {
                return Ok(false);
            }
            let target = Target("session", id_.as_str());
            let event = Event::new(&actor_.organization, "session.ended", target);
            audit::record(c, &app_.random, &act, event).map(|()| true)
        })
        .await?;
    if ended {
        app.hub.publish(Live::SessionsEnded {
            organization: actor.organization.clone(),
            user: actor.user.clone(),
            sessions: Ended::Some(vec![id.clone()]),
        });
    }
    Ok(ended)
}
