//! What can be said by mail, as typed values. A [`Letter`] becomes the data of its template, in two parts:
//! what staff may see, and what only the recipient may ([`Letter::secret`]).

use chrono::{DateTime, TimeDelta};
use serde_json::{Map, Value, json};

use super::model::{Priority, TemplateKind};
use crate::clock::Timestamp;

/// What stands in place of everything secret that staff can see.
pub const MASK: &str = "••••";

/// How an approved applicant gets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    TemporaryPassword {
        password: String,
        expires_at: Timestamp,
    },
    /// A link that lets the recipient choose a password.
    ActivationLink {
        link: String,
        expires_at: Timestamp,
    },
    /// The password given at registration stays.
    KeepPassword,
}

/// A document that is needed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDocument {
    /// What it is, such as "Passport".
    pub name: String,
    /// What was wrong with it, in the words for the applicant; may be empty.
    pub reason: String,
}

/// One mail's message. Links are absolute addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    VerifyAddress {
        link: String,
        expires_at: Timestamp,
    },
    ExistingAccount {
        sign_in_url: String,
    },
    Approved {
        sign_in_url: String,
        credentials: Credentials,
    },
    Rejected {
        /// The public text, possibly of several lines.
        reason: String,
        /// Where the applicant may submit again; `None` when the decision is final.
        case_link: Option<String>,
    },
    Resubmission {
        documents: Vec<AskedDocument>,
        /// Further words for the applicant; may be empty.
        note: String,
        case_link: String,
    },
}

impl Letter {
    #[must_use]
    pub fn kind(&self) -> TemplateKind {
        match self {
            Self::VerifyAddress { .. } => TemplateKind::VerifyAddress,
            Self::ExistingAccount { .. } => TemplateKind::ExistingAccount,
            Self::Approved { .. } => TemplateKind::Approved,
            Self::Rejected { .. } => TemplateKind::Rejected,
            Self::Resubmission { .. } => TemplateKind::Resubmission,
        }
    }

    /// What lets somebody in goes first: they wait for it.
    #[must_use]
    pub fn priority(&self) -> Priority {
        match self {
            Self::VerifyAddress { .. } | Self::Approved { .. } => Priority::High,
            _ => Priority::Normal,
        }
    }

