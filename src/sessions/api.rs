//! The API of sessions: one's own, and the feed for applications that verify access tokens by themselves.

use actix_web::HttpResponse;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::listing::{self, Session};
use crate::clock::Timestamp;
use crate::error::{AppError, FieldError};
use crate::web::errors::Problem;
use crate::web::guard::SeeUsers;
use crate::web::pager::{Cursor, Limit};
use crate::web::{Allowed, Context, Query, SignedIn};

/// A transaction may be kept this long after the moment it gives its rows: the feed hands such moments out again.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// The id before every other.
const FIRST: &str = "00000000-0000-0000-0000-000000000000";

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

/// One's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    pub items: Vec<SessionBody>,
    /// Always absent: a person's open sessions are on one page.
    pub next_cursor: Option<String>,
}

/// The open sessions of the caller, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses(
    (status = 200, description = "The sessions", body = OwnSessions),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(SignedIn(actor): SignedIn, context: Context) -> Result<HttpResponse, AppError> {
    let (user, now) = (actor.user.clone(), context.now);
    let sessions = context.app.db.read(move |c| listing::open_of_user(c, &user, now)).await?;
    let items = sessions.into_iter().map(|session| {
        let current = session.id == actor.session;
        SessionBody::new(session, now, current)
    });
    Ok(HttpResponse::Ok().json(OwnSessions { items: items.collect(), next_cursor: None }))
}

/// From where the feed is read.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
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
    fn place(&self) -> Result<Cursor, AppError> {
        if let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) {
            return Cursor::decode(text).ok_or_else(|| {
                AppError::bad_request("bad_cursor", "Take the cursor from next_cursor of the answer before.")
            });
        }
        let at = match self.since.as_deref().filter(|text| !text.is_empty()) {
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
        Ok(Cursor::new(at, FIRST))
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
    /// Where to go on, now or later; there always is one. What ended within the last seconds comes again.
    pub next_cursor: String,
}

/// Sessions of the organization that have ended, oldest first: poll it with the cursor of the last answer.
#[utoipa::path(get, path = "/api/v1/sessions/revoked", tag = "sessions", params(FeedStart), responses(
    (status = 200, description = "What ended since", body = EndedSessions),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoked(
    who: Allowed<SeeUsers>,
    context: Context,
    Query(since): Query<FeedStart>,
) -> Result<HttpResponse, AppError> {
    let (place, limit) = (since.place()?, since.limit.0);
    let (organization, from) = (who.actor.organization, place.clone());
    let found = context.app.db.read(move |c| listing::ended_since(c, &organization, &from, limit)).await?;
    let last = found.last().map(|(sid, at)| Cursor::new(*at, sid.as_str()));
    let settled = Cursor::new(context.now.minus(OVERLAP), FIRST);
    let next = match last {
        Some(last) if last.at < settled.at || found.len() == limit => last,
        Some(_) => settled,
        None => place,
    };
    let items = found.into_iter().map(|(sid, at)| EndedSession { sid: sid.to_string(), at });
    Ok(HttpResponse::Ok().json(EndedSessions { items: items.collect(), next_cursor: next.encode() }))
}
