//! The API of API keys; only people with a fresh factor change anything.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::actions::{self, Issued};
use super::model::{self, ApiKey, NewKey, State};
use super::store;
use crate::access::{ApiKeyId, Scope, UserId};
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::idempotency::{Answer, once};
use crate::limits;
use crate::web::errors::Problem;
use crate::web::forms::body;
use crate::web::guard::{Fresh, ManageUsers};
use crate::web::pager::{Cursor, Direction, Limit, Place};
use crate::web::{Allowed, Context, Json, Query};

/// More keys than anybody needs, and fewer than a script that went wild would make.
const CREATED: limits::Limit = limits::Limit::new("api_keys", 60, TimeDelta::hours(1));

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyBody {
    #[schema(value_type = String)]
    id: ApiKeyId,
    #[schema(example = "Nightly import")]
    name: String,
    /// The part of the key that may be shown.
    #[schema(example = "fd_0190a1b2c3d4")]
    begins_with: String,
    /// `active`, `replaced` (works until `expires_at`), `paused` (whoever made it has no active account), `expired` or
    /// `revoked`.
    #[schema(value_type = String, example = "active")]
    state: State,
    #[schema(value_type = Vec<String>, example = json!(["verifications:read"]))]
    scopes: Vec<Scope>,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Kept to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    last_used_ip: Option<String>,
    /// The key that took its place.
    #[schema(value_type = Option<String>)]
    successor: Option<ApiKeyId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

impl KeyBody {
    fn of(key: ApiKey, state: State) -> Self {
        Self {
            begins_with: key.beginning(),
            state,
            scopes: key.scopes(),
            id: key.id,
            name: key.name,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip,
            successor: key.successor_id,
            revoked_at: key.revoked_at,
        }
    }
}

/// A key that was just made; `key` is never shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedBody {
    /// The whole key, for `Authorization: Bearer …` or `X-Api-Key`.
    key: String,
    api_key: KeyBody,
}

impl IssuedBody {
    fn of(issued: Issued) -> Self {
        Self { key: issued.text.expose_secret().to_owned(), api_key: KeyBody::of(issued.key, State::Active) }
    }
}

/// A page of keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyPage {
    items: Vec<KeyBody>,
    /// For `cursor`, when there is more.
    next_cursor: Option<String>,
}

/// Which keys to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    #[schema(min_length = 1, max_length = 60, example = "Nightly import")]
    name: String,
    /// Of `verifications:read`, `verifications:decide`, `users:read`, `users:manage`, `sessions:read`,
    /// `sessions:revoke`, `invites:manage`; acting includes reading.
    #[schema(min_items = 1, example = json!(["verifications:read"]))]
    scopes: Vec<String>,
    /// 1 to 365, 90 when left out.
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: Option<u16>,
}

/// How a key is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// Hours that the old key works on: 0 to 168, 24 when left out.
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<u16>,
}

/// The organization's API keys, newest first.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api-keys", params(Listing), responses(
    (status = 200, description = "A page; `Link` names the next one", body = KeyPage),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `api_key_not_allowed`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    who: Allowed<ManageUsers>,
    context: Context,
    Query(listing): Query<Listing>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let cursor = listing.cursor.as_deref().filter(|text| !text.is_empty()).map(|text| {
        let broken = "Take the cursor from next_cursor of the page before.";
        Cursor::decode(text).ok_or_else(|| AppError::bad_request("bad_cursor", broken))
    });
    let place = Place { cursor: cursor.transpose()?, direction: Direction::Onward };
    let (organization, limit) = (who.actor.organization, listing.limit.0);
    let slice = context.app.db.read(move |c| store::page(c, &organization, &place, limit)).await?;
    let next_cursor = slice.next.map(|cursor| cursor.encode());
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        let next = context.app.link(&format!("{}?limit={limit}&cursor={cursor}", request.path()));
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    let items = slice.items.into_iter().map(|row| {
        let state = row.state(context.now);
        KeyBody::of(row.key, state)
    });
    let items = items.collect();
    Ok(response.json(KeyPage { items, next_cursor }))
}

/// Makes a key. The answer is the only place where the whole key is shown.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api-keys", request_body = CreateKey,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer")), responses(
    (status = 201, description = "The new key", body = IssuedBody),
    (status = 400, description = "`bad_json`, `bad_idempotency_key`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `fresh_factor_required`, `api_key_not_allowed`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Fields are refused, each with a sentence", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many keys; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    who: Fresh<ManageUsers>,
    context: Context,
    Json(sent): Json<CreateKey>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let new = NewKey::parse(who.actor.role, &sent.name, &sent.scopes, sent.expires_in_days);
    let new = new.map_err(AppError::Invalid)?;
    once(&context, &request, || body(&request).to_vec(), async {
        limits::take(&context.app, CREATED, &[format!("user:{}", who.actor.user)]).await?;
        let issued = actions::create(&context.app, &context.act(), &who.actor, new).await?;
        Answer::created(IssuedBody::of(issued))
    })
    .await
}

/// Makes a key in the place of another, which works on until the overlap ends.
#[utoipa::path(post, path = "/api/v1/api-keys/{id}/rotate", tag = "api-keys", request_body = RotateKey,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer")), responses(
    (status = 201, description = "The new key", body = IssuedBody),
    (status = 400, description = "`bad_json`, `bad_idempotency_key`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `fresh_factor_required`, `api_key_not_allowed`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such key in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not_active`, `idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The overlap is too long", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many keys; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn rotate(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(sent): Json<RotateKey>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = ApiKeyId::parse(&id).ok_or(AppError::NotFound)?;
    let overlap = model::overlap(sent.overlap_hours)?;
    once(&context, &request, || body(&request).to_vec(), async {
        limits::take(&context.app, CREATED, &[format!("user:{}", who.actor.user)]).await?;
        let issued = actions::rotate(&context.app, &context.act(), &who.actor, &id, overlap).await?;
        Answer::created(IssuedBody::of(issued))
    })
    .await
}

/// Revokes a key at once.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api-keys", params(("id" = String, Path)), responses(
    (status = 204, description = "Revoked, now or before"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `fresh_factor_required`, `api_key_not_allowed`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such key in this organization", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoke(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = ApiKeyId::parse(&id).ok_or(AppError::NotFound)?;
    actions::revoke(&context.app, &context.act(), &who.actor.organization, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
