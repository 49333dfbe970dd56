//! What an invite is and who may send one.

use diesel::prelude::*;

use crate::access::{OrganizationId, Permission, Role, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::invites as table;
use crate::mail::{DisplayName, EmailAddress};
use crate::{id_type, text_enum};

id_type!(
    /// An invite.
    InviteId
);
id_type!(
    /// A file of invites.
    BatchId
);
id_type!(
    /// A row of such a file.
    RowId
);

text_enum! {
    /// What has become of an invite.
    State {
        Open = "open",
        Accepted = "accepted",
        Expired = "expired",
        /// Taken back, or replaced by a newer one.
        Revoked = "revoked",
    }
}

impl State {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Accepted => "Accepted",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }
}

/// Who is to be invited.
#[derive(Clone, Debug)]
pub struct Invitee {
    pub email: EmailAddress,
    pub role: Role,
    pub name: Option<DisplayName>,
}

/// An invite as kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Invite {
    pub id: InviteId,
    pub organization_id: OrganizationId,
    pub email: EmailAddress,
    pub role: Role,
    pub name: Option<DisplayName>,
    pub invited_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub user_id: Option<UserId>,
    pub revoked_at: Option<Timestamp>,
    pub sends: i64,
    pub sent_at: Timestamp,
}

impl Invite {
    /// One that was replaced after its end had expired before.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => State::Accepted,
            (None, Some(at)) if at < self.expires_at => State::Revoked,
            _ if self.expires_at <= now => State::Expired,
            (None, Some(_)) => State::Revoked,
            (None, None) => State::Open,
        }
    }

    /// Can it be sent again?
    #[must_use]
    pub fn can_be_sent(&self) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none()
    }
}

/// May `giver` bring somebody in with this role?
#[must_use]
pub fn may_give(giver: Role, role: Role) -> bool {
    giver.allows(Permission::ManageUsers) && (role != Role::Operator || giver == Role::Operator)
}

/// The roles that `giver` may give.
#[must_use]
pub fn givable(giver: Role) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| may_give(giver, *role)).collect()
}

text_enum! {
    /// What will happen to a row of a file, or did.
    Verdict {
        /// It will be sent.
        Ready = "ready",
        Invited = "invited",
        HasAccount = "has_account",
        AlreadyInvited = "already_invited",
        BadAddress = "bad_address",
        BadName = "bad_name",
        UnknownRole = "unknown_role",
        MayNotGive = "role_not_allowed",
        Duplicate = "duplicate",
        WrongColumns = "wrong_columns",
    }
}

impl Verdict {
    /// In a word or two, for the badge.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "Will be invited",
            Self::Invited => "Invited",
            Self::HasAccount => "Has an account",
            Self::AlreadyInvited => "Already invited",
            Self::BadAddress => "Bad address",
            Self::BadName => "Bad name",
            Self::UnknownRole => "Unknown role",
            Self::MayNotGive => "Role not allowed",
            Self::Duplicate => "Duplicate",
            Self::WrongColumns => "Wrong columns",
        }
    }

    /// One sentence; `same_as` is the line of the first row with the address.
    #[must_use]
    pub fn sentence(self, same_as: Option<i64>) -> String {
        match self {
            Self::Ready => "An invitation will be sent.",
            Self::Invited => "The invitation was sent.",
            Self::HasAccount => "Nothing is sent: the address has an account already.",
            Self::AlreadyInvited => "Nothing is sent: an invite is open. Send that one again if it was lost.",
            Self::BadAddress => "Write the address like name@example.org.",
            Self::BadName => "Write the name in at most 200 characters, without control characters.",
            Self::UnknownRole => "Use member, reviewer, analyst, support, admin or operator.",
            Self::MayNotGive => "Only an operator may give this role.",
            Self::WrongColumns => "The row has not as many fields as the first line.",
            Self::Duplicate => {
                let line =
                    same_as.map_or_else(|| "an earlier line".to_owned(), |line| format!("line {line}"));
                return format!("The same address stands in {line}.");
            }
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Random;
    use chrono::TimeDelta;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_unix(0).unwrap().plus(TimeDelta::hours(hours))
    }

    fn invite() -> Invite {
        let random = Random::seeded(1);
        Invite {
            id: InviteId::new(&random, at(0)),
            organization_id: OrganizationId::new(&random, at(0)),
            email: EmailAddress::parse("ada@demo.test").unwrap(),
            role: Role::Member,
            name: None,
            invited_by: UserId::new(&random, at(0)),
            created_at: at(0),
            expires_at: at(10),
            accepted_at: None,
            user_id: None,
            revoked_at: None,
            sends: 1,
            sent_at: at(0),
        }
    }

    #[test]
    fn an_invite_is_open_until_its_end() {
        let open = invite();
        assert_eq!((open.state(at(9)), open.state(at(10))), (State::Open, State::Expired));
        let accepted = Invite { accepted_at: Some(at(1)), ..invite() };
        assert_eq!(accepted.state(at(99)), State::Accepted);
        let revoked = Invite { revoked_at: Some(at(1)), ..invite() };
        assert_eq!((revoked.state(at(2)), revoked.state(at(99))), (State::Revoked, State::Revoked));
        let replaced_late = Invite { revoked_at: Some(at(20)), ..invite() };
        assert_eq!(replaced_late.state(at(99)), State::Expired);
    }

    #[test]
    fn only_operators_make_operators_and_only_who_manages_users_gives_roles() {
        for role in Role::ALL.iter().copied() {
            assert!(may_give(Role::Operator, role));
            assert_eq!(may_give(Role::Admin, role), role != Role::Operator);
            for giver in [Role::Member, Role::Reviewer, Role::Analyst, Role::Support] {
                assert!(!may_give(giver, role), "{giver} {role}");
            }
        }
    }
}
