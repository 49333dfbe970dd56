//! How cases look.

pub mod case;
mod claim;
pub mod decision;
mod history;
mod preview;
pub mod queue;
mod sheets;

use maud::Markup;

use super::model::CaseState;
use crate::documents::DocumentState;
use crate::ui::{Meaning, badge};

/// The state of a case in its word and colour.
#[must_use]
pub fn state(state: CaseState) -> Markup {
    let meaning = match state {
        CaseState::Waiting => Meaning::Warn,
        CaseState::Claimed | CaseState::ResubmissionAsked => Meaning::Info,
        CaseState::Approved => Meaning::Ok,
        CaseState::Rejected => Meaning::Bad,
    };
    badge(meaning, state.label())
}

/// The state of a document.
#[must_use]
pub fn document_state(state: DocumentState) -> Markup {
    let (meaning, word) = match state {
        DocumentState::Pending => (Meaning::Warn, "To check"),
        DocumentState::Approved => (Meaning::Ok, "Accepted"),
        DocumentState::Rejected => (Meaning::Bad, "Refused"),
        DocumentState::AskedAgain => (Meaning::Info, "Asked again"),
        DocumentState::Replaced => (Meaning::Neutral, "Replaced"),
    };
    badge(meaning, word)
}
