//! How invites look.

pub mod accept;
pub mod batch;
pub mod list;
pub mod one;

use maud::Markup;

use super::model::{State, Verdict};
use crate::ui::{Meaning, badge};

/// A state as a badge.
fn state(state: State) -> Markup {
    let meaning = match state {
        State::Open => Meaning::Info,
        State::Accepted => Meaning::Ok,
        State::Expired => Meaning::Warn,
        State::Revoked => Meaning::Neutral,
    };
    badge(meaning, state.label())
}

/// What happens to a row of a file, as a badge.
fn verdict(verdict: Verdict) -> Markup {
    let meaning = match verdict {
        Verdict::Ready => Meaning::Info,
        Verdict::Invited => Meaning::Ok,
        Verdict::HasAccount | Verdict::AlreadyInvited | Verdict::Duplicate => Meaning::Neutral,
        Verdict::BadAddress
        | Verdict::BadName
        | Verdict::UnknownRole
        | Verdict::MayNotGive
        | Verdict::WrongColumns => Meaning::Bad,
    };
    badge(meaning, verdict.label())
}
