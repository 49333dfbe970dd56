//! Opening a document: only with the case in hand, and never without an entry in the audit log.

use std::io;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::access::{Act, Actor};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::db::Connection;
use crate::db::schema::documents::dsl as table;
use crate::documents::cipher::{self, DecryptError, FileKey};
use crate::documents::{ContentType, Document, DocumentId};
use crate::error::AppError;
use crate::verifications::model::Case;
use crate::verifications::store;

/// The action of the entry.
pub const OPENED: &str = "document.opened";

/// A document's content as it may be shown.
#[derive(Clone, Debug)]
pub struct Opened {
    pub document: Document,
    pub content_type: ContentType,
    pub bytes: Vec<u8>,
}

/// Why a document is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The reviewer has not claimed the case.
    NotHeld,
    /// Its files are gone or were changed.
    Damaged,
}

impl From<OpenError> for AppError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotHeld => Self::forbidden("not_claimed", "Claim the case first, then open its documents."),
            OpenError::Damaged => Self::NotFound,
        }
    }
}

/// Reads and decrypts a document for a reviewer. The first time for each claim is recorded.
pub async fn open_document(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &DocumentId,
) -> Result<Result<Opened, OpenError>, AppError> {
    let (wanted, organization, by) = (id.clone(), reviewer.organization.clone(), reviewer.clone());
    let (document, case, known) = app
        .db
        .read(move |c| {
            let found = store::document_with_case(c, &organization, &wanted)?;
            let (document, case) = found.ok_or(AppError::NotFound)?;
            let known = is_recorded(c, &document, &case, &by)?;
            Ok::<_, AppError>((document, case, known))
        })
        .await?;
    if !case.is_open_to(&reviewer.user, act.at) {
        return Ok(Err(OpenError::NotHeld));
    }
    if !known {
        let (app_, act, by) = (app.clone(), act.clone(), reviewer.clone());
        let (document, case) = (document.clone(), case.clone());
        app.db.write(move |c| record(c, &app_, &act, &by, &document, &case)).await?;
    }
    let app = app.clone();
    tokio::task::spawn_blocking(move || decrypt(&app, document)).await.map_err(AppError::internal)?
}

fn decrypt(app: &App, document: Document) -> Result<Result<Opened, OpenError>, AppError> {
    let key = FileKey::open(&app.keys, &document.sealed_key, Document::key_context(&document.id));
    let key = key.map_err(AppError::internal)?;
    let (file, content_type) = document.shown();
    let stored = app.files.get(file).map_err(AppError::unavailable)?;
    let Some(mut stored) = stored else {
        tracing::error!(document = %document.id, "the file of a document is missing");
        return Ok(Err(OpenError::Damaged));
    };
    match cipher::decrypt_to_vec(&key, &mut *stored) {
        Ok(bytes) => Ok(Ok(Opened { content_type, bytes, document })),
        Err(DecryptError::Tampered) => {
            tracing::error!(document = %document.id, "the file of a document was changed");
            Ok(Err(OpenError::Damaged))
        }
        Err(DecryptError::Io(error)) => Err(unreadable(error)),
    }
}

fn unreadable(error: io::Error) -> AppError {
    AppError::unavailable(error)
}

/// Was it recorded already for this reviewer and this claim? A claim is known by the version it made.
fn is_recorded(c: &mut Connection, document: &Document, case: &Case, reviewer: &Actor) -> QueryResult<bool> {
    let entries = audit::for_target(c, &document.organization_id, Target("document", document.id.as_str()))?;
    Ok(entries.iter().any(|entry| {
        let after: Option<Value> = entry.after.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let version = after.and_then(|after| after.get("version").and_then(Value::as_i64));
        entry.action == OPENED
            && entry.actor_id.as_deref() == Some(reviewer.user.as_str())
            && version == Some(case.version)
    }))
}

fn record(
    c: &mut Connection,
    app: &App,
    act: &Act,
    reviewer: &Actor,
    document: &Document,
    case: &Case,
) -> QueryResult<()> {
    // Two requests for one document at once: the second waits here for the first's entry.
    lock(c, &document.id)?;
    if is_recorded(c, document, case, reviewer)? {
        return Ok(());
    }
    let event = Event::new(&document.organization_id, OPENED, Target("document", document.id.as_str()))
        .change(None, json!({ "case": case.id, "kind": document.kind, "version": case.version }));
    audit::record(c, &app.random, act, event)
}

/// Locks the document's row; on SQLite the write transaction is alone already.
fn lock(c: &mut Connection, id: &DocumentId) -> QueryResult<()> {
    match c {
        Connection::Postgres(c) => {
            table::documents.find(id).select(table::id).for_update().first::<DocumentId>(c).map(drop)
        }
        Connection::Sqlite(_) => Ok(()),
    }
}
