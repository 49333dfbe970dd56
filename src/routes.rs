//! The only route table: what is served where, and who gets through (each handler's first argument).

use crate::accounts::{api as auth, devices, locks, pages as accounts, password, registration, verify_email};
use crate::mail::pages as mail;
use crate::own_account::pages as own;
use crate::sessions::access_token;
use crate::verifications::{api as cases, pages as verifications};
use crate::web::route::{Endpoint, delete, get, post};
use crate::{api_keys, audit, health, metrics, openapi, own_case, paths};
use paths::patterns as p;

/// Every route of the application.
#[must_use]
pub fn table() -> Vec<Endpoint> {
    let mut table = Vec::new();
    table.extend(watch());
    table.extend(own());
    table.extend(own_account());
    table.extend(applicant());
    table.extend(emails());
    table.extend(decide());
    table.extend(set_up());
    table.push(get(paths::JWKS, access_token::api::jwks));
    table.push(get(paths::OPENAPI, openapi::serve));
    table.push(get(paths::API_DOCS, openapi::page));
    table.extend(api("/api/v1"));
    table.extend(api("/v1"));
    table
}

/// Signing in and out, and one's own account.
fn own() -> Vec<Endpoint> {
    vec![
        get(paths::HOME, accounts::home),
        get(paths::LOGIN, accounts::login_form),
        post(paths::LOGIN, accounts::login),
        post(paths::LOGOUT, accounts::logout),
        get(p::SETUP_LINK, accounts::setup_link),
        get(paths::SETUP, accounts::setup_form),
        post(paths::SETUP, accounts::create),
        get(paths::PASSWORD, accounts::change_form),
        post(paths::PASSWORD, accounts::change),
        get(p::ACTIVATE_LINK, accounts::activate_link),
        get(paths::ACTIVATE, accounts::activate_form),
        post(paths::ACTIVATE, accounts::activate),
        post(paths::PASSWORD_RULES, password::rules_fragment),
        get(p::UNLOCK_LINK, locks::pages::link),
        get(paths::UNLOCK, locks::pages::page),
        post(paths::UNLOCK, locks::pages::unlock),
        get(p::END_SESSIONS_LINK, devices::pages::link),
        get(paths::END_SESSIONS, devices::pages::page),
        post(paths::END_SESSIONS, devices::pages::end),
        post(paths::THEME, accounts::theme),
    ]
}

/// The pages of one's own account.
fn own_account() -> Vec<Endpoint> {
    vec![
        get(paths::ACCOUNT, own::account),
        post(paths::OWN_PROFILE, own::save_profile),
        get(paths::OWN_SESSIONS, own::sessions),
        post(paths::OWN_SESSIONS_END_OTHERS, own::end_others),
        post(p::OWN_SESSION_END, own::end_session),
        get(paths::OWN_NOTIFICATIONS, own::notifications),
        post(paths::OWN_NOTIFICATIONS_READ_ALL, own::read_all),
        post(p::OWN_NOTIFICATION, own::open_notification),
        get(paths::OWN_PREFERENCES, own::preferences),
        post(paths::OWN_PREFERENCES, own::save_preferences),
        get(paths::OWN_DATA, own::data),
        get(paths::OWN_DATA_FILE, own::data_file),
    ]
}

/// Registering, and the links that come by email.
fn applicant() -> Vec<Endpoint> {
    vec![
        get(paths::REGISTER, registration::form),
        post(paths::REGISTER, registration::submit),
        get(paths::REGISTERED, registration::received),
        // Before the pattern of the link, which would take these words for a token.
        post(paths::VERIFY_EMAIL_NEW_LINK, verify_email::resend),
        get(paths::VERIFY_EMAIL_SENT, verify_email::sent),
        get(p::VERIFY_EMAIL_LINK, verify_email::link),
        get(paths::VERIFY_EMAIL, verify_email::page),
        post(paths::VERIFY_EMAIL, verify_email::confirm),
        get(p::CASE_LINK, own_case::link),
        get(paths::CASE, own_case::case),
        get(paths::CASE_RECEIVED, own_case::received),
        post(paths::CASE_DOCUMENTS, own_case::submit),
        get(p::OWN_DOCUMENT, own_case::document),
    ]
}

/// The email log.
fn emails() -> Vec<Endpoint> {
    vec![
        get(paths::EMAILS, mail::list),
        get(p::EMAIL, mail::email),
        get(p::EMAIL_PREVIEW, mail::preview),
        get(p::EMAIL_CAPTURED, mail::captured),
        get(p::EMAIL_CAPTURED_BODY, mail::captured_body),
        get(p::EMAIL_CAPTURED_RAW, mail::captured_raw),
    ]
}

/// The console's verification cases.
fn decide() -> Vec<Endpoint> {
    vec![
        get(paths::VERIFICATIONS, verifications::list),
        get(p::VERIFICATION, verifications::show),
        post(p::CLAIM, verifications::claim),
        post(p::RENEW, verifications::renew),
        post(p::RELEASE, verifications::release),
        post(p::LEAVE, verifications::leave),
        post(p::DECISION, verifications::decide),
        post(p::DECISION_PREVIEW, verifications::preview),
        get(p::DOCUMENT, verifications::open),
    ]
}

/// The console's settings of an organization.
fn set_up() -> Vec<Endpoint> {
    use api_keys::pages;
    vec![
        get(paths::API_KEYS, pages::list),
        post(paths::API_KEYS, pages::create),
        // Before the pattern of a key, which would take this word for an id.
        get(paths::NEW_API_KEY, pages::new),
        get(p::API_KEY, pages::show),
        get(p::API_KEY_ROTATE, pages::ask_rotate),
        post(p::API_KEY_ROTATE, pages::rotate),
        get(p::API_KEY_REVOKE, pages::ask_revoke),
        post(p::API_KEY_REVOKE, pages::revoke),
    ]
}

/// The JSON API, the same under `/api/v1` and `/v1`.
fn api(root: &str) -> Vec<Endpoint> {
    let at = |path: &str| format!("{root}{path}");
    vec![
        post(at("/auth/login"), auth::login),
        post(at("/auth/refresh"), auth::refresh),
        post(at("/auth/logout"), auth::logout),
        get(at("/auth/me"), auth::me),
        get(at("/verifications"), cases::list),
        get(at("/verifications/{id}"), cases::get),
        post(at("/verifications/{id}/claim"), cases::claim),
        post(at("/verifications/{id}/release"), cases::release),
        post(at("/verifications/{id}/decision"), cases::decide),
        post(at("/auth/register"), registration::api::submit),
        post(at("/email-verification/verify"), verify_email::api::verify),
        get(at("/api-keys"), api_keys::api::list),
        post(at("/api-keys"), api_keys::api::create),
        post(at("/api-keys/{id}/rotate"), api_keys::api::rotate),
        delete(at("/api-keys/{id}"), api_keys::api::revoke),
    ]
}

fn watch() -> Vec<Endpoint> {
    vec![
        get(paths::HEALTH, health::api::overall),
        get("/health/database", health::api::database),
        get("/health/storage", health::api::storage),
        get(paths::LIVENESS, health::api::liveness),
        get(paths::READINESS, health::api::readiness),
        get(paths::METRICS, metrics::serve),
        get(paths::HEALTH_PAGE, health::page),
        get(paths::AUDIT, audit::list),
        get(p::AUDIT_ENTRY, audit::entry),
    ]
}
