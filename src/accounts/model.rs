//! Users: their states and the rules that need no database.

use diesel::prelude::*;

use crate::access::{OrganizationId, Role, UserId};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::users;
use crate::mail::address::{DisplayName, EmailAddress};
use crate::text_enum;

text_enum! {
    /// Whether an account may be used.
    Status {
        /// Registered; a reviewer has not approved it yet.
        Pending = "pending",
        Active = "active",
        Suspended = "suspended",
        Banned = "banned",
        /// The documents were refused.
        Rejected = "rejected",
    }
}

impl Status {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Banned => "Banned",
            Self::Rejected => "Rejected",
        }
    }
}

/// A user as kept.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub struct User {
    pub id: UserId,
    pub organization_id: OrganizationId,
    pub email: EmailAddress,
    pub name: DisplayName,
    pub phone: Option<String>,
    pub role: Role,
    pub status: Status,
    pub password_hash: Option<String>,
    pub password_expires_at: Option<Timestamp>,
    pub must_change_password: bool,
    pub email_verified_at: Option<Timestamp>,
    pub document_verified_at: Option<Timestamp>,
    pub last_login_at: Option<Timestamp>,
    /// Set by too many wrong passwords; sign-in reads it.
    pub locked_until: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Since when signing in asks for a second factor.
    pub mfa_since: Option<Timestamp>,
    /// The user asked to be erased: it happens at this moment.
    pub erase_at: Option<Timestamp>,
}

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub organization: OrganizationId,
    pub email: EmailAddress,
    pub name: DisplayName,
    pub phone: Option<String>,
    pub role: Role,
    pub status: Status,
    pub password_hash: Option<String>,
    pub email_verified_at: Option<Timestamp>,
}

/// Why a correct password does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Pending,
    Suspended,
    Banned,
    Rejected,
    /// The temporary password was not used in time.
    PasswordExpired,
    /// The password was taken away; a link for a new one is in the mail.
    PasswordNeeded,
}

impl Refusal {
    /// The stable word of the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "account_pending",
            Self::Suspended => "account_suspended",
            Self::Banned => "account_banned",
            Self::Rejected => "account_rejected",
            Self::PasswordExpired => "password_expired",
            Self::PasswordNeeded => "password_needed",
        }
    }

    /// What the person is told, after a correct password only.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Pending => {
                "Your registration is still being checked. We will email you when there is a decision."
            }
            Self::Suspended => "Your account is suspended. Write to us if you think this is a mistake.",
            Self::Banned => "Your account is closed and cannot be used any more.",
            Self::Rejected => "Your registration was not accepted. The reason is in the email we sent you.",
            Self::PasswordExpired => {
                "Your temporary password was not used in time. Write to us to get a new one."
            }
            Self::PasswordNeeded => {
                "A new password is needed first: follow the link in the email we sent you, or ask for another one."
            }
        }
    }
}

impl User {
    /// May this user sign in at `now`, the password being right?
    ///
    /// # Errors
    /// Why not.
    pub fn may_sign_in(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.status {
            Status::Active => {}
            Status::Pending => return Err(Refusal::Pending),
            Status::Suspended => return Err(Refusal::Suspended),
            Status::Banned => return Err(Refusal::Banned),
            Status::Rejected => return Err(Refusal::Rejected),
        }
        match self.password_expires_at {
            Some(end) if end <= now => Err(Refusal::PasswordExpired),
            _ => Ok(()),
        }
    }
}
