//! The API of revocations.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Receipt, Request};
use super::guard::OwnerOrKey;
use super::large::LargeJson;
use super::model::{Reason, Revocation, RevocationId, Scope};
use super::store;
use crate::access::{Role, SessionId, UserId};
use crate::clock::Timestamp;
use crate::error::{AppError, FieldError};
use crate::idempotency::{Answer, once};
use crate::own_account;
use crate::sessions::filter::{self, Filter};
use crate::sessions::listing;
use crate::sessions::store::Kind;
use crate::web::errors::Problem;
use crate::web::forms::body;
use crate::web::guard::{Fresh, RevokeSessions, SeeUsers};
use crate::web::{Allowed, Context, Json};

/// Said when nobody says why.
const USUAL_REASON: &str = "Ended by staff.";

/// Why, in words that the person concerned reads.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    #[schema(example = "Your laptop was reported as lost.", max_length = 500)]
    reason: Option<String>,
}

impl Why {
    fn reason(&self) -> Result<Reason, AppError> {
        Ok(Reason::parse(self.reason.as_deref().unwrap_or(USUAL_REASON))?)
    }

    /// For one's own session, which needs none.
    fn own_reason(&self) -> Result<Option<Reason>, AppError> {
        Ok(self.reason.as_deref().map(Reason::parse).transpose()?)
    }
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revoked {
    /// Sessions that were ended by now.
    #[schema(example = 3)]
    revoked: i64,
    /// The revocation, when it still goes on: `GET /sessions/revocations/{id}` tells how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
}

fn revoked(receipt: &Receipt) -> HttpResponse {
    let job = receipt.job().map(|run| run.id.to_string());
    HttpResponse::Ok().json(Revoked { revoked: receipt.revoked, job })
}

fn session_id(text: &str) -> Result<SessionId, AppError> {
    SessionId::parse(text).ok_or(AppError::NotFound)
}

/// Ends a token family.
#[utoipa::path(delete, path = "/api/v1/sessions/revoke-family/{id}", tag = "sessions", params(("id" = String, Path, description = "The family")), request_body = Why, responses(
    (status = 200, description = "Ended; 0 when it was over already", body = Revoked),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such family in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is too long", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn family(
    who: Allowed<RevokeSessions>,
    context: Context,
    id: Path<String>,
    Json(why): Json<Why>,
) -> Result<HttpResponse, AppError> {
    let (id, organization) = (session_id(&id)?, who.actor.organization);
    let reason = why.reason()?;
    let receipt = actions::revoke_family(&context.app, &context.act(), &organization, &id, reason).await?;
    Ok(revoked(&receipt))
}

/// Ends every session and token family of a user. Up to 500 are ended at once, more beside the request.
#[utoipa::path(delete, path = "/api/v1/sessions/revoke-user/{id}", tag = "sessions", params(("id" = String, Path, description = "The user")), request_body = Why, responses(
    (status = 200, description = "Ended, or begun", body = Revoked),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is too long", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn user(
    who: Allowed<RevokeSessions>,
    context: Context,
    id: Path<String>,
    Json(why): Json<Why>,
) -> Result<HttpResponse, AppError> {
    let (id, organization) = (UserId::parse(&id).ok_or(AppError::NotFound)?, who.actor.organization);
    let reason = why.reason()?;
    let receipt = actions::revoke_user(&context.app, &context.act(), &organization, &id, reason).await?;
    Ok(revoked(&receipt))
}

