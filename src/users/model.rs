//! A person as staff sees them, and the rules of what may be done; no I/O.

use chrono::TimeDelta;
use diesel::dsl::IsNotNull;
use diesel::prelude::*;

use crate::access::{Actor, OrganizationId, Permission, Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::users;
use crate::error::FieldError;
use crate::mail::{DisplayName, EmailAddress};
use crate::text_enum;

/// How long an erasure can be taken back.
pub const GRACE: TimeDelta = TimeDelta::days(14);

/// All that the row of a user says, but for the password.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub struct Person {
    pub id: UserId,
    pub organization_id: OrganizationId,
    pub email: EmailAddress,
    pub name: DisplayName,
    pub phone: Option<String>,
    pub role: Role,
    pub status: Status,
    #[diesel(select_expression = users::password_hash.is_not_null(), select_expression_type = IsNotNull<users::password_hash>)]
    pub has_password: bool,
    pub must_change_password: bool,
    pub email_verified_at: Option<Timestamp>,
    pub document_verified_at: Option<Timestamp>,
    pub last_login_at: Option<Timestamp>,
    pub last_login_ip: Option<String>,
    pub last_login_agent: Option<String>,
    pub created_at: Timestamp,
    pub mfa_since: Option<Timestamp>,
    pub password_changed_at: Option<Timestamp>,
    pub locked_until: Option<Timestamp>,
    pub erase_at: Option<Timestamp>,
    pub erased_at: Option<Timestamp>,
    pub banned_from: Option<Status>,
}

/// Does this role keep an organization from being without anybody who manages its users?
#[must_use]
pub fn manages(role: Role) -> bool {
    role.allows(Permission::ManageUsers)
}

impl Person {
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }

    /// When the person will be erased, while that can be taken back.
    #[must_use]
    pub fn erasure(&self) -> Option<Timestamp> {
        self.erase_at.filter(|_| self.erased_at.is_none())
    }

    /// Counts this person as one who stays and manages the users of the organization?
    #[must_use]
    pub fn is_standing_administrator(&self) -> bool {
        self.status == Status::Active && manages(self.role) && self.erase_at.is_none()
    }

    /// The state a form is made for: what a person who decides about a deed goes by.
    #[must_use]
    pub fn state(&self) -> String {
        let password = if self.has_password { "password" } else { "none" };
        let fate = if self.erase_at.is_some() { "erasing" } else { "kept" };
        format!("{}.{}.{password}.{fate}", self.status, self.role)
    }
}

text_enum! {
    /// What can be done about a person, in the order it is offered; the name is the last part of its address.
    Deed {
        KeepAccount = "cancel-erasure",
        Unlock = "unlock",
        Reinstate = "reinstate",
        Unban = "unban",
        VerifyAddress = "verify-address",
        ResetPassword = "force-password-reset",
        ChangeRole = "role",
        Suspend = "suspend",
        Ban = "ban",
        Erase = "erase",
    }
}

impl Deed {
    /// Hard to take back, or a way to more power: asks for a factor shown lately.
    #[must_use]
    pub fn is_dangerous(self) -> bool {
        matches!(self, Self::Ban | Self::ChangeRole | Self::Erase)
    }

    /// Is the address of the person to be typed?
    #[must_use]
    pub fn is_confirmed_by_address(self) -> bool {
        matches!(self, Self::Ban | Self::Erase)
    }

    /// Must it be said why?
    #[must_use]
    pub fn needs_reason(self) -> bool {
        !matches!(self, Self::Unlock | Self::Erase | Self::KeepAccount)
    }

    /// Does it end all sessions of the person?
    #[must_use]
    pub fn ends_sessions(self) -> bool {
        matches!(self, Self::Suspend | Self::Ban | Self::ResetPassword | Self::ChangeRole)
    }

    /// May people do it about themselves?
    fn is_ones_own(self) -> bool {
        matches!(self, Self::Erase | Self::KeepAccount)
    }
}

/// Whoever wants to do something, as they are at this moment.
#[derive(Clone, Debug)]
pub struct Doer {
    pub id: UserId,
    pub role: Role,
    pub status: Status,
}

impl Doer {
    /// As their session was let in: for what is offered, not for what is done.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        Self { id: actor.user.clone(), role: actor.role, status: Status::Active }
    }
}

/// What is asked for, beyond the words.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub deed: Deed,
    /// The new role, for [`Deed::ChangeRole`].
    pub role: Option<Role>,
    /// The [`Person::state`] it was asked for in; any when absent.
    pub seen: Option<&'a str>,
}

impl Request<'_> {
    /// Would an administrator be one no more?
    fn takes_away(&self) -> bool {
        match self.deed {
            Deed::Suspend | Deed::Ban | Deed::Erase => true,
            Deed::ChangeRole => !self.role.is_some_and(manages),
            _ => false,
        }
    }
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Do,
    /// It is so already.
    Already,
}

