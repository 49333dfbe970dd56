//! All that is known of one case, read at one moment: for its page and for the API.

use crate::access::{Actor, UserId};
use crate::accounts::User;
use crate::audit::{self, Entry, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::documents::{self, CaseId, Document};
use crate::error::AppError;
use crate::organizations::{self, Organization};
use crate::verifications::actions::TARGET;
use crate::verifications::masking;
use crate::verifications::model::Case;
use crate::verifications::store;

/// A case with its applicant, its documents and what happened to it.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub case: Case,
    pub applicant: User,
    /// In their order, replaced ones included.
    pub documents: Vec<Document>,
    /// Of the case and its documents, oldest first.
    pub entries: Vec<Entry>,
    pub organization: Organization,
    names: Vec<(UserId, String)>,
}

impl Dossier {
    /// # Errors
    /// `NotFound` when the reviewer's organization has no such case.
    pub fn load(c: &mut Connection, reviewer: &Actor, id: &CaseId) -> Result<Self, AppError> {
        let found = store::with_applicant(c, &reviewer.organization, id)?;
        let (case, applicant) = found.ok_or(AppError::NotFound)?;
        let documents = documents::store::by_case(c, id)?;
        let mut entries = audit::for_target(c, &case.organization_id, Target(TARGET, id.as_str()))?;
        let ids: Vec<&str> = documents.iter().map(|document| document.id.as_str()).collect();
        entries.extend(audit::for_targets(c, &case.organization_id, "document", &ids)?);
        entries.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let names = store::names(c, case.claimed_by.iter().chain(&case.decided_by))?;
        let organization = organizations::by_id(c, &case.organization_id)?;
        Ok(Self { case, applicant, documents, entries, organization, names })
    }

    /// The documents that stand for a decision.
    pub fn current_documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|document| document.is_current())
    }

    /// The name of somebody who holds or decided the case.
    #[must_use]
    pub fn name_of(&self, user: &UserId) -> &str {
        self.names.iter().find(|(id, _)| id == user).map_or("A former colleague", |(_, name)| name)
    }

    /// Is personal data hidden from this reviewer?
    #[must_use]
    pub fn hides(&self, reviewer: &UserId, now: Timestamp) -> bool {
        masking::hides(&self.case, self.organization.mask_until_claimed, reviewer, now)
    }

    /// The applicant's name as this reviewer may see it.
    #[must_use]
    pub fn shown_name(&self, reviewer: &UserId, now: Timestamp) -> String {
        let name = self.applicant.name.as_str();
        if self.hides(reviewer, now) { masking::initials(name) } else { name.to_owned() }
    }
}
