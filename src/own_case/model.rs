//! What an applicant sees of their case, and what they can do next.

use crate::accounts::{Status, User};
use crate::clock::Timestamp;
use crate::documents::inspect::{MAX_FILE_BYTES, MAX_FILES};
use crate::documents::{Document, DocumentId, DocumentState};
use crate::organizations::Organization;
use crate::verifications::declared;
use crate::verifications::{Case, CaseState};
use crate::web::upload::Parts;

/// The parts of what an applicant sends again.
#[derive(Debug)]
pub struct CaseParts;

/// Before the id of the document that a file replaces.
const REPLACES: &str = "document-";

impl Parts for CaseParts {
    const FIELDS: &'static [&'static str] =
        &[declared::KIND, declared::NUMBER, declared::COUNTRY, declared::EXPIRY];
    const MAX_FILES: usize = MAX_FILES;
    const MAX_FILE_BYTES: usize = MAX_FILE_BYTES;

    fn takes_file(name: &str) -> bool {
        name == "documents" || name.strip_prefix(REPLACES).is_some_and(|id| DocumentId::parse(id).is_some())
    }
}

/// The field for the file that replaces a document.
#[must_use]
pub(super) fn replaces(document: &DocumentId) -> String {
    format!("{REPLACES}{document}")
}

/// A case as its applicant sees it.
#[derive(Clone, Debug)]
pub struct OwnCase {
    pub user: User,
    pub organization: Organization,
    pub case: Case,
    /// In their order, without replaced ones.
    pub documents: Vec<Document>,
}

/// What the applicant can do.
#[derive(Clone, Debug)]
pub enum NextStep<'a> {
    /// It is with us, or it is over.
    Nothing,
    /// Send these again.
    Replace(Vec<&'a Document>),
    /// Submit anew, with new data and files.
    SubmitAnew,
}

impl OwnCase {
    #[must_use]
    pub fn next_step(&self) -> NextStep<'_> {
        match self.case.state {
            CaseState::ResubmissionAsked => NextStep::Replace(self.asked_again()),
            CaseState::Rejected if self.may_submit_anew() => NextStep::SubmitAnew,
            _ => NextStep::Nothing,
        }
    }

    fn may_submit_anew(&self) -> bool {
        self.organization.allow_resubmission && self.user.status == Status::Rejected
    }

    fn asked_again(&self) -> Vec<&Document> {
        self.documents.iter().filter(|document| document.state == DocumentState::AskedAgain).collect()
    }

    /// Where the case stands: an expired claim is none.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> CaseState {
        self.case.state_at(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_the_document_it_replaces_or_is_a_new_one() {
        let id = DocumentId::parse("0190a1b2-0000-7000-8000-000000000000").unwrap();
        assert!(CaseParts::takes_file(&replaces(&id)));
        assert!(CaseParts::takes_file("documents"));
        for other in ["document-", "document-1", "document", "email"] {
            assert!(!CaseParts::takes_file(other), "{other}");
        }
    }
}
