//! Cases as JSON.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::UserId;
use crate::audit::Entry;
use crate::clock::Timestamp;
use crate::documents::{CaseId, Document, DocumentId};
use crate::verifications::decision::{Decision, Finding, Verdict, tidy_message};
use crate::verifications::dossier::Dossier;
use crate::verifications::masking;
use crate::verifications::model::{Case, CaseState};
use crate::verifications::reasons::ReasonCode;

/// A verification case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseBody {
    #[schema(value_type = String)]
    id: CaseId,
    /// `waiting`, `claimed`, `approved`, `rejected` or `resubmission_asked`. An expired claim counts as waiting.
    #[schema(value_type = String, example = "waiting")]
    state: CaseState,
    applicant: ApplicantBody,
    declared: DeclaredBody,
    documents: Vec<DocumentBody>,
    /// The reviewer who holds it.
    #[schema(value_type = Option<String>)]
    claimed_by: Option<UserId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    claim_expires_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    submitted_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    #[schema(value_type = Option<String>)]
    decided_by: Option<UserId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    reason_code: Option<String>,
    /// What the applicant was told.
    message: Option<String>,
    /// Sent back with a decision, which is refused as `stale` when the case has changed meanwhile.
    version: i64,
    timeline: Vec<EventBody>,
}

/// Who applies. Before the case is claimed the name is initials and the rest hidden, where the organization
/// wants it so.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicantBody {
    #[schema(value_type = String)]
    id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// Is this only what may be seen before a claim?
    masked: bool,
}

/// What the applicant says the documents show.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclaredBody {
    #[schema(example = "passport")]
    kind: &'static str,
    /// Hidden with the name.
    number: Option<String>,
    #[schema(example = "DE")]
    country: Option<&'static str>,
    #[schema(value_type = Option<String>, format = Date)]
    expiry: Option<NaiveDate>,
}

/// A document of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentBody {
    #[schema(value_type = String)]
    id: DocumentId,
    #[schema(example = "passport")]
    kind: &'static str,
    /// `pending`, `approved`, `rejected`, `asked_again` or `replaced`.
    #[schema(example = "pending")]
    state: &'static str,
    #[schema(example = "image/jpeg")]
    content_type: &'static str,
    /// Bytes of the file as it was sent.
    size: i64,
    reason_code: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(example = "verification.claimed")]
    action: String,
    #[schema(value_type = Option<String>)]
    actor_id: Option<String>,
    /// The person's name, or the API key's; nobody's for what the application did by itself.
    actor: Option<String>,
    reason: Option<String>,
}

/// A page of cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct CasePage {
    pub items: Vec<CaseBody>,
    /// For `cursor`, when there is more.
    pub next_cursor: Option<String>,
}

/// Where a case is told from.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    pub case: &'a Case,
    pub name: &'a str,
    pub email: &'a str,
    pub documents: &'a [&'a Document],
    pub entries: &'a [&'a Entry],
    /// Is personal data hidden from the one who asks?
    pub hidden: bool,
    pub now: Timestamp,
}

impl CaseBody {
    /// The case as `reviewer` may see it at `now`.
    #[must_use]
    pub fn of(dossier: &Dossier, reviewer: &UserId, now: Timestamp) -> Self {
        let documents: Vec<&Document> = dossier.documents.iter().collect();
        let entries: Vec<&Entry> = dossier.entries.iter().collect();
        Self::tell(Telling {
            case: &dossier.case,
            name: dossier.applicant.name.as_str(),
            email: dossier.applicant.email.as_str(),
            documents: &documents,
            entries: &entries,
            hidden: dossier.hides(reviewer, now),
            now,
        })
    }

    #[must_use]
    pub fn tell(from: Telling<'_>) -> Self {
        let Telling { case, name, email, hidden, now, .. } = from;
        let holder = case.holder(now);
        let number = case.declared_number.as_ref().filter(|_| !hidden);
        Self {
            id: case.id.clone(),
            state: case.state_at(now),
            applicant: ApplicantBody {
                id: case.applicant_id.clone(),
                name: if hidden { masking::initials(name) } else { name.to_owned() },
                email: if hidden { masking::masked_email(email) } else { email.to_owned() },
                masked: hidden,
            },
            declared: DeclaredBody {
                kind: case.declared_kind.as_str(),
                number: number.map(ToString::to_string),
                country: case.declared_country.map(|country| country.code()),
                expiry: case.declared_expiry,
            },
            documents: from.documents.iter().map(|document| DocumentBody::of(document)).collect(),
            claimed_by: holder.map(|(by, _)| by.clone()),
            claim_expires_at: holder.map(|(_, until)| until),
            submitted_at: case.submitted_at,
            due_at: case.due_at,
            decided_by: case.decided_by.clone(),
            decided_at: case.decided_at,
            reason_code: case.reason_code.clone(),
            message: case.message.clone(),
            version: case.version,
            timeline: from.entries.iter().map(|entry| EventBody::of(entry, case, hidden)).collect(),
        }
    }
}

impl DocumentBody {
    fn of(document: &Document) -> Self {
        Self {
            id: document.id.clone(),
            kind: document.kind.as_str(),
            state: document.state.as_str(),
            content_type: document.content_type.as_str(),
            size: document.size,
            reason_code: document.reason_code.clone(),
        }
    }
}

impl EventBody {
    fn of(entry: &Entry, case: &Case, hidden: bool) -> Self {
        let by_applicant = entry.actor_id.as_deref() == Some(case.applicant_id.as_str());
        let named = matches!(entry.actor_kind.as_str(), "user" | "api_key") && !(hidden && by_applicant);
        Self {
            at: entry.at,
            action: entry.action.clone(),
            actor_id: entry.actor_id.clone(),
            actor: named.then(|| entry.actor_name.clone()),
            reason: entry.reason.clone(),
        }
    }
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// `approve`, `reject` or `resubmit` (ask for documents again).
    #[schema(value_type = String, example = "approve")]
    decision: Verdict,
    /// Needed for `reject` and `resubmit` unless `message` says why.
    #[schema(value_type = Option<String>, example = "unreadable")]
    reason_code: Option<ReasonCode>,
    /// For the applicant, instead of the reason's own words.
    #[schema(max_length = 2000)]
    message: Option<String>,
    /// What was found about single documents; the others follow the decision.
    documents: Option<Vec<FindingBody>>,
    /// The version of the case that was looked at.
    version: i64,
}

/// What was found about one document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingBody {
    #[schema(value_type = String)]
    id: DocumentId,
    /// `approve`, `reject` or `resubmit`.
    #[schema(value_type = String, example = "resubmit")]
    decision: Verdict,
    #[schema(value_type = Option<String>, example = "unreadable")]
    reason_code: Option<ReasonCode>,
}

impl From<DecisionBody> for Decision {
    fn from(body: DecisionBody) -> Self {
        let finding =
            |one: FindingBody| Finding { document: one.id, verdict: one.decision, reason: one.reason_code };
        Self {
            verdict: body.decision,
            reason: body.reason_code,
            message: body.message.as_deref().and_then(tidy_message),
            findings: body.documents.into_iter().flatten().map(finding).collect(),
            version: body.version,
        }
    }
}
