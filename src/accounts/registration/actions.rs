//! Registering: one transaction for the user, the case, the documents and the mail.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::json;

use super::model::{DOCUMENTS, Registration};
use crate::access::{Act, Role, UserId};
use crate::accounts::{NewUser, Status, User, address, store, verify_email};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::inspect::MAX_FILES;
use crate::documents::store as documents;
use crate::documents::upload::{self, Checked, Kept, Place};
use crate::error::{AppError, FieldError};
use crate::limits::{self, Limit};
use crate::mail::{self, EnqueueError, Letter, NewEmail, Party};
use crate::organizations::{self, Organization};
use crate::paths;
use crate::verifications::opening::{self, NewCase};
use crate::web::pace::Pace;
use crate::web::upload::{Fields, Files};

/// Registrations from one place: each may store files, cost a hash and send a mail to anybody.
fn limit(app: &App) -> Limit {
    Limit::new("register", app.config.accounts.registrations_per_ip, TimeDelta::hours(1))
}

/// What a registration came to. Whether the address was known is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Received,
    Refused(Vec<FieldError>),
}

/// Who came in by a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entered {
    New,
    /// The address has an account already.
    Known,
}

/// The code of a transaction that wrote nothing, since the address was registered a moment ago.
const TAKEN: &str = "address_taken";

/// All that a registration writes.
struct Submission {
    registration: Registration,
    password_hash: Option<String>,
    kept: Vec<Kept>,
}

/// Registers an applicant.
///
/// # Errors
/// `Unavailable` when there is no room for the work; otherwise only outages.
pub async fn register(app: &App, act: &Act, fields: &Fields, files: Files) -> Result<Outcome, AppError> {
    // The limit is a write and waits for others who write, longer for a new address than for a known one.
    let before = Pace::begin();
    limits::take(app, limit(app), &[limits::by_ip(act)]).await?;
    let today = act.at.utc().date_naive();
    let parsed = Registration::parse(fields, &app.config.accounts, today);
    let checked = check_files(app, files).await?;
    let (registration, checked) = match (parsed, checked) {
        (Ok(registration), Ok(checked)) => (registration, checked),
        (parsed, checked) => {
            let errors = parsed.err().into_iter().chain(checked.err()).flatten();
            return Ok(Outcome::Refused(errors.collect()));
        }
    };
    let password_hash = match &registration.password {
        Some(password) => Some(app.hasher.hash(password).await?),
        None => None,
    };
    let kept = upload::keep(app, act.at, checked).await?;
    let floor = app.config.accounts.answer_floor;
    before.keep(floor).await;
    // On its own, so that the time of what came before, which is the sender's doing, adds nothing to it.
    let pace = Pace::begin();
    let submission = Submission { registration, password_hash, kept: kept.clone() };
    let entered = enter(app, act, submission).await;
    match &entered {
        Ok(Entered::New) => {}
        Ok(Entered::Known) => upload::discard(app, kept).await,
        Err(error) => upload::discard_unless_unknown(app, error, kept).await,
    }
    pace.keep_blurred(floor, &app.random).await;
    entered.map(|_| Outcome::Received)
}

async fn check_files(app: &App, files: Files) -> Result<Result<Vec<Checked>, Vec<FieldError>>, AppError> {
    let refuse = |message: String| Ok(Err(vec![FieldError::new(DOCUMENTS, message)]));
    if files.too_many {
        return refuse(format!("Choose at most {MAX_FILES} files."));
    }
    if files.list.is_empty() {
        return refuse("Choose at least one file that shows your document.".to_owned());
    }
    let checked = upload::check(app, files).await?;
    Ok(checked.map_err(|refused| {
        refused.iter().map(|one| FieldError::new(DOCUMENTS, one.refusal.to_string())).collect()
    }))
}

