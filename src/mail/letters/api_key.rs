//! Letters about API keys.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::TemplateKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyLetter {
    /// A new key took the place of an old one.
    Rotated {
        name: String,
        /// How the new key begins; the rest of it is nowhere in the mail.
        prefix: String,
        /// Until when the old key works.
        old_until: Timestamp,
        account_url: String,
    },
}

impl Matter for ApiKeyLetter {
    fn kind(&self) -> TemplateKind {
        let Self::Rotated { .. } = self;
        TemplateKind::ApiKeyRotation
    }

    fn data(&self) -> Value {
        let Self::Rotated { name, prefix, old_until, account_url } = self;
        json!({ "name": name, "prefix": prefix, "old_until": old_until, "account_url": account_url })
    }

    fn samples() -> Vec<Self> {
        vec![Self::Rotated {
            name: "Nightly import".to_owned(),
            prefix: "fd_7hq2m".to_owned(),
            old_until: sample::later(),
            account_url: sample::page("account"),
        }]
    }
}
