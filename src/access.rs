//! Who may do what: roles, permissions and the person (or program) behind a request.
//!
//! The table is [`Role::allows`]; handlers name what they need in their argument types (`web::guard`).

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::{id_type, text_enum};

id_type!(
    /// An organization.
    OrganizationId
);
id_type!(
    /// A user: applicant, member or staff.
    UserId
);
id_type!(
    /// A session of a browser or of the API.
    SessionId
);

text_enum! {
    /// What a user is to the organization. Only the operator sees more than one organization.
    Role {
        Member = "member",
        Reviewer = "reviewer",
        Analyst = "analyst",
        Support = "support",
        Admin = "admin",
        Operator = "operator",
    }
}

text_enum! {
    /// Something only some roles may do.
    Permission {
        DecideVerifications = "decide_verifications",
        SearchMail = "search_mail",
        SeeUsers = "see_users",
        ManageUsers = "manage_users",
        RevokeSessions = "revoke_sessions",
        SearchAudit = "search_audit",
        SeeHealth = "see_health",
    }
}

impl Role {
    /// The table of permissions.
    #[must_use]
    pub fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Member => false,
            Self::Reviewer => matches!(permission, P::DecideVerifications | P::SeeUsers),
            Self::Analyst => {
                matches!(permission, P::SeeUsers | P::RevokeSessions | P::SearchAudit | P::SeeHealth)
            }
            Self::Support => matches!(permission, P::SearchMail | P::SeeUsers | P::SeeHealth),
            Self::Admin | Self::Operator => true,
        }
    }

    /// Does this role work in the console?
    #[must_use]
    pub fn is_staff(self) -> bool {
        self != Self::Member
    }

    /// The word shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Reviewer => "Reviewer",
            Self::Analyst => "Analyst",
            Self::Support => "Support",
            Self::Admin => "Administrator",
            Self::Operator => "Operator",
        }
    }
}

/// How a request proved who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The session cookie of a browser: state changes need the CSRF token.
    Cookie,
    /// An access token in the `Authorization` header.
    Bearer,
}

/// The person behind a request, as of this request: role and status are read each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub session: SessionId,
    pub role: Role,
    pub name: String,
    pub email: String,
    pub means: Means,
    /// Nothing opens before the temporary password was changed.
    pub must_change_password: bool,
    /// Nothing of the console opens before a second factor was set up.
    pub must_enrol: bool,
    /// When a factor was last shown in this session.
    pub factor_at: Option<Timestamp>,
}

/// A dangerous act asks for a factor that was shown within this time.
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

impl Actor {
    /// Was a factor shown lately enough for a dangerous act?
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.factor_at.is_some_and(|at| now.since(at) <= FRESH)
    }
}

/// Who did something, from where and when: what the audit log keeps of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub who: Who,
    pub at: Timestamp,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

/// The doer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    User {
        id: UserId,
        name: String,
    },
    /// A person who is not signed in, such as an applicant who registers.
    Visitor,
    /// Frontdesk itself: a job, a deadline.
    System,
    /// Somebody at the terminal of the machine.
    Command,
}

impl Act {
    /// Something Frontdesk does by itself.
    #[must_use]
    pub fn by_system(at: Timestamp) -> Self {
        Self { who: Who::System, at, ip: None, user_agent: None, request_id: None }
    }

    /// Something done at the terminal.
    #[must_use]
    pub fn by_command(at: Timestamp) -> Self {
        Self { who: Who::Command, ..Self::by_system(at) }
    }

    /// The same cause, done by `id`: a visitor who has just proved to be that user.
    #[must_use]
    pub fn known_as(&self, id: &UserId, name: &str) -> Self {
        Self { who: Who::User { id: id.clone(), name: name.to_owned() }, ..self.clone() }
    }

    /// The user behind it, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match &self.who {
            Who::User { id, .. } => Some(id),
            Who::Visitor | Who::System | Who::Command => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_product() {
        use Permission as P;
        let table = [
            (P::DecideVerifications, [true, false, false, true, true]),
            (P::SearchMail, [false, false, true, true, true]),
            (P::SeeUsers, [true, true, true, true, true]),
            (P::ManageUsers, [false, false, false, true, true]),
            (P::RevokeSessions, [false, true, false, true, true]),
            (P::SearchAudit, [false, true, false, true, true]),
            (P::SeeHealth, [false, true, true, true, true]),
        ];
        assert_eq!(table.len(), P::ALL.len());
        let staff = [Role::Reviewer, Role::Analyst, Role::Support, Role::Admin, Role::Operator];
        for (permission, row) in table {
            for (role, allowed) in staff.into_iter().zip(row) {
                assert_eq!(role.allows(permission), allowed, "{role} {permission}");
            }
            assert!(!Role::Member.allows(permission), "member {permission}");
        }
    }
}
