//! What kind of address it is: who asks there, and how.

use super::{
    CASE_DOCUMENTS, HEALTH, INVITE_FILE, JWKS, LIVENESS, METRICS, OPENAPI, PEOPLE_REVOCATION_FILE, READINESS,
    REGISTER,
};

/// Is this a call of the JSON API?
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/v1/") || matches!(path, "/api" | "/v1")
}

/// The part of the API that a call is about: `verifications` of `/api/v1/verifications/…`.
#[must_use]
pub fn api_area(path: &str) -> &str {
    api_path(path).split('/').nth(1).unwrap_or_default()
}

/// A path of the API under its root, the same for both roots: `/verifications/…`.
#[must_use]
pub fn api_path(path: &str) -> &str {
    let rest = path.strip_prefix("/api/v1").or_else(|| path.strip_prefix("/v1"));
    rest.filter(|rest| rest.starts_with('/')).unwrap_or_default()
}

/// Is a program asking, whatever its headers say? Failures are told it in JSON.
#[must_use]
pub fn is_for_programs(path: &str) -> bool {
    is_api(path)
        || path == HEALTH
        || path == METRICS
        || path.starts_with("/health/")
        || path == OPENAPI
        || path == JWKS
}

/// Does this answer without looking who asks?
#[must_use]
pub fn is_anonymous(path: &str) -> bool {
    path.starts_with("/assets/") || matches!(path, LIVENESS | READINESS | OPENAPI | JWKS)
}

/// May a form with files be sent here? Its own extractor then checks the token.
#[must_use]
pub fn takes_files(path: &str) -> bool {
    [REGISTER, CASE_DOCUMENTS, INVITE_FILE, PEOPLE_REVOCATION_FILE].contains(&path)
}