/// Ends one session: one's own, or, with the permission for it, any of the organization. A key ends those of others.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions", params(("id" = String, Path)), request_body = Why, responses(
    (status = 200, description = "Ended; 0 when it was over already", body = Revoked),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`; `scope_missing` for a key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such session that the caller may end", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is too long", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn one(
    OwnerOrKey(actor): OwnerOrKey,
    context: Context,
    staff: Option<Allowed<RevokeSessions>>,
    id: Path<String>,
    Json(why): Json<Why>,
) -> Result<HttpResponse, AppError> {
    let (id, reason) = (session_id(&id)?, why.reason()?);
    let (organization, sought) = (actor.organization.clone(), id.clone());
    let found = context.app.db.read(move |c| listing::by_id(c, &organization, &sought)).await?;
    let found = found.ok_or(AppError::NotFound)?.session;
    // Who made a key is not the one who calls with it.
    if found.user_id == actor.user && actor.key.is_none() {
        let reason = why.own_reason()?;
        let act = context.act();
        let ended = match own_account::actions::end_session(&context.app, &act, &actor, id, reason).await {
            Ok(()) => 1,
            Err(AppError::NotFound) => 0,
            Err(error) => return Err(error),
        };
        return Ok(HttpResponse::Ok().json(Revoked { revoked: ended, job: None }));
    }
    // Whoever may not end it need not know that it exists.
    let staff = staff.ok_or(AppError::NotFound)?;
    let organization = staff.actor.organization;
    let receipt = actions::revoke_session(&context.app, &context.act(), &organization, &id, reason).await?;
    Ok(revoked(&receipt))
}

/// Which sessions: everything given must hold.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FilterBody {
    /// Ids or addresses; at most 1,000. One that is unknown stops nothing.
    #[schema(example = json!(["ada@example.org"]))]
    users: Option<Vec<String>>,
    #[schema(value_type = Option<String>)]
    user: Option<UserId>,
    /// `browser` or `api`.
    #[schema(value_type = Option<String>, example = "browser")]
    kind: Option<Kind>,
    #[schema(value_type = Option<String>, example = "support")]
    role: Option<Role>,
    /// Two letters.
    #[schema(example = "DE")]
    country: Option<String>,
    /// An address or a network.
    #[schema(example = "10.0.0.0/8")]
    ip_range: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen_before: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_before: Option<Timestamp>,
}

impl FilterBody {
    fn read(self) -> Result<(Filter, Option<Vec<String>>), AppError> {
        let mut errors = Vec::new();
        let mut take = |field: &str, problem: &str| {
            errors.push(FieldError::new(format!("filter.{field}"), problem));
        };
        let ip_range = self.ip_range.as_deref().map(|text| {
            filter::network(text).or_else(|| {
                take("ip_range", "Write an address or a network, such as 10.0.0.0/8.");
                None
            })
        });
        let country = self.country.as_deref().map(|text| {
            filter::country(text).or_else(|| {
                take("country", "Write the country as two letters.");
                None
            })
        });
        let filter = Filter {
            user: self.user,
            kind: self.kind,
            role: self.role,
            country: country.flatten(),
            ip_range: ip_range.flatten(),
            last_seen_before: self.last_seen_before,
            signed_in_before: self.signed_in_before,
            ..Filter::default()
        };
        if errors.is_empty() && filter.is_empty() && self.users.is_none() {
            errors.push(FieldError::new("filter", "Say which sessions are meant."));
        }
        if errors.is_empty() { Ok((filter, self.users)) } else { Err(AppError::Invalid(errors)) }
    }
}

/// What is to be ended, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeBody {
    filter: FilterBody,
    /// In words that the people concerned read; may be left out in a dry run.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Only count.
    #[serde(default)]
    dry_run: bool,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevokeAnswer {
    /// Sessions that are open and match.
    matched: i64,
    /// Sessions that were ended by now.
    revoked: i64,
    /// The revocation, when it still goes on: `GET /sessions/revocations/{id}` tells how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
}

/// Ends every open session that matches. Up to 500 are ended at once, more beside the request.
#[utoipa::path(post, path = "/api/v1/sessions/revoke", tag = "sessions", request_body = RevokeBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer")), responses(
    (status = 200, description = "Ended, or begun", body = RevokeAnswer),
    (status = 400, description = "The body cannot be read; `bad_idempotency_key`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`; `fresh_factor_required`: sign in again first", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The filter or the reason is not in order", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn matching(
    who: Fresh<RevokeSessions>,
    context: Context,
    LargeJson(sent): LargeJson<RevokeBody>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (filter, list) = sent.filter.read()?;
    let organization = who.actor.organization;
    if sent.dry_run {
        let matched =
            actions::preview(&context.app, &organization, &filter, list.as_deref(), context.now).await?;
        return Ok(HttpResponse::Ok().json(RevokeAnswer { matched, revoked: 0, job: None }));
    }
    let reason = Reason::parse(sent.reason.as_deref().unwrap_or_default())?;
    let scope = if list.is_some() { Scope::Users } else { Scope::Filter };
    let wanted = Request { organization, scope, filter, list, reason, counted_at: None };
    once(&context, &request, || body(&request).to_vec(), async {
        let receipt = actions::revoke(&context.app, &context.act(), wanted).await?;
        let job = receipt.job().map(|run| run.id.to_string());
        let answer = RevokeAnswer { matched: receipt.matched, revoked: receipt.revoked, job };
        Answer::of(StatusCode::OK, answer)
    })
    .await
}

/// A revocation.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevocationBody {
    pub id: String,
    /// `session`, `sessions`, `family`, `user`, `users` or `filter`.
    pub scope: String,
    /// What it is about, in words.
    pub sessions: String,
    pub reason: String,
    pub requested_by: String,
    /// `preparing`, `running`, `done`, `cancelled` or `failed`.
    pub state: String,
    pub matched: i64,
    pub revoked: i64,
    /// How many people were told.
    pub people: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

impl From<Revocation> for RevocationBody {
    fn from(run: Revocation) -> Self {
        Self {
            sessions: run.words(),
            id: run.id.to_string(),
            scope: run.scope.to_string(),
            reason: run.reason,
            requested_by: run.requester_name,
            state: run.state.to_string(),
            matched: run.matched,
            revoked: run.revoked,
            people: run.users,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}

/// How far a revocation is.
#[utoipa::path(get, path = "/api/v1/sessions/revocations/{id}", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 200, description = "The revocation", body = RevocationBody),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such revocation in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revocation(
    who: Allowed<SeeUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = RevocationId::parse(&id).ok_or(AppError::NotFound)?;
    let organization = who.actor.organization;
    let found = context.app.db.read(move |c| store::by_id(c, &organization, &id)).await?;
    Ok(HttpResponse::Ok().json(RevocationBody::from(found.ok_or(AppError::NotFound)?)))
}
