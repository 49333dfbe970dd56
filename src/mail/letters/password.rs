//! Letters about a password.

use serde_json::{Value, json};

use super::matter::Matter;
use super::sample;
use crate::clock::Timestamp;
use crate::mail::model::{Priority, TemplateKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordLetter {
    /// A link that lets the recipient choose a new one.
    Reset {
        link: String,
        expires_at: Timestamp,
        /// An administrator asked for it, rather than somebody at the sign-in page.
        by_staff: bool,
    },
    /// It was changed just now.
    Changed {
        at: Timestamp,
        ip: Option<String>,
        /// Browser and system in words.
        device: String,
        /// Where a new one is asked for, should it have been somebody else.
        reset_url: String,
    },
}

impl Matter for PasswordLetter {
    fn kind(&self) -> TemplateKind {
        match self {
            Self::Reset { .. } => TemplateKind::PasswordReset,
            Self::Changed { .. } => TemplateKind::PasswordChanged,
        }
    }

    fn priority(&self) -> Priority {
        match self {
            Self::Reset { .. } => Priority::High,
            Self::Changed { .. } => Priority::Normal,
        }
    }

    fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Reset { expires_at, .. } => Some(*expires_at),
            Self::Changed { .. } => None,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::Reset { expires_at, by_staff, .. } => {
                json!({ "expires_at": expires_at, "by_staff": by_staff })
            }
            Self::Changed { at, ip, device, reset_url } => {
                json!({ "at": at, "ip": ip, "device": device, "reset_url": reset_url })
            }
        }
    }

    fn secret(&self) -> Value {
        match self {
            Self::Reset { link, .. } => json!({ "link": link }),
            Self::Changed { .. } => json!({}),
        }
    }

    fn samples() -> Vec<Self> {
        let reset = |by_staff| Self::Reset {
            link: sample::link("reset-password"),
            expires_at: sample::later(),
            by_staff,
        };
        let changed = |ip| Self::Changed {
            at: sample::at(),
            ip,
            device: sample::device(),
            reset_url: sample::page("forgot-password"),
        };
        vec![reset(false), reset(true), changed(Some(sample::ip())), changed(None)]
    }
}
