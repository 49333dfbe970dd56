//! The decision form as it was filled in: kept as typed, so that a refused form loses nothing.

use super::decision::{Decision, Finding, Verdict, tidy_message};
use super::reasons::ReasonCode;
use crate::documents::{Document, DocumentId, DocumentState};
use crate::error::FieldError;

/// What was typed and chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    fields: Vec<(String, String)>,
}

/// The name of the field that judges a document.
#[must_use]
pub fn verdict_field(document: &DocumentId) -> String {
    format!("document-{document}")
}

/// The name of the field with the reason against a document.
#[must_use]
pub fn reason_field(document: &DocumentId) -> String {
    format!("reason-{document}")
}

impl Draft {
    #[must_use]
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// The text of a field, empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        Verdict::parse(self.get("decision"))
    }

    #[must_use]
    pub fn reason(&self) -> Option<ReasonCode> {
        ReasonCode::parse(self.get("reason_code"))
    }

    /// The version of the case it was made for; what is no number belongs to none.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or_default()
    }

    #[must_use]
    pub fn message(&self) -> Option<String> {
        tidy_message(self.get("message"))
    }

    fn finding(&self, document: &DocumentId) -> Option<Finding> {
        let verdict = Verdict::parse(self.get(&verdict_field(document)))?;
        let reason = ReasonCode::parse(self.get(&reason_field(document)));
        Some(Finding { document: document.clone(), verdict, reason })
    }

    /// Puts the reason's own words into the message, unless the reviewer wrote something else there.
    pub fn word_the_reason(&mut self, may_send_again: bool) {
        let untouched = self.message().is_none_or(|text| {
            ReasonCode::ALL.iter().any(|one| text == one.public_text(true) || text == one.public_text(false))
        });
        if self.verdict() == Some(Verdict::Reject) && untouched {
            let words = self.reason().map(|reason| reason.public_text(may_send_again)).unwrap_or_default();
            self.set("message", &words);
        }
    }

    /// The decision that was sent, as far as the form alone can tell.
    ///
    /// # Errors
    /// What has to be chosen still.
    pub fn decision(&self, documents: &[Document]) -> Result<Decision, Vec<FieldError>> {
        let Some(verdict) = self.verdict() else {
            return Err(vec![FieldError::new("decision", "Choose what you decide.")]);
        };
        let findings: Vec<Finding> =
            documents.iter().filter_map(|document| self.finding(&document.id)).collect();
        let pending = documents.iter().filter(|document| document.state == DocumentState::Pending).count();
        let none_named = findings.iter().all(|finding| finding.verdict != Verdict::Resubmit);
        // One document needs no naming; of several the form does not guess.
        if verdict == Verdict::Resubmit && none_named && pending > 1 {
            return Err(vec![FieldError::new("documents", "Choose which documents to ask for again.")]);
        }
        Ok(Decision {
            verdict,
            reason: self.reason(),
            message: self.message(),
            findings,
            version: self.version(),
        })
    }
}
