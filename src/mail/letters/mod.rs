//! What can be said by mail, as typed values. A [`Letter`] becomes the data of its template, in two parts:
//! what staff may see, and what only the recipient may ([`Letter::secret`]).
//!
//! Letters about a registration are told here; those about other nouns in a file each, as a `Matter`.

mod address;
mod api_key;
mod envelope;
mod erasure;
mod invitation;
mod matter;
mod password;
mod sample;
mod security;
mod session;
mod sign_in;

use serde_json::{Value, json};

pub use self::address::AddressLetter;
pub use self::api_key::ApiKeyLetter;
pub use self::envelope::{Envelope, MASK, masked};
pub use self::erasure::ErasureLetter;
pub use self::invitation::Invitation;
use self::matter::Matter;
pub use self::password::PasswordLetter;
pub use self::security::SecurityLetter;
pub use self::session::SessionLetter;
pub use self::sign_in::SignInLetter;
use super::model::{Priority, TemplateKind};
use crate::clock::Timestamp;

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
        /// Six digits that do what the link does, and until when; `None` where none was issued.
        code: Option<(String, Timestamp)>,
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
    Password(PasswordLetter),
    Address(AddressLetter),
    Invitation(Invitation),
    SignIn(SignInLetter),
    Security(SecurityLetter),
    Session(SessionLetter),
    ApiKey(ApiKeyLetter),
    Erasure(ErasureLetter),
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
            Self::Password(letter) => letter.kind(),
            Self::Address(letter) => letter.kind(),
            Self::Invitation(letter) => letter.kind(),
            Self::SignIn(letter) => letter.kind(),
            Self::Security(letter) => letter.kind(),
            Self::Session(letter) => letter.kind(),
            Self::ApiKey(letter) => letter.kind(),
            Self::Erasure(letter) => letter.kind(),
        }
    }

    /// What lets somebody in goes first: they wait for it.
    #[must_use]
    pub fn priority(&self) -> Priority {
        match self {
            Self::VerifyAddress { .. } | Self::Approved { .. } => Priority::High,
            Self::ExistingAccount { .. } | Self::Rejected { .. } | Self::Resubmission { .. } => {
                Priority::Normal
            }
            Self::Password(letter) => letter.priority(),
            Self::Address(letter) => letter.priority(),
            Self::Invitation(letter) => letter.priority(),
            Self::SignIn(letter) => letter.priority(),
            Self::Security(letter) => letter.priority(),
            Self::Session(letter) => letter.priority(),
            Self::ApiKey(letter) => letter.priority(),
            Self::Erasure(letter) => letter.priority(),
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
            Self::Approved { credentials: Credentials::KeepPassword, .. }
            | Self::ExistingAccount { .. }
            | Self::Rejected { .. }
            | Self::Resubmission { .. } => None,
            Self::Password(letter) => letter.expires_at(),
            Self::Address(letter) => letter.expires_at(),
            Self::Invitation(letter) => letter.expires_at(),
            Self::SignIn(letter) => letter.expires_at(),
            Self::Security(letter) => letter.expires_at(),
            Self::Session(letter) => letter.expires_at(),
            Self::ApiKey(letter) => letter.expires_at(),
            Self::Erasure(letter) => letter.expires_at(),
        }
    }

    /// The part of the template's data that staff may see.
    #[must_use]
    pub fn data(&self) -> Value {
        match self {
            Self::VerifyAddress { expires_at, code: None, .. } => json!({ "expires_at": expires_at }),
            Self::VerifyAddress { expires_at, code: Some((_, code_expires_at)), .. } => {
                json!({ "expires_at": expires_at, "code_expires_at": code_expires_at })
            }
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
            Self::Password(letter) => letter.data(),
            Self::Address(letter) => letter.data(),
            Self::Invitation(letter) => letter.data(),
            Self::SignIn(letter) => letter.data(),
            Self::Security(letter) => letter.data(),
            Self::Session(letter) => letter.data(),
            Self::ApiKey(letter) => letter.data(),
            Self::Erasure(letter) => letter.data(),
        }
    }

    /// The part only the recipient may see: an object of texts, empty when nothing is secret.
    #[must_use]
    pub fn secret(&self) -> Value {
        match self {
            Self::VerifyAddress { link, code: None, .. } => json!({ "link": link }),
            Self::VerifyAddress { link, code: Some((code, _)), .. } => json!({ "link": link, "code": code }),
            Self::Approved { credentials: Credentials::TemporaryPassword { password, .. }, .. } => {
                json!({ "temporary_password": password })
            }
            Self::Approved { credentials: Credentials::ActivationLink { link, .. }, .. } => {
                json!({ "activation_link": link })
            }
            Self::Rejected { case_link: Some(link), .. } | Self::Resubmission { case_link: link, .. } => {
                json!({ "case_link": link })
            }
            Self::Approved { credentials: Credentials::KeepPassword, .. }
            | Self::ExistingAccount { .. }
            | Self::Rejected { case_link: None, .. } => json!({}),
            Self::Password(letter) => letter.secret(),
            Self::Address(letter) => letter.secret(),
            Self::Invitation(letter) => letter.secret(),
            Self::SignIn(letter) => letter.secret(),
            Self::Security(letter) => letter.secret(),
            Self::Session(letter) => letter.secret(),
            Self::ApiKey(letter) => letter.secret(),
            Self::Erasure(letter) => letter.secret(),
        }
    }

    /// One letter of every shape a template has, with data that tries its layout: what the start-up check and
    /// the template gallery render.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let mut samples = Self::of_registration();
        samples.extend(PasswordLetter::samples().into_iter().map(Self::Password));
        samples.extend(AddressLetter::samples().into_iter().map(Self::Address));
        samples.extend(Invitation::samples().into_iter().map(Self::Invitation));
        samples.extend(SignInLetter::samples().into_iter().map(Self::SignIn));
        samples.extend(SecurityLetter::samples().into_iter().map(Self::Security));
        samples.extend(SessionLetter::samples().into_iter().map(Self::Session));
        samples.extend(ApiKeyLetter::samples().into_iter().map(Self::ApiKey));
        samples.extend(ErasureLetter::samples().into_iter().map(Self::Erasure));
        samples
    }

    /// The first of the samples of a kind; every kind has one.
    #[must_use]
    pub fn sample(kind: TemplateKind) -> Option<Self> {
        Self::samples().into_iter().find(|letter| letter.kind() == kind)
    }

    fn of_registration() -> Vec<Self> {
        let expires_at = sample::later();
        let approved = |credentials| Self::Approved { sign_in_url: sample::page("login"), credentials };
        let verify = |code| Self::VerifyAddress { link: sample::link("verify-email"), expires_at, code };
        let passport = AskedDocument {
            name: "Passport".to_owned(),
            reason: "The lower edge is cut off: show all four corners.".to_owned(),
        };
        let address = AskedDocument { name: "Proof of address".to_owned(), reason: String::new() };
        let case_link = sample::page("my-case");
        vec![
            verify(None),
            verify(Some(("482913".to_owned(), sample::soon()))),
            Self::ExistingAccount { sign_in_url: sample::page("login") },
            approved(Credentials::TemporaryPassword { password: "mK7!vQ2xTr9#Lp".to_owned(), expires_at }),
            approved(Credentials::ActivationLink { link: sample::link("activate"), expires_at }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_sample_of_every_kind() {
        for kind in TemplateKind::ALL {
            assert_eq!(Letter::sample(*kind).map(|letter| letter.kind()), Some(*kind));
        }
    }

    #[test]
    fn security_mail_with_a_link_of_its_own_goes_first() {
        for letter in Letter::samples() {
            let kind = letter.kind();
            let has_secret = !letter.secret().as_object().unwrap().is_empty();
            if kind.is_security() && has_secret {
                assert_eq!(letter.priority(), Priority::High, "{kind}");
            }
        }
    }

    #[test]
    fn nothing_with_a_secret_and_no_warning_may_be_muted() {
        for letter in Letter::samples() {
            let kind = letter.kind();
            if kind.is_security() || !letter.secret().as_object().unwrap().is_empty() {
                assert!(!kind.may_be_muted(), "{kind}");
            }
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
}
