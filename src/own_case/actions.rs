//! Sending documents again. The files are stored first; the transaction ends the link that was used.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::json;

use super::model::{NextStep, OwnCase, replaces};
use super::store;
use super::visit::Visitor;
use crate::access::Act;
use crate::accounts::tokens::{self, Purpose, Verdict};
use crate::accounts::{self, Status};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::documents::inspect::MAX_FILES;
use crate::documents::upload::{self, Checked, Kept, Place};
use crate::documents::{Document, DocumentId, store as documents};
use crate::error::{AppError, FieldError};
use crate::verifications::declared::Declared;
use crate::verifications::opening::{self, NewCase};
use crate::web::upload::{Fields, Files};

/// What a submission came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Received,
    Refused(Vec<FieldError>),
}

/// The case of a user as it is now.
pub(super) async fn load(app: &App, visitor: &Visitor) -> Result<Option<OwnCase>, AppError> {
    let user = visitor.user.clone();
    app.db.read(move |c| store::newest(c, &user)).await
}

/// The document of this visitor, recorded as opened by them.
pub(super) async fn open(
    app: &App,
    act: &Act,
    visitor: &Visitor,
    id: &DocumentId,
) -> Result<Document, AppError> {
    let (app_, act, user, id) = (app.clone(), act.clone(), visitor.user.clone(), id.clone());
    app.db
        .write(move |c| {
            let document = documents::by_id_of_user(c, &user, &id)?.ok_or(AppError::NotFound)?;
            let name = accounts::store::by_id(c, &user)?.map(|user| user.name.to_string());
            let act = act.known_as(&user, &name.unwrap_or_default());
            let target = Target("document", document.id.as_str());
            let event = Event::new(&document.organization_id, "document.opened_by_applicant", target);
            audit::record(c, &app_.random, &act, event)?;
            Ok::<_, AppError>(document)
        })
        .await
}

/// The registration is not what it was when the page was made.
fn changed() -> AppError {
    AppError::conflict(
        "stale",
        "Your registration has changed since this page was opened. Open it again to see where it stands.",
    )
}

/// Takes what the next step of the case asks for.
pub(super) async fn submit(
    app: &App,
    act: &Act,
    visitor: &Visitor,
    own: &OwnCase,
    fields: &Fields,
    files: Files,
) -> Result<Outcome, AppError> {
    let (submission, files) = match own.next_step() {
        NextStep::Nothing => return Err(changed()),
        NextStep::Replace(asked) => match matched(&asked, &files)? {
            errors if errors.is_empty() => (Submission::Replacement, files),
            errors => return Ok(Outcome::Refused(errors)),
        },
        NextStep::SubmitAnew => match anew(act, fields, &files) {
            Ok(declared) => (Submission::Anew(declared), files),
            Err(errors) => return Ok(Outcome::Refused(errors)),
        },
    };
    let checked = match upload::check(app, files).await? {
        Ok(checked) => checked,
        Err(refused) => {
            let errors = refused.iter().map(|one| FieldError::new(&one.field, one.refusal.to_string()));
            return Ok(Outcome::Refused(errors.collect()));
        }
    };
    enter(app, act, visitor, own, submission, checked).await?;
    Ok(Outcome::Received)
}

/// What is handed in beside the files.
#[derive(Clone, Debug)]
enum Submission {
    Replacement,
    Anew(Declared),
}

/// What is wrong with the choice of files for documents that were asked for again.
fn matched(asked: &[&Document], files: &Files) -> Result<Vec<FieldError>, AppError> {
    let known = |field: &str| asked.iter().any(|document| replaces(&document.id) == field);
    if files.list.iter().any(|file| !known(&file.field)) {
        return Err(changed());
    }
    let complaint = |document: &&Document| {
        let field = replaces(&document.id);
        let sentence = match files.list.iter().filter(|file| file.field == field).count() {
            0 => format!("Choose the new file for “{}”.", document.file_name),
            1 if !files.too_many => return None,
            _ => format!("Choose one file for “{}”.", document.file_name),
        };
        Some(FieldError::new(field, sentence))
    };
    Ok(asked.iter().filter_map(complaint).collect())
}

