//! The API of invites.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::accept::{self, Accepted, Answer, Offer, Standing};
use super::actions;
use super::model::{Invite, InviteId, State};
use super::pages::Fields;
use super::store::{self, Filter, Listed};
use crate::accounts::User;
use crate::clock::Timestamp;
use crate::error::{AppError, FieldError};
use crate::idempotency::{self, once};
use crate::web::errors::Problem;
use crate::web::forms::body;
use crate::web::guard::{ManageUsers, demand_fresh};
use crate::web::pager::{Cursor, Direction, Limit, Place};
use crate::web::{Allowed, Anyone, Context, Json, Query};

/// Who is to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteBody {
    #[schema(example = "ada@example.org")]
    email: String,
    /// `member`, `reviewer`, `analyst`, `support`, `admin` or, by an operator, `operator`.
    #[schema(example = "reviewer", pattern = "^(member|reviewer|analyst|support|admin|operator)$")]
    role: String,
    /// What the form of the acceptance holds at first.
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
}

/// An invite.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteAnswer {
    id: String,
    email: String,
    role: &'static str,
    name: Option<String>,
    /// `open`, `accepted`, `expired` or `revoked`.
    state: &'static str,
    /// The name of who sent it last; of one that a key sent, of who made the key.
    invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was sent last, and how often.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    sends: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    accepted_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The account it became.
    user: Option<String>,
}

impl InviteAnswer {
    fn of(invite: &Invite, inviter: &str, now: Timestamp) -> Self {
        Self {
            id: invite.id.to_string(),
            email: invite.email.to_string(),
            role: invite.role.as_str(),
            name: invite.name.as_ref().map(ToString::to_string),
            state: invite.state(now).as_str(),
            invited_by: inviter.to_owned(),
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            sent_at: invite.sent_at,
            sends: invite.sends,
            accepted_at: invite.accepted_at,
            revoked_at: invite.revoked_at,
            user: invite.user_id.as_ref().map(ToString::to_string),
        }
    }
}

/// Invites an address; an older open invite for it is replaced.
#[utoipa::path(post, path = "/api/v1/invites", tag = "invites", request_body = InviteBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer")), responses(
    (status = 201, description = "Invited; the mail is on its way", body = InviteAnswer),
    (status = 400, description = "The body cannot be read, or has an unknown field; `bad_idempotency_key`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`; `role_not_allowed`: only an operator may give it; `fresh_factor_required` for a role of staff, which keys cannot give (`api_key_not_allowed`)", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`has_account`: the address has an account in this organization; `address_reserved`: somebody may still take it back; `idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Fields are refused, each with a sentence", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    who: Allowed<ManageUsers>,
    context: Context,
    Json(sent): Json<InviteBody>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let InviteBody { email, role, name } = sent;
    let fields = Fields { email, role, name: name.unwrap_or_default() };
    let invitee = fields.parse().map_err(AppError::Invalid)?;
    if invitee.role.is_staff() {
        demand_fresh(&who.actor, context.now)?;
    }
    once(&context, &request, || body(&request).to_vec(), async {
        let invite = actions::invite(&context.app, &context.act(), &who.actor, invitee).await??;
        idempotency::Answer::created(InviteAnswer::of(&invite, who.actor.person(), context.now))
    })
    .await
}

/// Which invites to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// `open`, `accepted`, `expired`, `revoked` or `all` (when left out).
    #[param(pattern = "^(open|accepted|expired|revoked|all)$")]
    state: Option<String>,
    /// In the address or the name.
    q: Option<String>,
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Listing {
    fn filter(&self) -> Result<Filter, AppError> {
        let text = self.q.clone().filter(|text| !text.trim().is_empty());
        let state = match self.state.as_deref() {
            None | Some("" | "all") => None,
            Some(name) => Some(State::parse(name).ok_or_else(|| {
                let message = "state must be open, accepted, expired, revoked or all.".to_owned();
                let errors = vec![FieldError::new("state", message.clone())];
                AppError::BadRequest { code: "bad_query", message, errors }
            })?),
        };
        Ok(Filter { state, text })
    }

    fn place(&self) -> Result<Place, AppError> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(Place::default());
        };
        let cursor = Cursor::decode(text).ok_or_else(|| {
            AppError::bad_request("bad_cursor", "Take the cursor from next_cursor of the page before.")
        })?;
        Ok(Place { cursor: Some(cursor), direction: Direction::Onward })
    }

    /// The address of the next page.
    fn next(&self, request: &HttpRequest, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("state", &self.state), ("q", &self.q)] {
            query.extend_pairs(value.as_ref().map(|value| (name, value)));
        }
        query.append_pair("limit", &self.limit.0.to_string()).append_pair("cursor", cursor);
        format!("{}?{}", request.path(), query.finish())
    }
}

/// A page of invites, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitePage {
    items: Vec<InviteAnswer>,
    /// For `cursor`; absent on the last page.
    next_cursor: Option<String>,
}

/// Invites of the organization.
#[utoipa::path(get, path = "/api/v1/invites", tag = "invites", params(Listing), responses(
    (status = 200, description = "A page; `Link` names the next one", body = InvitePage),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    who: Allowed<ManageUsers>,
    context: Context,
    Query(listing): Query<Listing>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (filter, place, limit) = (listing.filter()?, listing.place()?, listing.limit.0);
    let (organization, now) = (who.actor.organization, context.now);
    let slice =
        context.app.db.read(move |c| store::page(c, &organization, &filter, (&place, limit), now)).await?;
    let answer = |row: &Listed| InviteAnswer::of(&row.invite, &row.inviter, now);
    let items = slice.items.iter().map(answer).collect();
    let next_cursor = slice.next.map(|cursor| cursor.encode());
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        let next = context.app.link(&listing.next(&request, cursor));
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.json(InvitePage { items, next_cursor }))
}

/// Takes an open invite back; its link dies.
///
/// The path is shared with the token of a link, which is looked at by GET: here it is the id of the invite.
#[utoipa::path(delete, path = "/api/v1/invites/{token}", tag = "invites",
    params(("token" = String, Path, description = "The id of the invite")), responses(
    (status = 204, description = "Revoked"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such invite in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not_open`: it was accepted or revoked, or has expired", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoke(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = InviteId::parse(&id).ok_or(AppError::NotFound)?;
    actions::revoke(&context.app, &context.act(), &who.actor, &id).await??;
    Ok(HttpResponse::NoContent().finish())
}

