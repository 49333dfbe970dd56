//! Letters about the safety of an account.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityLetter {
    /// Something that its recipient should look at.
    Alert {
        /// Low, medium, high or critical.
        severity: String,
        /// A few words; the subject carries them.
        title: String,
        /// Possibly of several lines; may be empty.
        message: String,
        /// Where something can be done about it.
        action_url: String,
        at: Timestamp,
    },
    /// Another factor to sign in with came or went.
    MfaChanged {
        /// A whole sentence, such as "An authenticator app was added."
        what: String,
        at: Timestamp,
        ip: Option<String>,
        /// Browser and system in words.
        device: String,
        account_url: String,
    },
}

impl Matter for SecurityLetter {
    fn kind(&self) -> TemplateKind {
        match self {
            Self::Alert { .. } => TemplateKind::SecurityAlert,
            Self::MfaChanged { .. } => TemplateKind::MfaChanged,
        }
    }

    fn priority(&self) -> Priority {
        match self {
            Self::Alert { .. } => Priority::High,
            Self::MfaChanged { .. } => Priority::Normal,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::Alert { severity, title, message, action_url, at } => json!({
                "severity": severity, "title": title, "message": message, "action_url": action_url, "at": at,
            }),
            Self::MfaChanged { what, at, ip, device, account_url } => json!({
                "what": what, "at": at, "ip": ip, "device": device, "account_url": account_url,
            }),
        }
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::Alert {
                severity: "high".to_owned(),
                title: "Many failed attempts to sign in".to_owned(),
                message: "In the last hour, 214 attempts to sign in to 96 accounts failed.\nMost came from one network.".to_owned(),
                action_url: sample::page("health"),
                at: sample::at(),
            },
            Self::MfaChanged {
                what: "An authenticator app was added.".to_owned(),
                at: sample::at(),
                ip: Some(sample::ip()),
                device: sample::device(),
                account_url: sample::page("account"),
            },
        ]
    }
}
