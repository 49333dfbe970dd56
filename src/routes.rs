//! The only route table: what is served where, and who gets through (each handler's first argument).

use crate::accounts::invites::{api as invites_api, pages as invites};
use crate::accounts::mfa::{api as mfa_api, pages as mfa};
use crate::accounts::{
    address, api as auth, devices, locks, pages as accounts, password, registration, reset, verify_email,
};
use crate::mail::pages as mail;
use crate::own_account::pages as own;
use crate::revocations::{api as revoking, pages as revocations};
use crate::sessions::{access_token, api as sessions, console};
use crate::users::{Deed, api as people_api, pages as users};
use crate::verifications::{api as cases, pages as verifications};
use crate::web::route::{Endpoint, delete, get, patch, post};
use crate::{api_keys, audit, health, metrics, openapi, own_case, paths, security};
use paths::patterns as p;

/// Every route of the application.
#[must_use]
pub fn table() -> Vec<Endpoint> {
    let mut table = Vec::new();
    table.extend(watch());
    table.extend(own());
    table.extend(second_factor());
    table.extend(own_account());
    table.extend(applicant());
    table.extend(recovery());
    table.extend(emails());
    table.extend(decide());
    table.extend(set_up());
    table.push(get(paths::JWKS, access_token::api::jwks));
    table.extend(people());
    table.extend(inviting());
    table.extend(session_pages());
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

/// Second factors: at sign-in, of one's own, before dangerous acts, and of a user.
fn second_factor() -> Vec<Endpoint> {
    vec![
        get(paths::LOGIN_CODE, mfa::code_form),
        post(paths::LOGIN_CODE, mfa::send_code),
        post(paths::LOGIN_CODE_PASSKEY, mfa::send_passkey),
        post(paths::LOGIN_CODE_PASSKEY_OPTIONS, mfa::code_passkey_options),
        post(paths::LOGIN_PASSKEY, mfa::sign_in_with_passkey),
        post(paths::LOGIN_PASSKEY_OPTIONS, mfa::sign_in_options),
        get(paths::MFA, mfa::overview),
        get(paths::TOTP, mfa::app_form),
        post(paths::TOTP, mfa::begin_app),
        post(paths::TOTP_CODE, mfa::confirm_app),
        post(paths::TOTP_REMOVE, mfa::remove_app),
        post(paths::PASSKEYS, mfa::add_passkey),
        post(paths::PASSKEY_OPTIONS, mfa::passkey_options),
        post(p::PASSKEY_REMOVE, mfa::remove_passkey),
        post(paths::RECOVERY_CODES, mfa::new_codes),
        get(paths::CONFIRM, mfa::confirm_form),
        post(paths::CONFIRM, mfa::confirm),
        post(paths::CONFIRM_HELD, mfa::held),
        post(paths::CONFIRM_PASSKEY_OPTIONS, mfa::confirm_options),
        get(p::USER_MFA, mfa::user),
        post(p::USER_MFA_RESET, mfa::reset),
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
        post(paths::OWN_ERASURE, own::erase),
        post(paths::OWN_ERASURE_CANCEL, own::keep),
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
        get(paths::VERIFY_EMAIL_CODE, verify_email::code_form),
        post(paths::VERIFY_EMAIL_CODE, verify_email::enter_code),
        get(paths::VERIFY_EMAIL_DONE, verify_email::done),
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

/// Getting back in, and another address.
fn recovery() -> Vec<Endpoint> {
    vec![
        get(paths::FORGOT_PASSWORD, reset::form),
        post(paths::FORGOT_PASSWORD, reset::request),
        get(paths::FORGOT_PASSWORD_SENT, reset::sent),
        get(p::RESET_PASSWORD_LINK, reset::link),
        get(paths::RESET_PASSWORD, reset::page),
        post(paths::RESET_PASSWORD, reset::choose),
        get(paths::ACCOUNT_EMAIL, address::form),
        post(paths::ACCOUNT_EMAIL, address::request),
        get(paths::ACCOUNT_EMAIL_SENT, address::sent),
        get(p::CONFIRM_ADDRESS_LINK, address::confirm_link),
        get(paths::CONFIRM_ADDRESS, address::confirm_page),
        post(paths::CONFIRM_ADDRESS, address::confirm),
        get(p::UNDO_ADDRESS_LINK, address::undo_link),
        get(paths::UNDO_ADDRESS, address::undo_page),
        post(paths::UNDO_ADDRESS, address::undo),
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

/// The console's users.
fn people() -> Vec<Endpoint> {
    let mut people = vec![get(paths::USERS, users::list), get(p::USER, users::show)];
    for deed in Deed::ALL {
        let at = p::user_deed(deed.as_str());
        if deed.is_dangerous() {
            people.extend([get(&at, users::ask_freshly), post(at, users::send_freshly)]);
        } else {
            people.extend([get(&at, users::ask), post(at, users::send)]);
        }
    }
    people
}

/// Invites, and the page behind their link.
fn inviting() -> Vec<Endpoint> {
    vec![
        get(paths::INVITES, invites::list),
        post(paths::INVITES, invites::create),
        // Before the pattern of an invite, which would take these words for an id.
        get(paths::INVITE_NEW, invites::form),
        get(paths::INVITE_FILE, invites::file_form),
        post(paths::INVITE_FILE, invites::upload),
        get(p::INVITE_BATCH, invites::show_batch),
        post(p::INVITE_BATCH, invites::confirm),
        get(p::INVITE_BATCH_CSV, invites::result_csv),
        get(p::INVITED, invites::show),
        post(p::INVITE_REVOKE, invites::revoke),
        post(p::INVITE_SEND_AGAIN, invites::send_again),
        get(p::INVITE_LINK, invites::link),
        get(paths::INVITE, invites::offer),
        post(paths::INVITE, invites::accept),
    ]
}

/// Who is signed in, and putting them out.
fn session_pages() -> Vec<Endpoint> {
    vec![
        get(paths::SESSIONS, console::list),
        get(p::FAMILY, console::family),
        get(p::USER_SECURITY, security::pages::show),
        get(paths::REVOCATIONS, revocations::list),
        post(paths::REVOCATIONS, revocations::create),
        // Before the pattern of one, which would take these words for an id.
        get(paths::NEW_REVOCATION, revocations::confirm_matching),
        post(paths::NEW_REVOCATION, revocations::confirm_chosen),
        get(paths::ONE_REVOCATION, revocations::confirm_one),
        post(paths::ONE_REVOCATION, revocations::create_one),
        get(paths::PEOPLE_REVOCATION, revocations::people_form),
        post(paths::PEOPLE_REVOCATION, revocations::keep_typed),
        post(paths::PEOPLE_REVOCATION_FILE, revocations::keep_file),
        get(p::REVOCATION, revocations::show),
        post(p::REVOCATION_BEGIN, revocations::begin),
        post(p::REVOCATION_CANCEL, revocations::cancel),
        get(p::REVOCATION_RESULT, revocations::result),
    ]
}

/// The JSON API, the same under `/api/v1` and `/v1`.
fn api(root: &str) -> Vec<Endpoint> {
    let at = |path: &str| format!("{root}{path}");
    vec![
        post(at("/auth/login"), auth::login),
        post(at("/auth/mfa"), mfa_api::answer),
        post(at("/auth/confirm"), mfa_api::confirm),
        post(at("/auth/refresh"), auth::refresh),
        post(at("/auth/logout"), auth::logout),
        get(at("/auth/me"), auth::me),
        get(at("/sessions"), sessions::list),
        get(at("/sessions/revoked"), sessions::revoked),
        post(at("/sessions/revoke"), revoking::matching),
        delete(at("/sessions/revoke-family/{id}"), revoking::family),
        delete(at("/sessions/revoke-user/{id}"), revoking::user),
        get(at("/sessions/security-audit/{id}"), security::api::audit),
        get(at("/sessions/revocations/{id}"), revoking::revocation),
        delete(at("/sessions/{id}"), revoking::one),
        get(at("/verifications"), cases::list),
        get(at("/verifications/{id}"), cases::get),
        post(at("/verifications/{id}/claim"), cases::claim),
        post(at("/verifications/{id}/release"), cases::release),
        post(at("/verifications/{id}/decision"), cases::decide),
        get(at("/users"), people_api::list),
        get(at("/users/{id}"), people_api::get),
        patch(at("/users/{id}"), people_api::change),
        post(at("/users/{id}/suspend"), people_api::suspend),
        post(at("/users/{id}/reinstate"), people_api::reinstate),
        post(at("/users/{id}/unlock"), people_api::unlock),
        post(at("/users/{id}/force-password-reset"), people_api::force_password_reset),
        post(at("/auth/register"), registration::api::submit),
        post(at("/invites"), invites_api::create),
        get(at("/invites"), invites_api::list),
        get(at("/invites/{token}"), invites_api::validate),
        delete(at("/invites/{token}"), invites_api::revoke),
        post(at("/invites/{token}/accept"), invites_api::accept),
        post(at("/email-verification/verify"), verify_email::api::verify),
        get(at("/api-keys"), api_keys::api::list),
        post(at("/api-keys"), api_keys::api::create),
        post(at("/api-keys/{id}/rotate"), api_keys::api::rotate),
        delete(at("/api-keys/{id}"), api_keys::api::revoke),
        post(at("/email-verification/resend"), verify_email::api::resend),
        get(at("/email-verification/status"), verify_email::api::status),
        post(at("/auth/forgot-password"), reset::api::forgot),
        post(at("/password-reset/request"), reset::api::request),
        get(at("/password-reset/validate/{token}"), reset::api::validate),
        post(at("/password-reset/reset"), reset::api::reset),
    ]
}

fn watch() -> Vec<Endpoint> {
    vec![
        get(paths::HEALTH, health::api::overall),
        get("/health/database", health::api::database),
        get("/health/storage", health::api::storage),
        get("/health/redis", health::api::redis),
        get(paths::LIVENESS, health::api::liveness),
        get(paths::READINESS, health::api::readiness),
        get(paths::METRICS, metrics::serve),
        get(paths::HEALTH_PAGE, health::page),
        get(paths::AUDIT, audit::list),
        get(p::AUDIT_ENTRY, audit::entry),
    ]
}
