//! The API of sessions: one's own, and the feed for applications that verify access tokens by themselves.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::feed::FeedPlace;
use super::listing::{self, Session};
use crate::clock::Timestamp;
use crate::error::{AppError, FieldError};
use crate::web::errors::Problem;
use crate::web::guard::SeeUsers;
use crate::web::pager::{Cursor, Direction, Limit, Place};
use crate::web::{Allowed, Context, Query, SignedIn};

/// A session, or a token family.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionBody {
    pub id: String,
    /// `browser` or `api`.
    #[schema(example = "api")]
    pub kind: String,
    /// `open`, `ended` or `expired`.
    #[schema(example = "open")]
    pub state: String,
    #[schema(example = "Firefox on Linux")]
    pub device: String,
    pub ip: String,
    pub country: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
    /// When it ends if it is not used again.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// The revocation that ended it.
    pub revocation: Option<String>,
    /// Is it the session of this request?
    pub current: bool,
}

impl SessionBody {
    #[must_use]
    pub fn new(session: Session, now: Timestamp, current: bool) -> Self {
        Self {
            state: session.state(now).to_string(),
            expires_at: session.over_at(),
            id: session.id.to_string(),
            kind: session.kind.to_string(),
            device: session.device,
            ip: session.ip,
            country: session.country,
            created_at: session.created_at,
            last_seen_at: session.seen_at,
            ended_at: session.ended_at,
            end_reason: session.end_reason,
            revocation: session.revocation_id,
            current,
        }
    }
}

/// A page of one's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    pub items: Vec<SessionBody>,
    /// Where the next page starts; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Which page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OwnListing {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
}

/// What was typed; an empty parameter is none.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn bad_cursor() -> AppError {
    AppError::bad_request("bad_cursor", "Take the cursor from next_cursor of the answer before.")
}

/// Names the next page in a header too.
fn link(
    context: &Context,
    request: &HttpRequest,
    limit: Limit,
    cursor: &str,
) -> (header::HeaderName, String) {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &limit.0.to_string()).append_pair("cursor", cursor);
    let next = context.app.link(&format!("{}?{}", request.path(), query.finish()));
    (header::LINK, format!("<{next}>; rel=\"next\""))
}

/// The open sessions of the caller, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", params(OwnListing), responses(
    (status = 200, description = "A page; `Link` names the next one", body = OwnSessions),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    SignedIn(actor): SignedIn,
    context: Context,
    Query(listing): Query<OwnListing>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let cursor = given(listing.cursor.as_ref());
    let cursor = cursor.map(|text| Cursor::decode(text).ok_or_else(bad_cursor)).transpose()?;
    let place = Place { cursor, direction: Direction::Onward };
    let (user, now, limit) = (actor.user.clone(), context.now, listing.limit);
    let slice = context.app.db.read(move |c| listing::open_of_user(c, &user, now, &place, limit.0)).await?;
    let next_cursor = slice.next.map(|cursor| cursor.encode());
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        response.insert_header(link(&context, &request, limit, cursor));
    }
    let items = slice.items.into_iter().map(|session| {
        let current = session.id == actor.session;
        SessionBody::new(session, now, current)
    });
    Ok(response.json(OwnSessions { items: items.collect(), next_cursor }))
}

/// From where the feed is read.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FeedStart {
    /// From this moment on; everything that is kept when left out.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-03-02T09:00:00Z")]
    since: Option<String>,
    /// `next_cursor` of the answer before; it goes before `since`.
    cursor: Option<String>,
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
}

impl FeedStart {
    fn place(&self) -> Result<FeedPlace, AppError> {
        if let Some(text) = given(self.cursor.as_ref()) {
            return FeedPlace::decode(text).ok_or_else(bad_cursor);
        }
        let at = match given(self.since.as_ref()) {
            Some(text) => Timestamp::parse(text).ok_or_else(|| {
                let message = "Write since as a time, such as 2026-03-02T09:00:00Z.";
                AppError::BadRequest {
                    code: "bad_query",
                    message: message.to_owned(),
                    errors: vec![FieldError::new("since", message)],
                }
            })?,
            None => Timestamp::from_unix(0).unwrap_or(Timestamp::from_naive(chrono::NaiveDateTime::MIN)),
        };
        Ok(FeedPlace::from(at))
    }
}

/// A session that ended: access tokens with this `sid` are worth nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedSession {
    pub sid: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A stretch of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedSessions {
    pub items: Vec<EndedSession>,
    /// Where to go on, at once after a full page, later otherwise; there always is one. Every end is handed out at
    /// least once: what ended within half a minute before the last round comes again, so take a `sid` that is known
    /// already as said.
    pub next_cursor: String,
}

/// Sessions of the organization that have ended, oldest first: poll it with the cursor of the last answer.
///
/// Every end is handed out at least once, also one whose transaction was kept late. For that, the feed goes back by
/// half a minute each time the present was reached: expect a `sid` more than once.
#[utoipa::path(get, path = "/api/v1/sessions/revoked", tag = "sessions", params(FeedStart), responses(
    (status = 200, description = "What ended since; `Link` names where to go on", body = EndedSessions),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoked(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(since): Query<FeedStart>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (place, limit) = (since.place()?, since.limit);
    let (organization, from) = (who.actor.organization, place.after.clone());
    let found = context.app.db.read(move |c| listing::ended_since(c, &organization, &from, limit.0)).await?;
    let last = found.last().map(|(sid, at)| Cursor::new(*at, sid.as_str()));
    let next_cursor = place.next(last, found.len() == limit.0, context.now).encode();
    let items = found.into_iter().map(|(sid, at)| EndedSession { sid: sid.to_string(), at }).collect();
    Ok(HttpResponse::Ok()
        .insert_header(link(&context, &request, limit, &next_cursor))
        .json(EndedSessions { items, next_cursor }))
}
