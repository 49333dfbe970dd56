//! What a notification is.

use diesel::prelude::*;
use serde_json::Value;

use crate::access::{OrganizationId, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::notifications as table;
use crate::{id_type, text_enum};

id_type!(
    /// A notification.
    NotificationId
);

text_enum! {
    /// What it is about.
    Kind {
        SecurityAlert = "security_alert",
        ApiKeyRotation = "api_key_rotation",
        PasswordChange = "password_change",
        AccountLockout = "account_lockout",
        WorkflowApproval = "workflow_approval",
        System = "system_notification",
        Verification = "verification",
        SessionRevoked = "session_revoked",
        EmailProblem = "email_problem",
    }
}

text_enum! {
    /// How much it matters.
    Severity {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

/// A notification to be written.
#[derive(Clone, Debug)]
pub struct New<'a> {
    pub organization: &'a OrganizationId,
    pub user: &'a UserId,
    pub kind: Kind,
    pub severity: Severity,
    pub title: &'a str,
    pub message: &'a str,
    /// For programs.
    pub data: Value,
    /// A path of ours where something can be done about it.
    pub link: Option<String>,
}

/// A notification as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Notification {
    pub id: NotificationId,
    pub organization_id: OrganizationId,
    pub user_id: UserId,
    pub kind: Kind,
    pub severity: Severity,
    pub title: String,
    pub message: String,
    pub data: String,
    pub link: Option<String>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}
