//! Letters about the erasure of an account.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::TemplateKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasureLetter {
    /// It will happen, unless somebody stops it.
    Scheduled {
        erase_at: Timestamp,
        /// Where it is stopped, after signing in.
        cancel_url: String,
    },
    /// It happened; the last mail of all.
    Done,
}

impl Matter for ErasureLetter {
    fn kind(&self) -> TemplateKind {
        match self {
            Self::Scheduled { .. } => TemplateKind::ErasureScheduled,
            Self::Done => TemplateKind::ErasureDone,
        }
    }

    fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Scheduled { erase_at, .. } => Some(*erase_at),
            Self::Done => None,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::Scheduled { erase_at, cancel_url } => {
                json!({ "erase_at": erase_at, "cancel_url": cancel_url })
            }
            Self::Done => json!({}),
        }
    }

    fn samples() -> Vec<Self> {
        vec![Self::Scheduled { erase_at: sample::later(), cancel_url: sample::page("account") }, Self::Done]
    }
}
