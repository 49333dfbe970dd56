//! The first operator, by a link that the first start prints, and staff made at the terminal.

use diesel::QueryResult;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::password::{self, Owner};
use super::tokens::{self, Purpose, Verdict};
use super::{NewUser, Status, address, store};
use crate::access::{Act, OrganizationId, Role, UserId};
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::{DisplayName, EmailAddress};
use crate::{organizations, paths};

/// Somebody who works in the console.
#[derive(Clone, Debug)]
pub struct NewStaff {
    pub email: EmailAddress,
    pub name: DisplayName,
    pub role: Role,
    pub password: SecretString,
}

/// Why staff could not be created.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    #[error("{0}")]
    Password(String),
    #[error("the address is taken")]
    AddressTaken,
    #[error("the link is not valid")]
    Link(Verdict),
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<diesel::result::Error> for StaffError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::AddressTaken,
            other => Self::App(other.into()),
        }
    }
}

impl From<StaffError> for AppError {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Password(sentence) => Self::invalid("password", sentence),
            StaffError::AddressTaken => {
                Self::invalid("email", "This address has an account already. Use another one.")
            }
            StaffError::Link(_) => Self::NotFound,
            StaffError::App(error) => error,
        }
    }
}

/// The link that creates the first operator, when there is none; each start makes a new one.
pub async fn first_start(app: &App) -> Result<Option<String>, AppError> {
    let (random, act) = (app.random.clone(), Act::by_system(app.clock.now()));
    let token = app
        .db
        .write(move |c| {
            if store::count_role(c, Role::Operator)? > 0 {
                return Ok(None);
            }
            let Some(organization) = organizations::by_slug(c, organizations::DEFAULT)? else {
                return Ok(None);
            };
            tokens::issue(c, &random, &act, &organization.id, None, Purpose::Setup).map(Some)
        })
        .await
        .map_err(|error: AppError| error)?;
    Ok(token.map(|token| app.link(&paths::setup_link(token.expose_secret()))))
}

/// Creates the first operator with the token of the setup link; uses the token up.
pub async fn create_first_operator(
    app: &App,
    act: &Act,
    token: &SecretString,
    staff: NewStaff,
) -> Result<UserId, StaffError> {
    // Before any hash is computed: a link that is worth nothing must cost nothing.
    let (now, kept) = (act.at, token.clone());
    match app.db.read(move |c| tokens::peek(c, Purpose::Setup, &kept, now)).await? {
        Verdict::Valid(_) => {}
        verdict => return Err(StaffError::Link(verdict)),
    }
    let hash = hash_checked(app, &staff).await?;
    let (act, token, random) = (act.clone(), token.clone(), app.random.clone());

    app.db
        .write(move |c| -> Result<Result<UserId, StaffError>, AppError> {
            // Before the link is used up: the form can be sent again with another address.
            if is_taken(c, &staff.email.key(), act.at)? {
                return Ok(Err(StaffError::AddressTaken));
            }
            let grant = match tokens::consume(c, &act, Purpose::Setup, &token)? {
                Verdict::Valid(grant) => grant,
                verdict => return Ok(Err(StaffError::Link(verdict))),
            };
            let id = insert(c, &random, &act, &grant.organization, &staff, hash)?;
            Ok(Ok(id))
        })
        .await?
}

/// Creates a staff account from the terminal.
pub async fn create_staff(app: &App, act: &Act, staff: NewStaff) -> Result<UserId, StaffError> {
    let hash = hash_checked(app, &staff).await?;
    let (act, random) = (act.clone(), app.random.clone());
    app.db
        .write(move |c| -> Result<Result<UserId, StaffError>, AppError> {
            if is_taken(c, &staff.email.key(), act.at)? {
                return Ok(Err(StaffError::AddressTaken));
            }
            let organization =
                organizations::by_slug(c, organizations::DEFAULT)?.ok_or(AppError::NotFound)?;
            Ok(Ok(insert(c, &random, &act, &organization.id, &staff, hash)?))
        })
        .await?
}

fn is_taken(c: &mut Connection, key: &str, now: Timestamp) -> QueryResult<bool> {
    Ok(store::by_email_key(c, key)?.is_some() || address::is_reserved(c, key, None, now)?)
}

async fn hash_checked(app: &App, staff: &NewStaff) -> Result<String, StaffError> {
    let owner = Owner { name: staff.name.as_str(), email: staff.email.as_str(), role: staff.role };
    let broken = password::broken_rules(staff.password.expose_secret(), &owner);
    if let Some(sentence) = password::complaint(&broken) {
        return Err(StaffError::Password(sentence));
    }
    Ok(app.hasher.hash(&staff.password).await?)
}

fn insert(
    c: &mut Connection,
    random: &crate::ids::Random,
    act: &Act,
    organization: &OrganizationId,
    staff: &NewStaff,
    hash: String,
) -> diesel::QueryResult<UserId> {
    let user = NewUser {
        id: UserId::new(random, act.at),
        organization: organization.clone(),
        email: staff.email.clone(),
        name: staff.name.clone(),
        phone: None,
        role: staff.role,
        status: Status::Active,
        password_hash: Some(hash),
        email_verified_at: Some(act.at),
    };
    store::insert(c, &user, act.at)?;
    let event = Event::new(organization, "user.created", Target("user", user.id.as_str()))
        .change(None, json!({ "role": staff.role, "status": Status::Active }));
    audit::record(c, random, act, event)?;
    Ok(user.id)
}
