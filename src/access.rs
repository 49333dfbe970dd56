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
id_type!(
    /// An API key.
    ApiKeyId
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

text_enum! {
    /// What an API key may do: reading or acting, in one area of the API.
    Scope {
        VerificationsRead = "verifications:read",
        VerificationsDecide = "verifications:decide",
        UsersRead = "users:read",
        UsersManage = "users:manage",
        SessionsRead = "sessions:read",
        SessionsRevoke = "sessions:revoke",
        InvitesManage = "invites:manage",
    }
}

impl SessionId {
    /// What stands for the session of a key, which has none.
    #[must_use]
    pub fn of(key: &ApiKeyId) -> Self {
        Self(key.0.clone())
    }
}

/// A call of the API: what part of it, and does it only read?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'a> {
    /// The first part of its path under the API's root.
    pub area: &'a str,
    pub reads: bool,
}

impl Scope {
    /// The permission it stands for, in its area only: whoever gives it to a key has it.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            Self::VerificationsRead | Self::VerificationsDecide => Permission::DecideVerifications,
            Self::UsersRead | Self::SessionsRead => Permission::SeeUsers,
            Self::UsersManage | Self::InvitesManage => Permission::ManageUsers,
            Self::SessionsRevoke => Permission::RevokeSessions,
        }
    }

    /// Does it only read?
    #[must_use]
    pub fn is_reading(self) -> bool {
        self.as_str().ends_with(":read")
    }

    /// The part of the API that it opens.
    fn area(self) -> &'static str {
        self.as_str().split(':').next().unwrap_or_default()
    }

    /// Acting includes reading: whoever changes something in an area may look at it there.
    fn reads(self, permission: Permission) -> bool {
        Self::ALL.iter().any(|other| {
            other.is_reading() && other.area() == self.area() && other.permission() == permission
        })
    }

    /// Does it let a key do `operation`, which needs `permission`?
    #[must_use]
    pub fn grants(self, permission: Permission, operation: Operation<'_>) -> bool {
        let acts = self.permission() == permission && !self.is_reading();
        self.area() == operation.area
            && (acts || (operation.reads && (self.permission() == permission || self.reads(permission))))
    }

    /// The smallest scope that lets a key do `operation`; none when keys cannot do it.
    #[must_use]
    pub fn needed(permission: Permission, operation: Operation<'_>) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.grants(permission, operation))
    }

    /// What it lets a key do, in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::VerificationsRead => "Read verification cases",
            Self::VerificationsDecide => "Read, claim and decide verification cases",
            Self::UsersRead => "Read users",
            Self::UsersManage => "Read, suspend, reinstate and unlock users; ask for a new password",
            Self::SessionsRead => "Read sessions",
            Self::SessionsRevoke => "Read sessions; end them and token families",
            Self::InvitesManage => "Read and revoke invites; invite members",
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
    /// A key of the organization.
    ApiKey,
}

/// The key behind a request, which acts for its organization within its scopes, and never beyond what its maker
/// may do at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    pub id: ApiKeyId,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// The present role of its maker.
    pub maker_role: Role,
    pub maker_name: String,
}

impl KeyUse {
    /// Is a scope for it among its own? Whether its maker may do it still is another question.
    #[must_use]
    pub fn has(&self, permission: Permission, operation: Operation<'_>) -> bool {
        self.scopes.iter().any(|scope| scope.grants(permission, operation))
    }
}

/// The person (or key) behind a request, as of this request: role and status are read each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// With a key: whoever made it, and answers for what stands in its name (a claim, say).
    pub user: UserId,
    pub organization: OrganizationId,
    pub organization_name: String,
    /// With a key: an id that no session has.
    pub session: SessionId,
    /// With a key: the least of all, since its scopes decide. What may be handed on is told by [`Actor::authority`].
    pub role: Role,
    pub name: String,
    pub email: String,
    pub means: Means,
    /// The key, when [`Means::ApiKey`].
    pub key: Option<KeyUse>,
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
    /// May it do `operation`, which needs `permission`? A role allows or does not; a key needs a scope for it.
    #[must_use]
    pub fn may(&self, permission: Permission, operation: Operation<'_>) -> bool {
        match (&self.key, self.means) {
            (Some(key), _) => key.maker_role.allows(permission) && key.has(permission, operation),
            (None, Means::ApiKey) => false,
            (None, Means::Cookie | Means::Bearer) => self.role.allows(permission),
        }
    }

    /// The role that bounds what is handed on, such as by an invite: with a key, that of its maker.
    #[must_use]
    pub fn authority(&self) -> Role {
        self.key.as_ref().map_or(self.role, |key| key.maker_role)
    }

    /// The name of the person who answers for what is done: with a key, of its maker.
    #[must_use]
    pub fn person(&self) -> &str {
        self.key.as_ref().map_or(&self.name, |key| &key.maker_name)
    }

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
    /// A key of the organization.
    ApiKey {
        id: ApiKeyId,
        name: String,
    },
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
            Who::ApiKey { .. } | Who::Visitor | Who::System | Who::Command => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_opens_its_own_area_and_reading_never_acts() {
        use Permission as P;
        let on = |area, reads| Operation { area, reads };
        let table = [
            (Scope::VerificationsRead, P::DecideVerifications, on("verifications", true), true),
            (Scope::VerificationsRead, P::DecideVerifications, on("verifications", false), false),
            (Scope::VerificationsDecide, P::DecideVerifications, on("verifications", false), true),
            (Scope::VerificationsDecide, P::DecideVerifications, on("verifications", true), true),
            (Scope::InvitesManage, P::ManageUsers, on("invites", false), true),
            (Scope::InvitesManage, P::ManageUsers, on("users", false), false),
            (Scope::UsersManage, P::ManageUsers, on("api-keys", false), false),
            (Scope::UsersRead, P::ManageUsers, on("users", true), false),
            (Scope::UsersManage, P::SeeUsers, on("users", true), true),
            (Scope::UsersManage, P::SeeUsers, on("sessions", true), false),
            (Scope::SessionsRevoke, P::SeeUsers, on("sessions", true), true),
            (Scope::SessionsRevoke, P::RevokeSessions, on("sessions", false), true),
            (Scope::SessionsRead, P::RevokeSessions, on("sessions", false), false),
            (Scope::InvitesManage, P::ManageUsers, on("invites", true), true),
        ];
        for (scope, permission, operation, granted) in table {
            assert_eq!(scope.grants(permission, operation), granted, "{scope} {permission} {operation:?}");
        }
        assert_eq!(Scope::needed(P::ManageUsers, on("api-keys", false)), None);
        let needed = Scope::needed(P::DecideVerifications, on("verifications", false));
        assert_eq!(needed, Some(Scope::VerificationsDecide));
    }

    #[test]
    fn whoever_may_act_in_an_area_may_read_there() {
        for scope in Scope::ALL.iter().copied().filter(|scope| !scope.is_reading()) {
            let reading =
                Scope::ALL.iter().copied().filter(|one| one.is_reading() && one.area() == scope.area());
            for read in reading {
                let operation = Operation { area: scope.area(), reads: true };
                assert!(scope.grants(read.permission(), operation), "{scope} does not include {read}");
                for role in Role::ALL.iter().filter(|role| role.allows(scope.permission())) {
                    assert!(role.allows(read.permission()), "{role} may {scope} and not {read}");
                }
            }
        }
    }

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
