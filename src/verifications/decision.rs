//! What a reviewer decides, and what follows from it for each document.
//!
//! A document that nothing was said about follows the case: approved with it, rejected with it, and when
//! something is asked for again either that too (nothing was named) or left as it is.

use std::collections::BTreeSet;

use super::model::{CaseState, Refusal};
use super::reasons::ReasonCode;
use crate::documents::{Document, DocumentId, DocumentState};
use crate::error::FieldError;
use crate::text_enum;

text_enum! {
    /// A judgement on a document or on the whole case.
    Verdict {
        Approve = "approve",
        Reject = "reject",
        /// The applicant is to send it again.
        Resubmit = "resubmit",
    }
}

impl Verdict {
    /// The state a case comes to by it.
    #[must_use]
    pub fn state(self) -> CaseState {
        match self {
            Self::Approve => CaseState::Approved,
            Self::Reject => CaseState::Rejected,
            Self::Resubmit => CaseState::ResubmissionAsked,
        }
    }

    fn document_state(self) -> DocumentState {
        match self {
            Self::Approve => DocumentState::Approved,
            Self::Reject => DocumentState::Rejected,
            Self::Resubmit => DocumentState::AskedAgain,
        }
    }
}

/// The longest message to an applicant, in characters.
pub const MAX_MESSAGE: usize = 2_000;

/// What was found about one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub document: DocumentId,
    pub verdict: Verdict,
    pub reason: Option<ReasonCode>,
}

/// A decision as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub reason: Option<ReasonCode>,
    /// The reviewer's own words for the applicant, instead of (a rejection) or beside the reason's.
    pub message: Option<String>,
    pub findings: Vec<Finding>,
    /// The version of the case it was made for.
    pub version: i64,
}

/// A document's new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub document: DocumentId,
    pub state: DocumentState,
    pub reason: Option<ReasonCode>,
}

/// What a decision comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    pub reason: Option<ReasonCode>,
    pub message: Option<String>,
    pub rulings: Vec<Ruling>,
}

impl Outcome {
    #[must_use]
    pub fn state(&self) -> CaseState {
        self.verdict.state()
    }

    /// What the applicant is told beside single documents; `None` when an approval says it all.
    #[must_use]
    pub fn public_text(&self, may_send_again: bool) -> Option<String> {
        match self.verdict {
            Verdict::Approve => None,
            Verdict::Resubmit => self.message.clone(),
            Verdict::Reject => self.message.clone().or_else(|| {
                self.reason.map(|reason| reason.public_text(may_send_again)).filter(|text| !text.is_empty())
            }),
        }
    }
}

/// Line ends of one kind, no space around; nothing left is no message.
#[must_use]
pub fn tidy_message(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl Decision {
    /// What it comes to for these documents.
    pub(super) fn judge(&self, documents: &[Document]) -> Result<Outcome, Refusal> {
        let current: Vec<&Document> = documents.iter().filter(|document| document.is_current()).collect();
        if current.is_empty() && self.verdict != Verdict::Reject {
            return Err(Refusal::NoDocuments);
        }
        let mut errors = self.complaints(&current);
        let rulings: Vec<Ruling> = current.iter().filter_map(|document| self.rule(document)).collect();
        if errors.is_empty() {
            errors = self.missing(&rulings);
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let (reason, message) = match self.verdict {
            Verdict::Approve => (None, None),
            Verdict::Reject => (self.reason.or(Some(ReasonCode::Other)), self.message.clone()),
            Verdict::Resubmit => (self.reason, self.message.clone()),
        };
        Ok(Outcome { verdict: self.verdict, reason, message, rulings })
    }

    /// What contradicts itself or names what is not there.
    fn complaints(&self, current: &[&Document]) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut complain = |sentence: &str| errors.push(FieldError::new("documents", sentence));
        let mut seen = BTreeSet::new();
        for finding in &self.findings {
            if !seen.insert(&finding.document) {
                complain("Say one thing about each document.");
            }
            if !current.iter().any(|document| document.id == finding.document) {
                complain("A document is not part of this case any more. Look at the documents again.");
            }
        }
        let says = |verdict| self.findings.iter().any(|finding| finding.verdict == verdict);
        if self.verdict == Verdict::Approve && (says(Verdict::Reject) || says(Verdict::Resubmit)) {
            complain("Not every document is accepted: reject the case, or ask for documents again.");
        }
        if self.verdict == Verdict::Reject && says(Verdict::Resubmit) {
            complain("A document is asked for again: ask again for the case too, or refuse the document.");
        }
        if self.message.as_ref().is_some_and(|text| text.chars().count() > MAX_MESSAGE) {
            errors.push(FieldError::new("message", "Keep the message under 2,000 characters."));
        }
        errors
    }

    /// What the applicant would have to be told and is not.
    fn missing(&self, rulings: &[Ruling]) -> Vec<FieldError> {
        let told = self.message.is_some();
        let unexplained = |reason: Option<ReasonCode>| matches!(reason, None | Some(ReasonCode::Other));
        match self.verdict {
            Verdict::Reject if !told && self.reason == Some(ReasonCode::Other) => {
                vec![FieldError::new("message", "Write the reason: the applicant is told nothing else.")]
            }
            Verdict::Reject if !told && self.reason.is_none() => {
                vec![FieldError::new("reason_code", "Choose a reason, or write one in the message.")]
            }
            Verdict::Approve | Verdict::Reject => Vec::new(),
            Verdict::Resubmit => {
                let mut asked =
                    rulings.iter().filter(|one| one.state == DocumentState::AskedAgain).peekable();
                if asked.peek().is_none() {
                    vec![FieldError::new("documents", "Choose a document to ask for again.")]
                } else if !told && asked.any(|one| unexplained(one.reason)) {
                    vec![FieldError::new("reason_code", "Choose a reason, or write one in the message.")]
                } else {
                    Vec::new()
                }
            }
        }
    }

    fn rule(&self, document: &Document) -> Option<Ruling> {
        let found = self.findings.iter().find(|finding| finding.document == document.id);
        let verdict = match found {
            Some(finding) => finding.verdict,
            None if self.verdict != Verdict::Resubmit => self.verdict,
            // Nothing was named: all that waits for a judgement is asked for again.
            None if self.names_none() && document.state == DocumentState::Pending => Verdict::Resubmit,
            None => return None,
        };
        let reason = match verdict {
            Verdict::Approve => None,
            _ => found.and_then(|finding| finding.reason).or(self.reason),
        };
        Some(Ruling { document: document.id.clone(), state: verdict.document_state(), reason })
    }

    fn names_none(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Resubmit)
    }
}

#[cfg(test)]
mod tests;
