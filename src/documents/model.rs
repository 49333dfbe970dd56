//! A document as its row: what it is said to be, where it stands, and how to open its files.

use diesel::prelude::*;

use super::files::StoredName;
use super::{ContentType, FileName};
use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::documents;
use crate::{id_type, text_enum};

id_type!(
    /// A document of an applicant.
    DocumentId
);

id_type!(
    /// The verification case that documents belong to.
    CaseId
);

text_enum! {
    /// What the applicant says a document is.
    DocumentKind {
        Passport = "passport",
        NationalId = "national_id",
        DrivingLicence = "driving_licence",
        ResidencePermit = "residence_permit",
        StudentCard = "student_card",
        ProofOfAddress = "proof_of_address",
        Other = "other",
    }
}

impl DocumentKind {
    /// The kind in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::NationalId => "National identity card",
            Self::DrivingLicence => "Driving licence",
            Self::ResidencePermit => "Residence permit",
            Self::StudentCard => "Student card",
            Self::ProofOfAddress => "Proof of address",
            Self::Other => "Other document",
        }
    }
}

text_enum! {
    /// Where a document stands in the review.
    DocumentState {
        /// Not decided yet.
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        /// The applicant is to send it again.
        AskedAgain = "asked_again",
        /// The applicant sent another one in its place.
        Replaced = "replaced",
    }
}

/// A document as kept. Its files are two: the original, as evidence, and what is shown of a picture.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = documents, check_for_backend(MultiBackend))]
pub struct Document {
    pub id: DocumentId,
    pub organization_id: OrganizationId,
    pub case_id: CaseId,
    pub user_id: UserId,
    pub kind: DocumentKind,
    pub state: DocumentState,
    /// The place among the documents of the case, from 0; one that replaces another takes its place.
    pub position: i64,
    pub file_name: FileName,
    pub content_type: ContentType,
    /// Of the original, in bytes.
    pub size: i64,
    pub pages: Option<i64>,
    /// Of the original, hexadecimal.
    pub sha256: String,
    pub original_file: StoredName,
    /// Absent when the original itself is shown.
    pub rendition_file: Option<StoredName>,
    pub rendition_type: Option<ContentType>,
    /// The key of both files, sealed for this row (see [`Document::key_context`]).
    pub sealed_key: String,
    pub reason_code: Option<String>,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl Document {
    /// What the key of a document's files is sealed with, so that it opens for this row only.
    #[must_use]
    pub fn key_context(id: &DocumentId) -> &[u8] {
        id.as_str().as_bytes()
    }

    /// The file to show, and its type: the rendition where there is one.
    #[must_use]
    pub fn shown(&self) -> (&StoredName, ContentType) {
        match (&self.rendition_file, self.rendition_type) {
            (Some(file), Some(kind)) => (file, kind),
            _ => (&self.original_file, self.content_type),
        }
    }

    /// Was its applicant erased? Its key is gone, and its files with it or soon.
    #[must_use]
    pub fn is_purged(&self) -> bool {
        self.sealed_key.is_empty()
    }

    /// Is it part of what the applicant hands in now?
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.state != DocumentState::Replaced
    }
}
