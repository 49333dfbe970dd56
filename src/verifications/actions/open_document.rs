//! Opening a document: only with the case in hand, and never without an entry in the audit log.
//!
//! A viewer asks for one document several times (a PDF in parts, a picture drawn anew): what a reviewer asks for
//! again within a minute, by the same claim, is still the same opening.

use chrono::TimeDelta;
use diesel::QueryResult;
use serde_json::{Value, json};

use crate::access::{Act, Actor};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::documents::shown::{self, Shown};
use crate::documents::store as documents;
use crate::documents::{Document, DocumentId};
use crate::error::AppError;
use crate::verifications::model::Case;
use crate::verifications::store;

/// What is asked for again within this time is the viewer's own doing.
const SAME_OPENING: TimeDelta = TimeDelta::seconds(60);

/// The action of the entry.
pub const OPENED: &str = "document.opened";

/// Reads and decrypts a document for a reviewer. Each opening is recorded.
///
/// # Errors
/// `Forbidden` when the reviewer has not claimed the case, `NotFound` when the file is gone or was changed.
pub async fn open_document(
    app: &App,
    act: &Act,
    reviewer: &Actor,
    id: &DocumentId,
) -> Result<Shown, AppError> {
    let (wanted, organization) = (id.clone(), reviewer.organization.clone());
    let (by, now) = (reviewer.clone(), act.at);
    let (document, case, known) = app
        .db
        .read(move |c| {
            let found = store::document_with_case(c, &organization, &wanted)?;
            let (document, case) = found.ok_or(AppError::NotFound)?;
            let known = is_recorded(c, &document, &case, &by, now)?;
            Ok::<_, AppError>((document, case, known))
        })
        .await?;
    if !case.is_open_to(&reviewer.user, act.at) {
        return Err(AppError::forbidden("not_claimed", "Claim the case first, then open its documents."));
    }
    if !known {
        let (app_, act, by) = (app.clone(), act.clone(), reviewer.clone());
        let (document, case) = (document.clone(), case.clone());
        app.db.write(move |c| record(c, &app_, &act, &by, &document, &case)).await?;
    }
    shown::read(app, document).await
}

/// Was this opening recorded already? A claim is known by the version it made.
fn is_recorded(
    c: &mut Connection,
    document: &Document,
    case: &Case,
    reviewer: &Actor,
    now: Timestamp,
) -> QueryResult<bool> {
    let entries = audit::for_target(c, &document.organization_id, Target("document", document.id.as_str()))?;
    Ok(entries.iter().any(|entry| {
        let after: Option<Value> = entry.after.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let version = after.and_then(|after| after.get("version").and_then(Value::as_i64));
        entry.action == OPENED
            && now.since(entry.at) < SAME_OPENING
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
    documents::lock(c, &document.id)?;
    if is_recorded(c, document, case, reviewer, act.at)? {
        return Ok(());
    }
    let event = Event::new(&document.organization_id, OPENED, Target("document", document.id.as_str()))
        .change(None, json!({ "case": case.id, "kind": document.kind, "version": case.version }));
    audit::record(c, &app.random, act, event)
}
