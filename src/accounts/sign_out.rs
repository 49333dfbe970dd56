//! Signing out: the session ends, and the audit log says so, in one transaction.

use crate::access::{Act, Actor};
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
    let (app_, act, actor_) = (app.clone(), act.clone(), actor.clone());
    app.db
        .write(move |c| {
            store::end(c, &actor_.session, "signed out", act.at)?;
            let target = Target("session", actor_.session.as_str());
            audit::record(c, &app_.random, &act, Event::new(&actor_.organization, "session.ended", target))
        })
        .await?;
    app.hub.publish(Live::SessionsEnded {
        organization: actor.organization.clone(),
        user: actor.user.clone(),
        sessions: Ended::Some(vec![actor.session.clone()]),
    });
    Ok(())
}
