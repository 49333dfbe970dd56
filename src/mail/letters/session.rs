//! Letters about sessions.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::TemplateKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionLetter {
    /// Staff ended some.
    Ended {
        /// How many.
        count: i64,
        /// Why, in the words for the recipient; may be empty.
        reason: String,
        at: Timestamp,
        sign_in_url: String,
    },
}

impl Matter for SessionLetter {
    fn kind(&self) -> TemplateKind {
        let Self::Ended { .. } = self;
        TemplateKind::SessionRevoked
    }

    fn data(&self) -> Value {
        let Self::Ended { count, reason, at, sign_in_url } = self;
        json!({ "count": count, "reason": reason, "at": at, "sign_in_url": sign_in_url })
    }

    fn samples() -> Vec<Self> {
        let ended = |count, reason: &str| Self::Ended {
            count,
            reason: reason.to_owned(),
            at: sample::at(),
            sign_in_url: sample::page("login"),
        };
        vec![ended(1, ""), ended(3, "Your laptop was reported as lost.")]
    }
}
