//! Why documents are not accepted: what colleagues call it, and what the applicant is told.

use crate::text_enum;

text_enum! {
    /// A reason against a document or a whole case.
    ReasonCode {
        Unreadable = "unreadable",
        Expired = "expired",
        WrongDocument = "wrong_document",
        DataMismatch = "data_mismatch",
        Incomplete = "incomplete",
        SuspectedForgery = "suspected_forgery",
        /// Said in the reviewer's own words only.
        Other = "other",
    }
}

impl ReasonCode {
    /// The name among colleagues.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Unreadable => "Not readable",
            Self::Expired => "Expired",
            Self::WrongDocument => "Another document than declared",
            Self::DataMismatch => "Data differs from what was declared",
            Self::Incomplete => "Pages or parts missing",
            Self::SuspectedForgery => "Suspected forgery",
            Self::Other => "Another reason",
        }
    }

    /// The finding in words for the applicant; empty where only the reviewer can tell.
    #[must_use]
    pub fn finding(self) -> &'static str {
        match self {
            Self::Unreadable => "The document cannot be read.",
            Self::Expired => "The document has expired.",
            Self::WrongDocument => "The document is not the one you named.",
            Self::DataMismatch => "The details on the document differ from those you gave.",
            Self::Incomplete => "A part of the document is missing.",
            Self::SuspectedForgery => "We could not confirm that the document is genuine.",
            Self::Other => "",
        }
    }

    /// What the applicant can do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "Send a sharp, well-lit picture that shows all four corners.",
            Self::Expired => "Send one that is still valid.",
            Self::WrongDocument => "Send the document that you named.",
            Self::DataMismatch => "Send a document that shows the details you gave.",
            Self::Incomplete => "Send every page, or both sides.",
            Self::SuspectedForgery => "Send a new picture of the original document.",
            Self::Other => "",
        }
    }

    /// The text for the applicant; the advice only where it can be followed.
    #[must_use]
    pub fn public_text(self, may_send_again: bool) -> String {
        match (self.finding(), self.advice()) {
            ("", _) => String::new(),
            (finding, advice) if may_send_again => format!("{finding} {advice}"),
            (finding, _) => finding.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_reason_leaves_the_words_to_the_reviewer() {
        for reason in ReasonCode::ALL {
            let silent = reason.public_text(true).is_empty();
            assert_eq!(silent, *reason == ReasonCode::Other, "{reason}");
        }
    }

    #[test]
    fn a_final_decision_advises_nothing() {
        assert_eq!(ReasonCode::Expired.public_text(false), "The document has expired.");
        assert_eq!(
            ReasonCode::Expired.public_text(true),
            "The document has expired. Send one that is still valid."
        );
    }
}