fn anew(act: &Act, fields: &Fields, files: &Files) -> Result<Declared, Vec<FieldError>> {
    let declared = Declared::parse(fields, act.at.utc().date_naive());
    let sentence = if files.too_many {
        Some(format!("Choose at most {MAX_FILES} files."))
    } else if files.list.is_empty() {
        Some("Choose at least one file that shows your document.".to_owned())
    } else {
        None
    };
    let Some(sentence) = sentence else { return declared };
    let mut errors = declared.err().unwrap_or_default();
    errors.push(FieldError::new("documents", sentence));
    Err(errors)
}

async fn enter(
    app: &App,
    act: &Act,
    visitor: &Visitor,
    own: &OwnCase,
    submission: Submission,
    checked: Vec<Checked>,
) -> Result<(), AppError> {
    let kept = upload::keep(app, act.at, checked).await?;
    let (app_, visitor, files) = (app.clone(), visitor.clone(), kept.clone());
    let (act, own) = (act.clone(), own.clone());
    let written = app.db.write(move |c| {
        let work = Work { app: &app_, act: &act, own: &own, kept: &files };
        match &submission {
            Submission::Replacement => work.replace(c)?,
            Submission::Anew(declared) => work.open_anew(c, declared)?,
        }
        spend(c, &act, &visitor)
    });
    let outcome = written.await;
    if let Err(error) = &outcome {
        upload::discard_unless_unknown(app, error, kept).await;
    }
    outcome
}

/// Ends the link that was used: of two submissions by one link, one counts.
fn spend(c: &mut Connection, act: &Act, visitor: &Visitor) -> Result<(), AppError> {
    let Some(token) = &visitor.token else { return Ok(()) };
    match tokens::consume(c, act, Purpose::CaseAccess, token)? {
        Verdict::Valid(_) => Ok(()),
        _ => Err(changed()),
    }
}

/// One submission on its way into the database.
struct Work<'a> {
    app: &'a App,
    act: &'a Act,
    own: &'a OwnCase,
    kept: &'a [Kept],
}

impl Work<'_> {
    fn replace(&self, c: &mut Connection) -> Result<(), AppError> {
        let Self { app, act, own, .. } = self;
        let case = &own.case;
        if !opening::reopen_case(c, &app.random, act, case, opening::due_at(app, act.at))? {
            return Err(changed());
        }
        for kept in self.kept {
            let older = own.documents.iter().find(|document| replaces(&document.id) == kept.field);
            let older = older.ok_or_else(changed)?;
            documents::set_replaced(c, &older.id)?;
            self.add(c, kept, self.place(older))?;
            let event =
                Event::new(&case.organization_id, "document.replaced", Target("document", older.id.as_str()))
                    .change(None, json!({ "by": kept.id, "case": case.id }));
            audit::record(c, &app.random, act, event)?;
        }
        Ok(())
    }

    fn place<'a>(&'a self, older: &'a Document) -> Place<'a> {
        let case = &self.own.case;
        Place {
            organization: &case.organization_id,
            case: &case.id,
            user: &self.own.user.id,
            kind: older.kind,
            position: older.position,
        }
    }

    fn open_anew(&self, c: &mut Connection, declared: &Declared) -> Result<(), AppError> {
        let Self { app, act, own, .. } = self;
        let OwnCase { user, organization, .. } = own;
        let new = NewCase {
            organization: &organization.id,
            applicant: &user.id,
            declared,
            submitted_at: act.at,
            due_at: opening::due_at(app, act.at),
        };
        let case = opening::open_case(c, &app.random, act, new).map_err(|error| match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => changed(),
            other => other.into(),
        })?;
        for (position, kept) in (0..).zip(self.kept) {
            let (organization, user) = (&organization.id, &user.id);
            let place = Place { organization, case: &case, user, kind: declared.kind, position };
            self.add(c, kept, place)?;
        }
        accounts::store::set_status(c, &user.id, Status::Pending, act.at)?;
        let event = Event::new(&organization.id, "user.submitted_again", Target("user", user.id.as_str()))
            .change(Some(json!({ "status": user.status })), json!({ "status": Status::Pending }));
        Ok(audit::record(c, &app.random, act, event)?)
    }

    fn add(&self, c: &mut Connection, kept: &Kept, place: Place<'_>) -> Result<(), AppError> {
        Ok(documents::insert(c, &kept.row(place, self.act.at))?)
    }
}
