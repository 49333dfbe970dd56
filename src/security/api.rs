//! The API of a person's security.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde::Serialize;
use utoipa::ToSchema;

use super::reading::{self, Dossier, Family};
use crate::access::UserId;
use crate::accounts::devices::Device;
use crate::accounts::locks::{Failure, Lock};
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::revocations::api::RevocationBody;
use crate::sessions::api::SessionBody;
use crate::sessions::api_tokens::RefreshTokenRow;
use crate::web::errors::Problem;
use crate::web::guard::SeeUsers;
use crate::web::{Allowed, Context};

#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    id: String,
    email: String,
    name: String,
    role: String,
    status: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<Timestamp>,
}

/// A refresh token of a family; the token itself is kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenBody {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// `live`, `exchanged`, `replayed` (its successor was given out again, since an answer was lost), `reused` (it
    /// came again after it was spent, which ended the family), `ended` with its family, or `expired`.
    #[schema(pattern = "^(live|exchanged|replayed|reused|ended|expired)$")]
    state: String,
    /// From where and by which program it was asked for.
    issued_ip: Option<String>,
    issued_agent: Option<String>,
    /// When it was exchanged for the next one, from where and by which program.
    #[schema(value_type = Option<String>, format = DateTime)]
    spent_at: Option<Timestamp>,
    spent_ip: Option<String>,
    spent_agent: Option<String>,
    /// The token that took its place.
    successor: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    replayed_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    reused_at: Option<Timestamp>,
    reused_ip: Option<String>,
    reused_agent: Option<String>,
}

impl TokenBody {
    fn new(link: RefreshTokenRow, ended: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            state: link.state(ended, now).to_string(),
            id: link.id.to_string(),
            created_at: link.created_at,
            expires_at: link.expires_at,
            issued_ip: link.issued_ip,
            issued_agent: link.issued_agent,
            spent_at: link.spent_at,
            spent_ip: link.spent_ip,
            spent_agent: link.spent_agent,
            successor: link.successor_id.map(|id| id.to_string()),
            replayed_at: link.replayed_at,
            reused_at: link.reused_at,
            reused_ip: link.reused_ip,
            reused_agent: link.reused_agent,
        }
    }
}

/// A token family with its rotation chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct FamilyBody {
    id: String,
    /// `open`, `ended` or `expired`.
    state: String,
    /// How many refresh tokens the chain has altogether.
    tokens_total: i64,
    /// The latest 50 of them, in the order in which they were issued.
    tokens: Vec<TokenBody>,
}

/// A revocation that ended sessions of the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnRevocation {
    #[serde(flatten)]
    revocation: RevocationBody,
    /// How many of this person's sessions it ended; `revoked` counts those of everybody.
    own_sessions: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FailureBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `credentials` or `locked`.
    reason: String,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl From<Failure> for FailureBody {
    fn from(failure: Failure) -> Self {
        let Failure { at, reason, ip, user_agent, .. } = failure;
        Self { at, reason: reason.to_string(), ip, user_agent }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LockBody {
    #[schema(value_type = String, format = DateTime)]
    locked_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    failures: i64,
    ip: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    cleared_at: Option<Timestamp>,
    /// `link`, `administrator` or `password`.
    cleared_how: Option<String>,
}

impl From<Lock> for LockBody {
    fn from(lock: Lock) -> Self {
        let Lock { locked_at, until, failures, ip, cleared_at, cleared_how, .. } = lock;
        let cleared_how = cleared_how.map(|how| how.to_string());
        Self { locked_at, until, failures, ip, cleared_at, cleared_how }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceBody {
    id: String,
    /// `browser` or `program`.
    kind: String,
    device: String,
    ip: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    first_seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
}

impl From<Device> for DeviceBody {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.to_string(),
            kind: device.kind.to_string(),
            device: device.device,
            ip: device.ip,
            first_seen_at: device.first_seen_at,
            last_seen_at: device.last_seen_at,
        }
    }
}

/// The security of one person's account: the latest 100 of each kind, and of each family the latest 50 tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecurityAudit {
    user: Person,
    sessions: Vec<SessionBody>,
    families: Vec<FamilyBody>,
    failures: Vec<FailureBody>,
    locks: Vec<LockBody>,
    revocations: Vec<OwnRevocation>,
    devices: Vec<DeviceBody>,
}

impl SecurityAudit {
    fn new(dossier: Dossier, now: Timestamp, caller: &crate::access::SessionId) -> Self {
        let user = dossier.user;
        let family = |Family { session, chain, tokens }: Family| FamilyBody {
            tokens_total: tokens,
            state: session.state(now).to_string(),
            id: session.id.to_string(),
            tokens: chain.into_iter().map(|link| TokenBody::new(link, session.ended_at, now)).collect(),
        };
        Self {
            user: Person {
                id: user.id.to_string(),
                email: user.email.to_string(),
                name: user.name.to_string(),
                role: user.role.to_string(),
                status: user.status.to_string(),
                last_login_at: user.last_login_at,
                locked_until: user.locked_until.filter(|until| *until > now),
            },
            sessions: dossier
                .sessions
                .into_iter()
                .map(|session| {
                    let current = session.id == *caller;
                    SessionBody::new(session, now, current)
                })
                .collect(),
            families: dossier.families.into_iter().map(family).collect(),
            failures: dossier.failures.into_iter().map(FailureBody::from).collect(),
            locks: dossier.locks.into_iter().map(LockBody::from).collect(),
            revocations: dossier
                .revocations
                .into_iter()
                .map(|(run, own_sessions)| OwnRevocation { revocation: run.into(), own_sessions })
                .collect(),
            devices: dossier.devices.into_iter().map(DeviceBody::from).collect(),
        }
    }
}

/// Everything about the security of a person's account.
#[utoipa::path(get, path = "/api/v1/sessions/security-audit/{id}", tag = "sessions", params(("id" = String, Path, description = "The user")), responses(
    (status = 200, description = "What is known", body = SecurityAudit),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn audit(
    who: Allowed<SeeUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let (organization, now) = (who.actor.organization, context.now);
    let found = context.app.db.read(move |c| reading::dossier(c, &organization, &id, now)).await?;
    let dossier = found.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(SecurityAudit::new(dossier, context.now, &who.actor.session)))
}
