//! The rows of mail, as they are kept.

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::{captured_messages, email_attempts, emails};
use crate::mail::address::{DisplayName, EmailAddress, Party};
use crate::mail::model::{AttemptId, EmailId, EmailStatus, Language, Outcome, Priority, TemplateKind};

/// A mail: what it says is frozen, where it is moves.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = emails, check_for_backend(MultiBackend))]
pub struct Email {
    pub id: EmailId,
    pub organization_id: OrganizationId,
    pub user_id: Option<UserId>,
    pub kind: TemplateKind,
    pub language: Language,
    pub priority: Priority,
    pub status: EmailStatus,
    pub sender: EmailAddress,
    pub sender_name: Option<DisplayName>,
    pub recipient: EmailAddress,
    pub recipient_name: Option<DisplayName>,
    /// With everything secret masked.
    pub subject: String,
    pub message_id: String,
    /// JSON array of `[name, value]`.
    pub headers: String,
    /// JSON object: the template's data with everything secret masked.
    pub data: String,
    pub sealed_secret: Option<String>,
    pub idempotency_key: Option<String>,
    pub fingerprint: String,
    pub not_before: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub next_attempt_at: Option<Timestamp>,
    pub tries: i64,
    pub claim_id: Option<AttemptId>,
    pub lease_until: Option<Timestamp>,
    pub transmission_began_at: Option<Timestamp>,
    pub provider: Option<String>,
    pub provider_message_id: Option<String>,
    pub last_reply: Option<String>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// Stands for the address of a person who was erased.
pub const ERASED: &str = "erased@erased.invalid";

impl Email {
    /// Was its recipient erased, and what it said with them?
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.recipient.as_str() == ERASED
    }

    #[must_use]
    pub fn sender(&self) -> Party {
        Party { name: self.sender_name.clone(), address: self.sender.clone() }
    }

    #[must_use]
    pub fn recipient(&self) -> Party {
        Party { name: self.recipient_name.clone(), address: self.recipient.clone() }
    }
}

/// One try to hand a mail to a provider.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = email_attempts, check_for_backend(MultiBackend))]
pub struct Attempt {
    pub id: AttemptId,
    pub email_id: EmailId,
    pub provider: String,
    /// The process that made it.
    pub instance: String,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// Absent while it runs.
    pub outcome: Option<Outcome>,
    pub reply: Option<String>,
    pub duration_ms: Option<i64>,
}

/// A message that was kept instead of sent.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = captured_messages, check_for_backend(MultiBackend))]
pub struct CapturedMessage {
    pub email_id: EmailId,
    pub sealed_content: String,
    pub size: i64,
    pub captured_at: Timestamp,
}