/// Writes it all; once more when the address was taken between looking and writing.
async fn enter(app: &App, act: &Act, submission: Submission) -> Result<Entered, AppError> {
    let submission = Arc::new(submission);
    let attempt = || {
        let (app_, act, submission) = (app.clone(), act.clone(), submission.clone());
        app.db.write(move |c| write(c, &app_, &act, &submission))
    };
    match attempt().await {
        Err(AppError::Conflict { code: TAKEN, .. }) => attempt().await,
        entered => entered,
    }
}

fn write(c: &mut Connection, app: &App, act: &Act, submission: &Submission) -> Result<Entered, AppError> {
    let known = store::by_email_key(c, &submission.registration.email.key())?;
    if let Some(owner) = known {
        tell_owner(c, app, act, &owner)?;
        return Ok(Entered::Known);
    }
    // It may have to go back to the account it was taken from; that account is told when it does.
    if address::is_reserved(c, &submission.registration.email.key(), None, act.at)? {
        return Ok(Entered::Known);
    }
    let organization = organizations::by_slug(c, organizations::DEFAULT)?;
    let organization = organization.ok_or_else(|| AppError::internal("there is no organization"))?;
    let user = add_user(c, app, act, &organization, submission)?;
    open(c, app, act, &user, submission)?;
    verify_email::send_link(c, app, act, &user)?;
    Ok(Entered::New)
}

fn add_user(
    c: &mut Connection,
    app: &App,
    act: &Act,
    organization: &Organization,
    submission: &Submission,
) -> Result<User, AppError> {
    let registration = &submission.registration;
    let new = NewUser {
        id: UserId::new(&app.random, act.at),
        organization: organization.id.clone(),
        email: registration.email.clone(),
        name: registration.name.clone(),
        phone: registration.phone.clone(),
        role: Role::Member,
        status: Status::Pending,
        password_hash: submission.password_hash.clone(),
        email_verified_at: None,
    };
    store::insert(c, &new, act.at).map_err(|error| match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::conflict(TAKEN, ""),
        other => other.into(),
    })?;
    let event = Event::new(&organization.id, "user.registered", Target("user", new.id.as_str()))
        .change(None, json!({ "status": Status::Pending, "role": Role::Member }));
    audit::record(c, &app.random, act, event)?;
    store::by_id(c, &new.id)?.ok_or_else(|| AppError::internal("a user is gone right after it was added"))
}

fn open(
    c: &mut Connection,
    app: &App,
    act: &Act,
    user: &User,
    submission: &Submission,
) -> Result<(), AppError> {
    let declared = &submission.registration.declared;
    let new = NewCase {
        organization: &user.organization_id,
        applicant: &user.id,
        declared,
        submitted_at: act.at,
        due_at: opening::due_at(app, act.at),
    };
    let case = opening::open_case(c, &app.random, act, new)?;
    for (position, kept) in (0..).zip(&submission.kept) {
        let place = Place {
            organization: &user.organization_id,
            case: &case,
            user: &user.id,
            kind: declared.kind,
            position,
        };
        documents::insert(c, &kept.row(place, act.at))?;
    }
    Ok(())
}

/// The owner of an address that somebody else registers, or wants for an account, is told, at most once an hour.
///
/// # Errors
/// Only outages and templates that cannot be worded.
pub fn tell_owner(c: &mut Connection, app: &App, act: &Act, owner: &User) -> Result<(), AppError> {
    let letter = Letter::ExistingAccount { sign_in_url: app.link(paths::LOGIN) };
    let recipient = Party { name: Some(owner.name.clone()), address: owner.email.clone() };
    let hour = act.at.utc().timestamp() / 3_600;
    let mail = NewEmail::new(&owner.organization_id, recipient, &letter)
        .for_user(&owner.id)
        .once(format!("{}-{hour}", owner.id));
    match mail::enqueue(c, app, act.at, mail) {
        // The address of this application changed within the hour: one mail is enough all the same.
        Ok(_) | Err(EnqueueError::KeyReused) => {}
        Err(error) => return Err(error.into()),
    }
    let event =
        Event::new(&owner.organization_id, "user.registered_again", Target("user", owner.id.as_str()));
    Ok(audit::record(c, &app.random, act, event)?)
}
