//! Letters about a change of address. The one of a registration is [`super::Letter::VerifyAddress`].

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressLetter {
    /// To the new address of an account that has another one until this is confirmed.
    Confirm { link: String, expires_at: Timestamp },
    /// To the old address: the account has a new one now.
    Changed {
        new_address: String,
        at: Timestamp,
        /// Gives the account its old address back.
        undo_link: String,
        undo_until: Timestamp,
    },
}

impl Matter for AddressLetter {
    fn kind(&self) -> TemplateKind {
        match self {
            Self::Confirm { .. } => TemplateKind::ConfirmNewAddress,
            Self::Changed { .. } => TemplateKind::AddressChanged,
        }
    }

    fn priority(&self) -> Priority {
        Priority::High
    }

    fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Confirm { expires_at, .. } => Some(*expires_at),
            // Even when it is too late to undo, its owner should know.
            Self::Changed { .. } => None,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::Confirm { expires_at, .. } => json!({ "expires_at": expires_at }),
            Self::Changed { new_address, at, undo_until, .. } => {
                json!({ "new_address": new_address, "at": at, "undo_until": undo_until })
            }
        }
    }

    fn secret(&self) -> Value {
        match self {
            Self::Confirm { link, .. } => json!({ "link": link }),
            Self::Changed { undo_link, .. } => json!({ "undo_link": undo_link }),
        }
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::Confirm { link: sample::link("confirm-address"), expires_at: sample::later() },
            Self::Changed {
                new_address: "ada.lovelace@letters.test".to_owned(),
                at: sample::at(),
                undo_link: sample::link("undo-address"),
                undo_until: sample::at().plus(TimeDelta::hours(72)),
            },
        ]
    }
}
