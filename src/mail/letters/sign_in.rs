//! Letters about signing in.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInLetter {
    /// Too many attempts failed, and no more are taken for a while.
    Locked {
        /// How many failed.
        failures: i64,
        /// When it unlocks by itself.
        until: Timestamp,
        /// Unlocks it before that.
        unlock_link: String,
    },
    /// The first sign-in from a device.
    NewDevice {
        at: Timestamp,
        ip: Option<String>,
        /// Browser and system in words.
        device: String,
        /// Ends every session of the recipient.
        end_link: String,
    },
}

impl Matter for SignInLetter {
    fn kind(&self) -> TemplateKind {
        match self {
            Self::Locked { .. } => TemplateKind::AccountLocked,
            Self::NewDevice { .. } => TemplateKind::NewDevice,
        }
    }

    fn priority(&self) -> Priority {
        Priority::High
    }

    fn data(&self) -> Value {
        match self {
            Self::Locked { failures, until, .. } => json!({ "failures": failures, "until": until }),
            Self::NewDevice { at, ip, device, .. } => json!({ "at": at, "ip": ip, "device": device }),
        }
    }

    fn secret(&self) -> Value {
        match self {
            Self::Locked { unlock_link, .. } => json!({ "unlock_link": unlock_link }),
            Self::NewDevice { end_link, .. } => json!({ "end_link": end_link }),
        }
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::Locked { failures: 5, until: sample::soon(), unlock_link: sample::link("unlock") },
            Self::NewDevice {
                at: sample::at(),
                ip: Some(sample::ip()),
                device: sample::device(),
                end_link: sample::link("end-sessions"),
            },
        ]
    }
}
