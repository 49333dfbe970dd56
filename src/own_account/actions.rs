//! What people do to their own account.

use serde_json::json;

use crate::access::{Act, Actor, SessionId, UserId};
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::error::AppError;
use crate::live::{Ended, Event as Live};
use crate::mail::{DisplayName, TemplateKind, preferences};
use crate::notifications::{self, Notification, NotificationId};
use crate::revocations::Reason;
use crate::sessions::store as sessions;

/// Why a session ended, as its owner reads it.
const BY_OWNER: &str = "ended by its owner";

/// A name and a phone number that can be kept.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: DisplayName,
    pub phone: Option<String>,
}

/// Keeps another name and phone number.
pub async fn save_profile(app: &App, act: &Act, user: &UserId, profile: Profile) -> Result<(), AppError> {
    let (random, act, id) = (app.random.clone(), act.clone(), user.clone());
    app.db
        .write(move |c| {
            let user = accounts::store::by_id(c, &id)?.ok_or(AppError::NotFound)?;
            if user.name == profile.name && user.phone == profile.phone {
                return Ok(());
            }
            accounts::store::set_profile(c, &id, &profile.name, profile.phone.as_deref(), act.at)?;
            let before = json!({ "name": user.name, "phone": user.phone });
            let after = json!({ "name": profile.name, "phone": profile.phone });
            let target = Target("user", id.as_str());
            let event = Event::new(&user.organization_id, "user.profile_changed", target);
            audit::record(c, &random, &act, event.change(Some(before), after))?;
            Ok::<_, AppError>(())
        })
        .await
}

/// Ends one of one's own sessions, for a reason if there is one; open connections of it close.
///
/// # Errors
/// `NotFound` when it is somebody else's, or over.
pub async fn end_session(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: SessionId,
    reason: Option<Reason>,
) -> Result<(), AppError> {
    let (random, act, who, session) = (app.random.clone(), act.clone(), actor.clone(), id.clone());
    app.db
        .write(move |c| {
            let why = reason.as_ref().map(Reason::as_str);
            if !sessions::end_own(c, &who.user, &session, why.unwrap_or(BY_OWNER), act.at)? {
                return Err(AppError::NotFound);
            }
            let event = Event::new(&who.organization, "session.ended", Target("session", session.as_str()));
            audit::record(c, &random, &act, event.because(why))?;
            Ok(())
        })
        .await?;
    tell(app, actor, Ended::Some(vec![id]));
    Ok(())
}

/// Ends every own session but the present one; answers how many.
pub async fn end_others(app: &App, act: &Act, actor: &Actor) -> Result<usize, AppError> {
    let (random, act, who) = (app.random.clone(), act.clone(), actor.clone());
    let ended = app
        .db
        .write(move |c| {
            let ended = sessions::end_others(c, &who.user, Some(&who.session), BY_OWNER, &act)?;
            if ended > 0 {
                let event =
                    Event::new(&who.organization, "session.others_ended", Target("user", who.user.as_str()))
                        .change(None, json!({ "sessions": ended }));
                audit::record(c, &random, &act, event)?;
            }
            Ok::<_, AppError>(ended)
        })
        .await?;
    tell(app, actor, Ended::AllBut(actor.session.clone()));
    Ok(ended)
}

fn tell(app: &App, actor: &Actor, sessions: Ended) {
    let (organization, user) = (actor.organization.clone(), actor.user.clone());
    app.hub.publish(Live::SessionsEnded { organization, user, sessions });
}

/// Marks a notification as read and answers it.
///
/// # Errors
/// `NotFound` when it is somebody else's.
pub async fn read_notification(
    app: &App,
    act: &Act,
    user: &UserId,
    id: NotificationId,
) -> Result<Notification, AppError> {
    let (user, now) = (user.clone(), act.at);
    let found = app.db.write(move |c| notifications::store::read(c, &user, &id, now)).await?;
    found.ok_or(AppError::NotFound)
}

/// Keeps which kinds of mail are not wanted.
pub async fn save_preferences(
    app: &App,
    act: &Act,
    actor: &Actor,
    muted: Vec<TemplateKind>,
) -> Result<(), AppError> {
    let (random, act, who) = (app.random.clone(), act.clone(), actor.clone());
    app.db
        .write(move |c| {
            let before = preferences::muted(c, &who.user)?;
            preferences::set_muted(c, &who.user, &muted, act.at)?;
            let event =
                Event::new(&who.organization, "user.mail_wishes_changed", Target("user", who.user.as_str()))
                    .change(Some(json!({ "off": before })), json!({ "off": muted }));
            audit::record(c, &random, &act, event)
        })
        .await
}