/// What a link is worth.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Validity {
    valid: bool,
    /// `expired`, `used`, `revoked` or `unknown`, when it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The address that was invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl Validity {
    fn of(standing: &Standing) -> Self {
        let Standing::Open(offer) = standing else {
            return Self { reason: standing.reason(), ..Self::default() };
        };
        let Offer { invite, organization, .. } = offer.as_ref();
        Self {
            valid: true,
            reason: None,
            email: Some(invite.email.to_string()),
            role: Some(invite.role.as_str()),
            organization: Some(organization.clone()),
            expires_at: Some(invite.expires_at),
        }
    }
}

/// Tells what the link of an invite is worth, and uses nothing up.
#[utoipa::path(get, path = "/api/v1/invites/{token}", tag = "invites",
    params(("token" = String, Path, description = "The last part of the link in the mail")), responses(
    (status = 200, description = "What it is worth", body = Validity),
    (status = 429, description = "More than 10 a minute from one address", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Not available just now", body = Problem, content_type = "application/problem+json"),
))]
pub async fn validate(_: Anyone, context: Context, token: Path<String>) -> Result<HttpResponse, AppError> {
    let token = SecretString::from(token.into_inner());
    let standing = accept::look(&context.app, &context.act(), &token).await?;
    Ok(HttpResponse::Ok().json(Validity::of(&standing)))
}

/// What the invited person chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// Keeps the rules of the role: at least 8 characters, 12 for staff.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// The account that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewAccount {
    id: String,
    email: String,
    name: String,
    role: &'static str,
    status: &'static str,
    email_verified: bool,
}

impl NewAccount {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            role: user.role.as_str(),
            status: user.status.as_str(),
            email_verified: user.email_verified_at.is_some(),
        }
    }
}

/// Accepts an invite: opens an account with this name and password.
#[utoipa::path(post, path = "/api/v1/invites/{token}/accept", tag = "invites", request_body = AcceptBody,
    params(
        ("token" = String, Path, description = "The last part of the link in the mail"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key within 24 hours gets the same answer"),
    ), responses(
    (status = 201, description = "The account is open; sign in with `/auth/login`", body = NewAccount),
    (status = 400, description = "`token_expired`, `token_used`, `token_revoked`, `token_unknown`, `bad_idempotency_key`, or the body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`address_taken`: the address has an account; `idempotency_key_reused`, `idempotency_key_in_use`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Name or password are refused, each with a sentence", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "More than 5 in 5 minutes from one address", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many at once", body = Problem, content_type = "application/problem+json"),
))]
pub async fn accept(
    _: Anyone,
    context: Context,
    token: Path<String>,
    Json(sent): Json<AcceptBody>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = SecretString::from(token.into_inner());
    let answer = Answer { name: sent.name, password: sent.password };
    once(&context, &request, || body(&request).to_vec(), async {
        match accept::accept(&context.app, &context.act(), &token, answer).await? {
            Accepted::Opened(user) => idempotency::Answer::created(NewAccount::of(&user)),
            Accepted::Dead(standing) => Err(dead(&standing)),
            Accepted::AddressTaken => {
                Err(AppError::conflict("address_taken", "This address has an account: sign in with it."))
            }
            Accepted::Invalid(_, errors) => Err(AppError::Invalid(errors)),
        }
    })
    .await
}

fn dead(standing: &Standing) -> AppError {
    match standing {
        Standing::Expired => AppError::bad_request("token_expired", "Ask who invited you for a new invite."),
        Standing::Used => AppError::bad_request("token_used", "Sign in: the invite was accepted already."),
        Standing::Revoked => {
            AppError::bad_request("token_revoked", "Ask who invited you: the invite was taken back.")
        }
        Standing::Unknown | Standing::Open(_) => {
            AppError::bad_request("token_unknown", "Send the whole token of the link.")
        }
    }
}
