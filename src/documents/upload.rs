//! From a received file to a stored document: inspect, encrypt, store. Rows come after, in the
//! transaction of whoever asked; files without a row are collected.

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::cipher::{FileKey, encrypt_to_vec};
use super::files::{StoredFile, StoredName};
use super::inspect::{Inspected, Reason, Refusal, inspect};
use super::model::{CaseId, Document, DocumentId, DocumentKind, DocumentState};
use super::{ContentType, FileName, store};
use crate::access::{OrganizationId, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::organizations;
use crate::web::upload::{Content, Files};

/// Files looked into at the same time: each may take half a gigabyte while a picture is decoded.
const RUNNING: usize = 2;
/// Submissions that run or wait; beyond it a request is answered 503 at once.
const ADMITTED: usize = 32;
/// A file without a row may belong to a registration that is still running; older ones are left over.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(1);
/// Names looked up with one query.
const BATCH: usize = 200;

/// Bounds the inspection of files.
#[derive(Clone, Debug)]
pub struct Inspections {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Inspections {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(RUNNING)), admitted: Arc::new(Semaphore::new(ADMITTED)) }
    }
}

/// A file that was looked into and may be kept.
#[derive(Debug)]
pub struct Checked {
    /// The form's field it came in.
    pub field: String,
    name: FileName,
    bytes: Vec<u8>,
    inspected: Inspected,
}

/// A file that is refused, and the form's field it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub field: String,
    pub refusal: Refusal,
}

/// A file that is stored, encrypted, and waits for its row.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The form's field it came in.
    pub field: String,
    pub id: DocumentId,
    name: FileName,
    content_type: ContentType,
    size: i64,
    pages: Option<i64>,
    sha256: String,
    original: StoredName,
    rendition: Option<(StoredName, ContentType)>,
    sealed_key: String,
}

/// Where a document belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub organization: &'a OrganizationId,
    pub case: &'a CaseId,
    pub user: &'a UserId,
    pub kind: DocumentKind,
    pub position: i64,
}

impl Kept {
    /// The row of the document.
    #[must_use]
    pub fn row(&self, place: Place<'_>, now: Timestamp) -> Document {
        Document {
            id: self.id.clone(),
            organization_id: place.organization.clone(),
            case_id: place.case.clone(),
            user_id: place.user.clone(),
            kind: place.kind,
            state: DocumentState::Pending,
            position: place.position,
            file_name: self.name.clone(),
            content_type: self.content_type,
            size: self.size,
            pages: self.pages,
            sha256: self.sha256.clone(),
            original_file: self.original.clone(),
            rendition_file: self.rendition.as_ref().map(|(name, _)| name.clone()),
            rendition_type: self.rendition.as_ref().map(|(_, kind)| *kind),
            sealed_key: self.sealed_key.clone(),
            reason_code: None,
            reviewed_by: None,
            reviewed_at: None,
            created_at: now,
        }
    }

    fn files(&self) -> impl Iterator<Item = &StoredName> {
        std::iter::once(&self.original).chain(self.rendition.as_ref().map(|(name, _)| name))
    }
}

/// Looks into every file, a few at a time on the blocking threads; tells all refusals at once.
///
/// # Errors
/// `Unavailable` when too many submissions wait already.
pub async fn check(app: &App, files: Files) -> Result<Result<Vec<Checked>, Vec<Refused>>, AppError> {
    let _admitted = app.inspections.admitted.clone().try_acquire_owned().map_err(AppError::unavailable)?;
    let (mut checked, mut refused) = (Vec::new(), Vec::new());
    for file in files.list {
        let name = FileName::parse(&file.name);
        let outcome = match file.content {
            Content::TooLarge => Err(Refusal { file: name, reason: Reason::TooLarge }),
            Content::Whole(bytes) => check_one(app, file.field.clone(), name, bytes).await?,
        };
        match outcome {
            Ok(one) => checked.push(one),
            Err(refusal) => refused.push(Refused { field: file.field, refusal }),
        }
    }
    Ok(if refused.is_empty() { Ok(checked) } else { Err(refused) })
}

