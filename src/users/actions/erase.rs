//! The job that erases whoever asked for it, once the grace is over.
//!
//! Two steps, since two things cannot be taken back with a transaction. `take_away` blanks all personal data and
//! the keys of the documents, and puts the last mail into the outbox: all at once. `finish` then deletes the files
//! and, once the last mail has left, blanks its address too; it is repeated until nothing is left, so a crash
//! anywhere between costs an hour and leaves nothing readable.
//!
//! A feature that keeps something about a person of its own forgets it in `take_away`.

use serde_json::json;

use super::{TARGET, publish_end};
use crate::access::{Act, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::documents::{self, CaseId};
use crate::error::AppError;
use crate::mail::letters::ErasureLetter;
use crate::mail::store::erasure::Whose;
use crate::mail::{self, Letter, NewEmail, Party};
use crate::users::model::Person;
use crate::users::store;
use crate::users::store::erasure as rows;
use crate::verifications::Case;
use crate::{accounts, api_keys, notifications, revocations, sessions, verifications};

/// People erased in one run; the next one goes on.
const BATCH: i64 = 500;

/// Erases whose time has come; answers how many. One who cannot be erased stops nobody else.
///
/// # Errors
/// The first failure, once all others were seen to.
pub async fn erase_due(app: &App) -> Result<usize, AppError> {
    let now = app.clock.now();
    let due = app.db.read(move |c| rows::due(c, now, BATCH)).await?;
    let (mut erased, mut failure) = (0, None);
    for id in due {
        match take_away_one(app, id, now).await {
            Ok(done) => erased += usize::from(done),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    for id in app.db.read(|c| rows::unfinished(c, BATCH)).await? {
        if let Err(error) = finish(app, id, now).await {
            failure = failure.or(Some(error));
        }
    }
    failure.map_or(Ok(erased), Err)
}

async fn take_away_one(app: &App, id: UserId, now: Timestamp) -> Result<bool, AppError> {
    let app_ = app.clone();
    let person = app.db.write(move |c| take_away(c, &app_, &id, now)).await?;
    if let Some(person) = &person {
        publish_end(app, person);
    }
    Ok(person.is_some())
}

/// `None` when it was taken back meanwhile.
fn take_away(c: &mut Connection, app: &App, id: &UserId, now: Timestamp) -> Result<Option<Person>, AppError> {
    accounts::hold::user(c, id)?;
    let Some(person) = store::to_erase(c, id, now)? else { return Ok(None) };
    let act = Act::by_system(now);
    let recipient = Party { name: Some(person.name.clone()), address: person.email.clone() };
    let letter = Letter::Erasure(ErasureLetter::Done);
    let last = NewEmail::new(&person.organization_id, recipient, &letter).for_user(id);
    let last = mail::enqueue(c, app, now, last)?;
    let whose = Whose { organization: &person.organization_id, user: id, address: &person.email };
    mail::store::erasure::forget(c, whose, &last, now)?;
    forget_cases(c, app, &act, id)?;
    notifications::store::forget(c, id)?;
    sessions::store::end_others(c, id, None, "the user was erased", &act)?;
    sessions::store::forget(c, id)?;
    sessions::api_tokens::forget(c, id)?;
    accounts::tokens::forget(c, id, now)?;
    accounts::locks::store::forget_user(c, id)?;
    accounts::devices::store::forget_user(c, id)?;
    accounts::address::forget_user(c, id, now)?;
    api_keys::actions::revoke_of_maker(c, app, &act, id)?;
    accounts::invites::store::forget_user(c, &person.organization_id, id, &person.email.key())?;
    accounts::mfa::store::remove_all(c, id)?;
    mail::preferences::forget(c, id)?;
    revocations::store::forget_user(c, &person.organization_id, id, &person.email)?;
    rows::blank(c, id, now)?;
    let event = Event::new(&person.organization_id, "user.erased", Target(TARGET, id.as_str()));
    audit::record(c, &app.random, &act, event)?;
    Ok(Some(person))
}

fn forget_cases(c: &mut Connection, app: &App, act: &Act, id: &UserId) -> Result<(), AppError> {
    let cases = verifications::store::of_applicant(c, id)?;
    for case in &cases {
        verifications::store::forget(c, case, act.at)?;
        if !case.state.is_closed() {
            let target = Target(verifications::actions::TARGET, case.id.as_str());
            let event = Event::new(&case.organization_id, "verification.closed_by_erasure", target)
                .change(Some(json!({ "state": case.state })), json!({ "state": "rejected" }));
            audit::record(c, &app.random, act, event)?;
        }
    }
    documents::store::forget(c, &ids(&cases))?;
    Ok(())
}

fn ids(cases: &[Case]) -> Vec<&CaseId> {
    cases.iter().map(|case| &case.id).collect()
}

/// Deletes the files of somebody who was erased, and the address of the last mail once it has left.
async fn finish(app: &App, id: UserId, now: Timestamp) -> Result<(), AppError> {
    let asked = id.clone();
    let names = app
        .db
        .read(move |c| {
            let cases = verifications::store::of_applicant(c, &asked)?;
            documents::store::purged_files(c, &ids(&cases))
        })
        .await?;
    let files = app.files.clone();
    let deleting = tokio::task::spawn_blocking(move || {
        names.iter().try_for_each(|name| files.delete(name).map(drop)).map_err(AppError::unavailable)
    });
    deleting.await.map_err(AppError::internal)??;
    app.db
        .write(move |c| {
            if mail::store::erasure::forget_rest(c, &id, now)? {
                rows::finish(c, &id)?;
            }
            Ok::<_, AppError>(())
        })
        .await
}
