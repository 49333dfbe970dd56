//! Users as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::users::model::{Deed, Person};
use crate::users::order::Order;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserBody {
    #[schema(value_type = String)]
    id: UserId,
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// `member`, `reviewer`, `analyst`, `support`, `admin` or `operator`.
    #[schema(value_type = String, example = "member")]
    role: Role,
    /// `pending`, `active`, `suspended`, `banned` or `rejected`.
    #[schema(value_type = String, example = "active")]
    status: Status,
    email_verified: bool,
    document_verified: bool,
    /// Does this account ask for a second factor?
    mfa: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login_at: Option<Timestamp>,
    /// Nobody signs in before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<Timestamp>,
}

impl UserBody {
    #[must_use]
    pub fn of(person: &Person) -> Self {
        Self {
            id: person.id.clone(),
            email: person.email.to_string(),
            name: person.name.to_string(),
            role: person.role,
            status: person.status,
            email_verified: person.email_verified_at.is_some(),
            document_verified: person.document_verified_at.is_some(),
            mfa: person.mfa_since.is_some(),
            created_at: person.created_at,
            last_login_at: person.last_login_at,
            locked_until: person.locked_until,
        }
    }
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserPage {
    pub items: Vec<UserBody>,
    /// For `cursor`, when there is more.
    pub next_cursor: Option<String>,
}

/// Why it is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Kept in the audit log; the user does not see it.
    #[schema(max_length = 500, example = "The laptop was reported as stolen.")]
    reason: Option<String>,
}

impl ReasonBody {
    pub(super) fn order(&self, deed: Deed) -> Order {
        Order::new(deed).because(self.reason.as_deref())
    }
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleBody {
    /// `member`, `reviewer`, `analyst`, `support`, `admin` or, by operators only, `operator`.
    #[schema(value_type = String, example = "reviewer")]
    pub role: Option<Role>,
    /// Kept in the audit log; the user does not see it.
    #[schema(max_length = 500, example = "Joins the team that reviews.")]
    pub reason: Option<String>,
}