async fn check_one(
    app: &App,
    field: String,
    name: FileName,
    bytes: Vec<u8>,
) -> Result<Result<Checked, Refusal>, AppError> {
    let place = app.inspections.running.clone().acquire_owned().await.map_err(AppError::internal)?;
    let parser = app.pdf_parser.clone();
    blocking(move || {
        let _place = place;
        let inspected = inspect(&bytes, &name, &parser)?;
        Ok(Checked { field, name, bytes, inspected })
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

/// Encrypts and stores checked files under random names: all or none.
///
/// # Errors
/// When the store cannot take them.
pub async fn keep(app: &App, now: Timestamp, files: Vec<Checked>) -> Result<Vec<Kept>, AppError> {
    let app = app.clone();
    blocking(move || {
        let mut kept = Vec::new();
        for file in files {
            let row = prepare(&app, now, &file);
            let stored = store_files(&app, &row, &file);
            kept.push(row.0);
            if let Err(error) = stored {
                delete_all(&app, &kept);
                return Err(AppError::unavailable(error));
            }
        }
        Ok(kept)
    })
    .await?
}

fn prepare(app: &App, now: Timestamp, file: &Checked) -> (Kept, FileKey) {
    let random = &app.random;
    let id = DocumentId::new(random, now);
    let key = FileKey::new(random);
    let sealed_key = key.seal(&app.keys, Document::key_context(&id), random);
    let rendition = file.inspected.rendition.as_ref();
    let kept = Kept {
        field: file.field.clone(),
        name: file.name.clone(),
        content_type: file.inspected.kind,
        size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        pages: file.inspected.pages.map(i64::from),
        sha256: hex::encode(Sha256::digest(&file.bytes)),
        original: StoredName::new(random),
        rendition: rendition.map(|picture| (StoredName::new(random), picture.kind)),
        sealed_key,
        id,
    };
    (kept, key)
}

fn store_files(app: &App, (kept, key): &(Kept, FileKey), file: &Checked) -> std::io::Result<()> {
    let put = |name: &StoredName, content: &[u8]| {
        let encrypted = encrypt_to_vec(key, &app.random, content);
        app.files.put(name, &mut encrypted.as_slice()).map(drop)
    };
    put(&kept.original, &file.bytes)?;
    match (&kept.rendition, &file.inspected.rendition) {
        (Some((name, _)), Some(picture)) => put(name, &picture.bytes),
        _ => Ok(()),
    }
}

/// Deletes the files of a submission that was refused for `reason`. When nobody can tell whether its rows were
/// written (the connection broke at the commit), the files stay: those without a row are collected later.
pub async fn discard_unless_unknown(app: &App, reason: &AppError, kept: Vec<Kept>) {
    if reason.is_refusal() {
        discard(app, kept).await;
    }
}

/// Deletes stored files that get no row after all. What cannot be deleted now is collected later.
pub async fn discard(app: &App, kept: Vec<Kept>) {
    let app = app.clone();
    if let Err(error) = blocking(move || delete_all(&app, &kept)).await {
        tracing::warn!(%error, "files of a refused submission are left to be collected");
    }
}

fn delete_all(app: &App, kept: &[Kept]) {
    for name in kept.iter().flat_map(Kept::files) {
        if let Err(error) = app.files.delete(name) {
            tracing::warn!(%error, "a stored file is left to be collected");
        }
    }
}

/// Deletes stored files that no row names and what interrupted uploads left, once older than an hour;
/// answers how many. A file that is older than the database belongs to another one, such as when a new
/// database was put beside an old store by mistake: it stays.
///
/// # Errors
/// When the store cannot be read or the database does not answer.
pub async fn collect_orphans(app: &App) -> Result<usize, AppError> {
    let before = app.clock.now().minus(ORPHAN_AGE);
    let app = app.clone();
    blocking(move || {
        let mut removed = app.files.remove_unfinished(before).map_err(AppError::internal)?;
        let Some(since) = app.db.read_here(organizations::since)? else { return Ok(removed) };
        let listed = app.files.list().map_err(AppError::internal)?;
        let is_ours = |file: &StoredFile| since <= file.modified && file.modified < before;
        let old: Vec<StoredFile> = listed.into_iter().filter(is_ours).collect();
        for batch in old.chunks(BATCH) {
            let names: Vec<StoredName> = batch.iter().map(|file| file.name.clone()).collect();
            let known = app.db.read_here(|c| store::named_among(c, &names))?;
            for name in names.iter().filter(|name| !known.contains(name)) {
                removed += usize::from(app.files.delete(name).map_err(AppError::internal)?);
            }
        }
        Ok(removed)
    })
    .await?
}
