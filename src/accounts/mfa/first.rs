//! The first factor of a user: from now on signing in asks for it, so whoever came in without one goes out.

use diesel::QueryResult;

use super::recovery::{self, Shown};
use crate::access::{Act, Actor, Means};
use crate::accounts::User;
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;
use crate::live::{Ended, Event};
use crate::sessions::{self, Opened};

/// What the first factor brings.
#[derive(Debug)]
pub struct Enrolled {
    pub codes: Shown,
    /// The session goes on under another key: for its cookie.
    pub opened: Option<Opened>,
}

/// Makes recovery codes, ends the other sessions and gives this one another key. Call it in the transaction that
/// adds the factor, and [`tell_others`] after it.
pub(super) fn enrol(
    c: &mut Connection,
    app: &App,
    act: &Act,
    actor: &Actor,
    user: &User,
) -> Result<Enrolled, AppError> {
    let codes = recovery::make(c, app, &user.id, act.at)?;
    sessions::store::end_others(c, &user.id, Some(&actor.session), "a second factor was set up", act)?;
    sessions::store::set_factor(c, &actor.session, act.at)?;
    Ok(Enrolled { codes, opened: rekey(c, app, actor)? })
}

/// Another key for the session of a browser, since it may do more from now on.
fn rekey(c: &mut Connection, app: &App, actor: &Actor) -> QueryResult<Option<Opened>> {
    match actor.means {
        Means::Cookie => sessions::rotate(c, app, &actor.session).map(Some),
        Means::Bearer | Means::ApiKey => Ok(None),
    }
}

/// Closes the connections of the sessions that ended.
pub(super) fn tell_others(app: &App, actor: &Actor) {
    app.hub.publish(Event::SessionsEnded {
        organization: actor.organization.clone(),
        user: actor.user.clone(),
        sessions: Ended::AllBut(actor.session.clone()),
    });
}
