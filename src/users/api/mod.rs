//! The API of users: the same operations as the pages.

mod shapes;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

pub use shapes::{ReasonBody, RoleBody, UserBody, UserPage};

use super::actions;
use super::model::{Deed, Refusal};
use super::order::Order;
use super::search::{Search, Term};
use super::store;
use super::store::list::{self as lists, Tab, View};
use crate::access::{Actor, Role, UserId};
use crate::error::{AppError, FieldError};
use crate::web::errors::Problem;
use crate::web::guard::{Fresh, ManageUsers, SeeUsers};
use crate::web::pager::{Cursor, Direction, Limit, Place};
use crate::web::{Allowed, Context, Json, Query};

/// Which users to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// `active`, `pending`, `suspended`, `banned`, `rejected`, `locked` or `all` (when left out).
    status: Option<String>,
    /// `member`, `reviewer`, `analyst`, `support`, `admin` or `operator`; every role when left out.
    role: Option<String>,
    /// Words and operators, as in the console: `ada domain:example.org mfa:no seen:<2026-01-01`.
    q: Option<String>,
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn refuse(field: &str, message: String) -> AppError {
    let errors = vec![FieldError::new(field, message.clone())];
    AppError::BadRequest { code: "bad_query", message, errors }
}

impl Listing {
    fn view(&self, actor: Actor, context: &Context) -> Result<View, AppError> {
        let known = "status must be active, pending, suspended, banned, rejected, locked or all.";
        let tab = Tab::parse(given(self.status.as_ref()).unwrap_or("all"));
        let tab = tab.ok_or_else(|| refuse("status", known.to_owned()))?;
        let mut search = Search::parse(self.q.as_deref().unwrap_or_default());
        if !search.problems.is_empty() {
            return Err(refuse("q", search.problems.join(" ")));
        }
        if let Some(text) = given(self.role.as_ref()) {
            let known = "role must be member, reviewer, analyst, support, admin or operator.";
            let role = Role::parse(text).ok_or_else(|| refuse("role", known.to_owned()))?;
            search.terms.push((format!("role:{role}"), Term::Role(role)));
        }
        Ok(View { organization: actor.organization, tab, search, now: context.now })
    }

    fn place(&self) -> Result<Place, AppError> {
        let Some(text) = given(self.cursor.as_ref()) else { return Ok(Place::default()) };
        let cursor = Cursor::decode(text).ok_or_else(|| {
            AppError::bad_request("bad_cursor", "Take the cursor from next_cursor of the page before.")
        })?;
        Ok(Place { cursor: Some(cursor), direction: Direction::Onward })
    }

    /// The address of the next page.
    fn next(&self, request: &HttpRequest, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("status", &self.status), ("role", &self.role), ("q", &self.q)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("limit", &self.limit.0.to_string()).append_pair("cursor", cursor);
        format!("{}?{}", request.path(), query.finish())
    }
}

/// Users of the organization, newest first (locked ones by their lock).
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Listing), responses(
    (status = 200, description = "A page; `Link` names the next one", body = UserPage),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(listing): Query<Listing>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (view, place, limit) = (listing.view(who.actor, &context)?, listing.place()?, listing.limit.0);
    let slice = context.app.db.read(move |c| lists::page(c, &view, &place, limit)).await?;
    let next_cursor = slice.next.map(|cursor| cursor.encode());
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        let next = context.app.link(&listing.next(&request, cursor));
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    let items = slice.items.iter().map(UserBody::of).collect();
    Ok(response.json(UserPage { items, next_cursor }))
}

fn user_id(text: &str) -> Result<UserId, AppError> {
    UserId::parse(text).ok_or(AppError::NotFound)
}

async fn load(context: &Context, actor: &Actor, id: &UserId) -> Result<UserBody, AppError> {
    let (organization, id) = (actor.organization.clone(), id.clone());
    let person = context.app.db.read(move |c| store::person(c, &organization, &id)).await?;
    person.map(|person| UserBody::of(&person)).ok_or(AppError::NotFound)
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)), responses(
    (status = 200, description = "The user", body = UserBody),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
))]
pub async fn get(
    who: Allowed<SeeUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    Ok(HttpResponse::Ok().json(load(&context, &who.actor, &user_id(&id)?).await?))
}

