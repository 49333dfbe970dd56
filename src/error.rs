//! The one error of the application: what went wrong for the person, and the cause for the log.
//!
//! Actions return small enums of their own with `From` into this one. `web::errors` turns it into a
//! page, an htmx toast or problem+json; the cause of an internal error never leaves the log.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// One field that was refused, in the words shown beside it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The name of the field, as in the form or JSON body.
    pub field: String,
    /// One sentence that says what to do.
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// What a request can fail with.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No such thing, or not for this person: both look the same.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// A token was presented and is not good; `code` is stable, for programs.
    #[error("unauthorized: {code}")]
    Unauthorized { code: &'static str, message: String },
    /// Signed in, and not allowed.
    #[error("forbidden: {code}")]
    Forbidden { code: &'static str, message: String },
    /// The request does not fit the present state.
    #[error("conflict: {code}")]
    Conflict { code: &'static str, message: String, current: Option<serde_json::Value> },
    /// The request cannot be read at all (400).
    #[error("bad request: {code}")]
    BadRequest { code: &'static str, message: String, errors: Vec<FieldError> },
    /// The request was read and fields were refused (422).
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// A body over its limit.
    #[error("too large")]
    TooLarge(String),
    /// A body of another content type than is read here.
    #[error("unsupported media type")]
    UnsupportedMedia(String),
    /// The method is not served at this path.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// Too many of these.
    #[error("too many requests")]
    TooMany { retry_after: Duration },
    /// Something this request needs is away or has no room.
    #[error("unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// Our fault.
    #[error("internal: {0}")]
    Internal(#[source] Cause),
}

impl AppError {
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// One refused field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::BadRequest { code, message: message.into(), errors: Vec::new() }
    }

    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::Forbidden { code, message: message.into() }
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into(), current: None }
    }

    /// Was the request refused, rather than lost in an outage that leaves open what became of it?
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Unavailable(_) | Self::Internal(_))
    }

    /// The stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Unauthorized { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Conflict { code, .. }
            | Self::BadRequest { code, .. } => code,
            Self::Invalid(_) => "invalid",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMedia(_) => "unsupported_media_type",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooMany { .. } => "too_many_requests",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// A few words for a heading.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Page not found",
            Self::Unauthenticated | Self::Unauthorized { .. } => "Sign in to continue",
            Self::Forbidden { .. } => "You cannot do this",
            Self::Conflict { .. } => "This has changed meanwhile",
            Self::BadRequest { .. } | Self::UnsupportedMedia(_) => "We could not read that",
            Self::Invalid(_) => "There is a problem",
            Self::TooLarge(_) => "That is too large",
            Self::MethodNotAllowed => "That is not possible here",
            Self::TooMany { .. } => "Too many tries",
            Self::Unavailable(_) => "The service is not available just now",
            Self::Internal(_) => "Something went wrong on our side",
        }
    }

    /// One sentence that says what to do; tells nothing internal.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::NotFound => "Check the address, or go back to the start.".to_owned(),
            Self::Unauthenticated => "Sign in, then try again.".to_owned(),
            Self::Unauthorized { message, .. }
            | Self::Forbidden { message, .. }
            | Self::Conflict { message, .. }
            | Self::BadRequest { message, .. }
            | Self::TooLarge(message)
            | Self::UnsupportedMedia(message) => message.clone(),
            Self::Invalid(errors) => {
                errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ")
            }
            Self::MethodNotAllowed => "Go back and use the buttons on the page.".to_owned(),
            Self::TooMany { retry_after } => {
                format!("Wait {} and try again.", in_words(*retry_after))
            }
            Self::Unavailable(_) => "Try again in a moment; nothing you entered was used.".to_owned(),
            Self::Internal(_) => "Try again; if it happens again, tell us the request id below.".to_owned(),
        }
    }

    /// When to try again, for `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable(_) => Some(Duration::from_secs(2)),
            _ => None,
        }
    }
}

fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        0 | 1 => "a second".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            passing if passes(&passing) => Self::unavailable(passing),
            other => Self::internal(other),
        }
    }
}

/// What the databases say when nothing is wrong with the work itself: somebody else was in the way, it took too
/// long, or the server went away. Diesel tells codes of neither SQLite nor most of PostgreSQL, so it is known by
/// its words; a server that speaks another language than English is taken at its codes alone.
const PASSING: [&str; 11] = [
    "database is locked",
    "database table is locked",
    "deadlock detected",
    "canceling statement due to lock timeout",
    "canceling statement due to statement timeout",
    "could not obtain lock on row",
    "terminating connection",
    "server closed the connection",
    "no connection to the server",
    "the database system is",
    "SSL connection has been closed",
];

/// Would the same work succeed if it was begun again?
fn passes(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    match error {
        Error::BrokenTransactionManager
        | Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::SerializationFailure,
            _,
        ) => true,
        Error::DatabaseError(_, told) => PASSING.iter().any(|words| told.message().contains(words)),
        Error::RollbackErrorOnCommit { rollback_error, commit_error } => {
            passes(commit_error) || passes(rollback_error)
        }
        _ => false,
    }
}

/// Lets an error travel to the middleware that renders it (`web::errors`).
#[derive(Clone)]
pub struct Carried(pub std::rc::Rc<AppError>);

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated | Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A bare answer; the middleware reads the error off the response and renders it, with its headers.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_cause_is_in_no_text_for_people() {
        let error = AppError::internal("password=hunter2");
        assert!(!error.advice().contains("hunter2"));
        assert!(!error.title().contains("hunter2"));
    }

    #[test]
    fn an_outage_is_never_told_as_not_found() {
        let error = AppError::from(diesel::result::Error::BrokenTransactionManager);
        assert_eq!(error.status_code(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn what_passes_by_itself_is_an_outage_and_a_mistake_is_not() {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        let error = |kind, words: &str| Error::DatabaseError(kind, Box::new(words.to_owned()));
        for (error, passing) in [
            (error(Kind::Unknown, "database is locked"), true),
            (error(Kind::Unknown, "deadlock detected"), true),
            (error(Kind::Unknown, "canceling statement due to lock timeout"), true),
            (error(Kind::Unknown, "canceling statement due to statement timeout"), true),
            (error(Kind::SerializationFailure, "could not serialize access"), true),
            (error(Kind::ClosedConnection, "server closed the connection unexpectedly"), true),
            (error(Kind::UnableToSendCommand, "no connection to the server"), true),
            (error(Kind::Unknown, "no such table: sessions"), false),
            (error(Kind::UniqueViolation, "duplicate key value"), false),
            (Error::RollbackTransaction, false),
        ] {
            let words = format!("{error:?}");
            assert_eq!(matches!(AppError::from(error), AppError::Unavailable(_)), passing, "{words}");
        }
        let lost = Error::RollbackErrorOnCommit {
            commit_error: Box::new(error(Kind::Unknown, "deadlock detected")),
            rollback_error: Box::new(Error::NotInTransaction),
        };
        assert!(matches!(AppError::from(lost), AppError::Unavailable(_)));
    }
}