    /// From when on the mail would be of no use.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::VerifyAddress { expires_at, .. }
            | Self::Approved {
                credentials:
                    Credentials::TemporaryPassword { expires_at, .. }
                    | Credentials::ActivationLink { expires_at, .. },
                ..
            } => Some(*expires_at),
            _ => None,
        }
    }

    /// The part of the template's data that staff may see.
    #[must_use]
    pub fn data(&self) -> Value {
        match self {
            Self::VerifyAddress { expires_at, .. } => json!({ "expires_at": expires_at }),
            Self::ExistingAccount { sign_in_url } => json!({ "sign_in_url": sign_in_url }),
            Self::Approved { sign_in_url, credentials } => match credentials {
                Credentials::TemporaryPassword { expires_at, .. } => json!({
                    "credentials": "temporary_password", "sign_in_url": sign_in_url, "expires_at": expires_at,
                }),
                Credentials::ActivationLink { expires_at, .. } => {
                    json!({ "credentials": "activation_link", "expires_at": expires_at })
                }
                Credentials::KeepPassword => {
                    json!({ "credentials": "keep_password", "sign_in_url": sign_in_url })
                }
            },
            Self::Rejected { reason, case_link } => {
                json!({ "reason": reason, "may_submit_again": case_link.is_some() })
            }
            Self::Resubmission { documents, note, .. } => {
                let documents: Vec<Value> = documents
                    .iter()
                    .map(|document| json!({ "name": document.name, "reason": document.reason }))
                    .collect();
                json!({ "documents": documents, "note": note })
            }
        }
    }

    /// The part only the recipient may see: an object of texts, empty when nothing is secret.
    #[must_use]
    pub fn secret(&self) -> Value {
        match self {
            Self::VerifyAddress { link, .. } => json!({ "link": link }),
            Self::Approved { credentials: Credentials::TemporaryPassword { password, .. }, .. } => {
                json!({ "temporary_password": password })
            }
            Self::Approved { credentials: Credentials::ActivationLink { link, .. }, .. } => {
                json!({ "activation_link": link })
            }
            Self::Rejected { case_link: Some(link), .. } | Self::Resubmission { case_link: link, .. } => {
                json!({ "case_link": link })
            }
            _ => json!({}),
        }
    }

    /// One letter of every shape a template has, with data that tries its layout: what the start-up check and
    /// the template gallery render.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let expires_at = Timestamp::new(DateTime::UNIX_EPOCH).plus(TimeDelta::hours(499_674));
        let link = |path: &str| format!("https://desk.demo.test/{path}");
        let token = "q7Yx0vVbJ2mN5sK8tR1wZ4cF6hL9pD3aG0eU2iO5yT8";
        let approved = |credentials| Self::Approved { sign_in_url: link("login"), credentials };
        let passport = AskedDocument {
            name: "Passport".to_owned(),
            reason: "The lower edge is cut off: show all four corners.".to_owned(),
        };
        let address = AskedDocument { name: "Proof of address".to_owned(), reason: String::new() };
        let case_link = link("my-case");
        vec![
            Self::VerifyAddress { link: link(&format!("verify-email/{token}")), expires_at },
            Self::ExistingAccount { sign_in_url: link("login") },
            approved(Credentials::TemporaryPassword { password: "mK7!vQ2xTr9#Lp".to_owned(), expires_at }),
            approved(Credentials::ActivationLink { link: link(&format!("activate/{token}")), expires_at }),
            approved(Credentials::KeepPassword),
            Self::Rejected {
                reason: "The name on the document is not the name you gave.\nUse your name as the document has it.".to_owned(),
                case_link: Some(case_link.clone()),
            },
            Self::Rejected { reason: "The document is not yours.".to_owned(), case_link: None },
            Self::Resubmission {
                documents: vec![passport.clone(), address],
                note: "Photos taken by day are easiest to read.".to_owned(),
                case_link: case_link.clone(),
            },
            Self::Resubmission { documents: vec![passport], note: String::new(), case_link },
        ]
    }
}

/// What every template has besides its own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub organization_name: String,
    /// Empty when the name is not known.
    pub recipient_name: String,
    pub recipient_address: String,
}

impl Envelope {
    /// The data of a letter in this envelope, `secret` included: pass [`masked`] secrets for staff.
    #[must_use]
    pub fn around(&self, data: &Value, secret: &Value) -> Value {
        let mut all = Map::new();
        for part in [data, secret] {
            if let Value::Object(fields) = part {
                all.extend(fields.clone());
            }
        }
        for (name, text) in [
            ("organization_name", &self.organization_name),
            ("recipient_name", &self.recipient_name),
            ("recipient_address", &self.recipient_address),
        ] {
            all.insert(name.to_owned(), Value::String(text.clone()));
        }
        Value::Object(all)
    }
}

/// The same shape with every text replaced by [`MASK`].
#[must_use]
pub fn masked(secret: &Value) -> Value {
    match secret {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), masked(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(masked).collect()),
        _ => Value::String(MASK.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_sample_of_every_kind() {
        let kinds: Vec<_> = Letter::samples().iter().map(Letter::kind).collect();
        for kind in TemplateKind::ALL {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    #[test]
    fn nothing_secret_is_in_the_part_that_staff_sees() {
        for letter in Letter::samples() {
            let open = letter.data().to_string();
            let secret = letter.secret();
            for text in secret.as_object().unwrap().values().filter_map(Value::as_str) {
                assert!(!open.contains(text), "{open}");
                assert!(!masked(&secret).to_string().contains(text));
            }
        }
    }

    #[test]
    fn a_mask_keeps_the_shape() {
        let secret = json!({ "link": "https://x", "codes": ["123", 7], "deep": { "key": true } });
        let expected = json!({ "link": MASK, "codes": [MASK, MASK], "deep": { "key": MASK } });
        assert_eq!(masked(&secret), expected);
    }
}