/// Why it is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody does this to themselves.
    Own,
    /// The doer's role does not include it (any more).
    NotPermitted,
    /// Only operators touch, make or unmake operators.
    OperatorsOnly,
    /// Nobody would be left to manage the users.
    LastAdministrator,
    /// The form was made for another state of the person.
    Stale,
    /// The status of the person rules it out.
    NotNow(Status),
    /// There is nobody behind this row any more.
    Erased,
    /// What was typed is not complete.
    Invalid(Vec<FieldError>),
}

impl Refusal {
    /// What the one who asked is told, with what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Own => "This is your own account. Another administrator has to do that.".to_owned(),
            Self::NotPermitted => "Your role does not include this. Ask an administrator.".to_owned(),
            Self::OperatorsOnly => "This concerns an operator. Only an operator can do that.".to_owned(),
            Self::LastAdministrator => {
                "This is the last administrator. Make another person administrator first.".to_owned()
            }
            Self::Stale => {
                "This person has changed meanwhile. Look at them again before you go on.".to_owned()
            }
            Self::NotNow(status) => {
                format!("This is not possible while the account is {}.", status.label().to_lowercase())
            }
            Self::Erased => "This person was erased. Nothing more can be done about them.".to_owned(),
            Self::Invalid(errors) => {
                errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// May it be done, and is there anything to do? `others` is how many other standing administrators there are.
///
/// # Errors
/// Why not.
pub fn judge(
    request: Request<'_>,
    doer: &Doer,
    person: &Person,
    others: i64,
    now: Timestamp,
) -> Result<Verdict, Refusal> {
    if person.erased_at.is_some() {
        return Err(Refusal::Erased);
    }
    permitted(request, doer, person)?;
    if is_done(request, person, now) {
        return Ok(Verdict::Already);
    }
    if request.seen.is_some_and(|seen| seen != person.state()) {
        return Err(Refusal::Stale);
    }
    possible(request.deed, person.status)?;
    if request.takes_away() && person.is_standing_administrator() && others == 0 {
        return Err(Refusal::LastAdministrator);
    }
    Ok(Verdict::Do)
}

fn permitted(request: Request<'_>, doer: &Doer, person: &Person) -> Result<(), Refusal> {
    if doer.id == person.id {
        return if request.deed.is_ones_own() { Ok(()) } else { Err(Refusal::Own) };
    }
    if doer.status != Status::Active || !manages(doer.role) {
        return Err(Refusal::NotPermitted);
    }
    let concerns_operators = person.role == Role::Operator || request.role == Some(Role::Operator);
    if concerns_operators && doer.role != Role::Operator {
        return Err(Refusal::OperatorsOnly);
    }
    Ok(())
}

fn is_done(request: Request<'_>, person: &Person, now: Timestamp) -> bool {
    match request.deed {
        Deed::Suspend => person.status == Status::Suspended,
        Deed::Reinstate => person.status == Status::Active,
        Deed::Ban => person.status == Status::Banned,
        Deed::Unban => person.status != Status::Banned,
        Deed::Unlock => !person.is_locked(now),
        // The same form sent twice; one that was made later brings another mail.
        Deed::ResetPassword => {
            !person.has_password && request.seen.is_some_and(|seen| seen.contains(".password."))
        }
        Deed::ChangeRole => request.role == Some(person.role),
        Deed::VerifyAddress => person.email_verified_at.is_some(),
        Deed::Erase => person.erase_at.is_some(),
        Deed::KeepAccount => person.erase_at.is_none(),
    }
}

/// Does the status leave room for it?
fn possible(deed: Deed, status: Status) -> Result<(), Refusal> {
    let fits = match deed {
        Deed::Suspend => status == Status::Active,
        Deed::Reinstate => status == Status::Suspended,
        Deed::ResetPassword | Deed::ChangeRole => matches!(status, Status::Active | Status::Suspended),
        Deed::Ban | Deed::Unban | Deed::Unlock | Deed::VerifyAddress | Deed::Erase | Deed::KeepAccount => {
            true
        }
    };
    if fits { Ok(()) } else { Err(Refusal::NotNow(status)) }
}

/// What this doer could do now.
#[must_use]
pub fn open_deeds(doer: &Doer, person: &Person, now: Timestamp) -> Vec<Deed> {
    let is_open = |deed: &Deed| {
        let request = Request { deed: *deed, role: None, seen: None };
        // Whether somebody is the last is told when it is tried: the list needs no counting.
        doer.id != person.id && judge(request, doer, person, 1, now) == Ok(Verdict::Do)
    };
    Deed::ALL.iter().copied().filter(is_open).collect()
}

/// The roles that this doer may give.
pub fn roles_to_give(doer: Role) -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(move |role| *role != Role::Operator || doer == Role::Operator)
}

/// What a ban is taken back to. Somebody who waited for a decision that was made meanwhile, or has no case open
/// any more, does not wait again.
#[must_use]
pub fn after_ban(before: Option<Status>, has_open_case: bool) -> Status {
    match before {
        Some(Status::Pending) if !has_open_case => Status::Rejected,
        Some(status) if status != Status::Banned => status,
        _ => Status::Active,
    }
}

#[cfg(test)]
mod tests;
