//! All SQL of documents.

use diesel::prelude::*;

use super::files::StoredName;
use super::model::{CaseId, Document, DocumentId, DocumentState};
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::documents as table;

/// What stands in place of the name of a file that was erased.
const PURGED_NAME: &str = "erased";

/// Adds a document whose files are stored already.
pub fn insert(c: &mut Connection, document: &Document) -> QueryResult<()> {
    diesel::insert_into(table::table).values(document).execute(c).map(drop)
}

/// The documents of a case in their order, replaced ones included (older before newer).
pub fn by_case(c: &mut Connection, case: &CaseId) -> QueryResult<Vec<Document>> {
    table::table
        .filter(table::case_id.eq(case))
        .order((table::position.asc(), table::created_at.asc(), table::id.asc()))
        .select(Document::as_select())
        .load(c)
}

/// The documents of several cases, those of each in their order.
pub fn by_cases(c: &mut Connection, cases: &[&CaseId]) -> QueryResult<Vec<Document>> {
    table::table
        .filter(table::case_id.eq_any(cases))
        .order((table::position.asc(), table::created_at.asc(), table::id.asc()))
        .select(Document::as_select())
        .load(c)
}

/// The document with this id, of this organization.
pub fn by_id_in_organization(
    c: &mut Connection,
    organization: &OrganizationId,
    id: &DocumentId,
) -> QueryResult<Option<Document>> {
    table::table
        .find(id)
        .filter(table::organization_id.eq(organization))
        .select(Document::as_select())
        .first(c)
        .optional()
}

/// The document with this id, of this applicant.
pub fn by_id_of_user(c: &mut Connection, user: &UserId, id: &DocumentId) -> QueryResult<Option<Document>> {
    table::table.find(id).filter(table::user_id.eq(user)).select(Document::as_select()).first(c).optional()
}

/// A reviewer's finding on a document.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    pub by: &'a UserId,
    pub at: Timestamp,
    pub reason_code: Option<&'a str>,
}

/// Sets the state a review gives a document.
pub fn set_state(
    c: &mut Connection,
    id: &DocumentId,
    state: DocumentState,
    review: Review<'_>,
) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set((
            table::state.eq(state),
            table::reason_code.eq(review.reason_code),
            table::reviewed_by.eq(Some(review.by)),
            table::reviewed_at.eq(Some(review.at)),
        ))
        .execute(c)
        .map(drop)
}

/// Notes that the applicant sent another document in place of this one; the review of it stays.
pub fn set_replaced(c: &mut Connection, id: &DocumentId) -> QueryResult<()> {
    diesel::update(table::table.find(id)).set(table::state.eq(DocumentState::Replaced)).execute(c).map(drop)
}

/// Forgets what the documents of these cases show, when their applicant is erased: without their key nobody reads
/// the files any more. What was decided about them stays, and the hash by which one is recognised.
pub fn forget(c: &mut Connection, cases: &[&CaseId]) -> QueryResult<usize> {
    diesel::update(table::table.filter(table::case_id.eq_any(cases)))
        .set((table::file_name.eq(PURGED_NAME), table::sealed_key.eq("")))
        .execute(c)
}

/// The files of these cases' documents whose key is gone, originals and renditions.
pub fn purged_files(c: &mut Connection, cases: &[&CaseId]) -> QueryResult<Vec<StoredName>> {
    let purged = table::table.filter(table::case_id.eq_any(cases)).filter(table::sealed_key.eq(""));
    let names: Vec<(StoredName, Option<StoredName>)> =
        purged.select((table::original_file, table::rendition_file)).load(c)?;
    Ok(names.into_iter().flat_map(|(original, rendition)| [Some(original), rendition]).flatten().collect())
}

/// Which of `names` belong to a document.
pub fn named_among(c: &mut Connection, names: &[StoredName]) -> QueryResult<Vec<StoredName>> {
    let originals: Vec<StoredName> =
        table::table.filter(table::original_file.eq_any(names)).select(table::original_file).load(c)?;
    let renditions: Vec<Option<StoredName>> =
        table::table.filter(table::rendition_file.eq_any(names)).select(table::rendition_file).load(c)?;
    Ok(originals.into_iter().chain(renditions.into_iter().flatten()).collect())
}

/// Locks the row of a document; on SQLite the write transaction is alone already.
pub fn lock(c: &mut Connection, id: &DocumentId) -> QueryResult<()> {
    match c {
        Connection::Postgres(c) => {
            let row = table::table.find(id).select(table::id);
            row.for_update().first::<DocumentId>(c).map(drop)
        }
        Connection::Sqlite(_) => Ok(()),
    }
}