/// Gives a user another role and ends their sessions. The caller has signed in (or shown a factor) within 10 minutes.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)), request_body = RoleBody, responses(
    (status = 200, description = "The user with the role; nothing changes when it was theirs already", body = UserBody),
    (status = 400, description = "`bad_json`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `fresh_factor_required`, `own_account`, `operators_only`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`last_administrator`, `not_possible`, `erased`; `current` is the user", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Role or reason is missing, or the reason too long", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(body): Json<RoleBody>,
) -> Result<HttpResponse, AppError> {
    let order = Order { role: body.role, ..Order::new(Deed::ChangeRole).because(body.reason.as_deref()) };
    carry_out(&context, &who.actor, &id, order).await
}

/// Keeps a user out and ends their sessions.
#[utoipa::path(post, path = "/api/v1/users/{id}/suspend", tag = "users", params(("id" = String, Path)), request_body = ReasonBody, responses(
    (status = 200, description = "The user, suspended (also when they were already)", body = UserBody),
    (status = 400, description = "`bad_json`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `own_account`, `operators_only`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`last_administrator`, `not_possible`, `erased`; `current` is the user", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is missing or too long", body = Problem, content_type = "application/problem+json"),
))]
pub async fn suspend(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(body): Json<ReasonBody>,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &id, body.order(Deed::Suspend)).await
}

/// Lets a suspended user in again.
#[utoipa::path(post, path = "/api/v1/users/{id}/reinstate", tag = "users", params(("id" = String, Path)), request_body = ReasonBody, responses(
    (status = 200, description = "The user, active (also when they were already)", body = UserBody),
    (status = 400, description = "`bad_json`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `own_account`, `operators_only`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not_possible`, `erased`; `current` is the user", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is missing or too long", body = Problem, content_type = "application/problem+json"),
))]
pub async fn reinstate(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(body): Json<ReasonBody>,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &id, body.order(Deed::Reinstate)).await
}

/// Lifts the lock that wrong passwords brought.
#[utoipa::path(post, path = "/api/v1/users/{id}/unlock", tag = "users", params(("id" = String, Path)), request_body = ReasonBody, responses(
    (status = 200, description = "The user, not locked (also when they were not)", body = UserBody),
    (status = 400, description = "`bad_json`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `own_account`, `operators_only`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`erased`; `current` is the user", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is too long", body = Problem, content_type = "application/problem+json"),
))]
pub async fn unlock(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(body): Json<ReasonBody>,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &id, body.order(Deed::Unlock)).await
}

/// Takes the password of a user away, ends their sessions and mails a link to choose a new one.
#[utoipa::path(post, path = "/api/v1/users/{id}/force-password-reset", tag = "users", params(("id" = String, Path)), request_body = ReasonBody, responses(
    (status = 200, description = "The user; the mail is on its way", body = UserBody),
    (status = 400, description = "`bad_json`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `own_account`, `operators_only`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such user in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not_possible`, `erased`; `current` is the user", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The reason is missing or too long", body = Problem, content_type = "application/problem+json"),
))]
pub async fn force_password_reset(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Json(body): Json<ReasonBody>,
) -> Result<HttpResponse, AppError> {
    carry_out(&context, &who.actor, &id, body.order(Deed::ResetPassword)).await
}

/// The user as they are after what was asked for; in a conflict, beside the refusal.
async fn carry_out(
    context: &Context,
    actor: &Actor,
    id: &str,
    order: Order,
) -> Result<HttpResponse, AppError> {
    let id = user_id(id)?;
    let refusal: Refusal = match actions::carry_out(&context.app, &context.act(), actor, &id, order).await? {
        Ok(done) => return Ok(HttpResponse::Ok().json(UserBody::of(&done.person))),
        Err(refusal) => refusal,
    };
    Err(match AppError::from(refusal) {
        AppError::Conflict { code, message, .. } => {
            let current = load(context, actor, &id).await?;
            let current = Some(serde_json::to_value(current).map_err(AppError::internal)?);
            AppError::Conflict { code, message, current }
        }
        AppError::Forbidden { code: "own_account", .. } if actor.key.is_some() => AppError::forbidden(
            "own_account",
            "This is the account of whoever made the key. Another administrator has to do that.",
        ),
        other => other,
    })
}
