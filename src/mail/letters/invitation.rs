//! The letter that invites somebody to open an account.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The name of who invites.
    pub inviter: String,
    /// The role as people read it.
    pub role: String,
    pub link: String,
    pub expires_at: Timestamp,
}

impl Matter for Invitation {
    fn kind(&self) -> TemplateKind {
        TemplateKind::Invitation
    }

    fn priority(&self) -> Priority {
        Priority::High
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }

    fn data(&self) -> Value {
        json!({ "inviter": self.inviter, "role": self.role, "expires_at": self.expires_at })
    }

    fn secret(&self) -> Value {
        json!({ "link": self.link })
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            inviter: "Florence Nightingale".to_owned(),
            role: "Reviewer".to_owned(),
            link: sample::link("invites"),
            expires_at: sample::later(),
        }]
    }
}
