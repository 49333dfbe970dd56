//! How people look to staff.

pub mod deed;
mod history;
pub mod list;
pub mod person;

use maud::{Markup, html};

use super::model::Person;
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::ui::{Meaning, badge};

/// The status of a person in a word, with what else keeps them out.
#[must_use]
pub fn status(person: &Person, now: Timestamp) -> Markup {
    let meaning = match person.status {
        Status::Active => Meaning::Ok,
        Status::Pending => Meaning::Warn,
        Status::Suspended | Status::Banned => Meaning::Bad,
        Status::Rejected => Meaning::Neutral,
    };
    html! {
        @if person.erased_at.is_some() {
            (badge(Meaning::Neutral, "Erased"))
        } @else {
            (badge(meaning, person.status.label()))
            @if person.is_locked(now) { " " (badge(Meaning::Warn, "Locked")) }
        }
    }
}
