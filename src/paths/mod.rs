//! Every address of the application: patterns for the route table, functions for links.

mod kinds;
pub mod patterns;

use std::fmt::Display;

pub use kinds::{api_area, api_path, is_anonymous, is_api, is_for_programs, takes_files};

pub const HOME: &str = "/";
pub const LOGIN: &str = "/login";
pub const LOGIN_CODE: &str = "/login/code";
pub const LOGIN_CODE_PASSKEY: &str = "/login/code/passkey";
pub const LOGIN_CODE_PASSKEY_OPTIONS: &str = "/login/code/passkey/options";
pub const LOGIN_PASSKEY: &str = "/login/passkey";
pub const LOGIN_PASSKEY_OPTIONS: &str = "/login/passkey/options";
pub const LOGOUT: &str = "/logout";
pub const SETUP: &str = "/setup";
pub const REGISTER: &str = "/register";
pub const REGISTERED: &str = "/register/received";
pub const VERIFY_EMAIL: &str = "/verify-email";
pub const VERIFY_EMAIL_NEW_LINK: &str = "/verify-email/new-link";
pub const VERIFY_EMAIL_SENT: &str = "/verify-email/sent";
pub const VERIFY_EMAIL_CODE: &str = "/verify-email/code";
pub const VERIFY_EMAIL_DONE: &str = "/verify-email/done";
pub const FORGOT_PASSWORD: &str = "/forgot-password";
pub const FORGOT_PASSWORD_SENT: &str = "/forgot-password/sent";
pub const RESET_PASSWORD: &str = "/reset-password";
pub const ACTIVATE: &str = "/activate";
pub const UNLOCK: &str = "/unlock";
pub const END_SESSIONS: &str = "/end-sessions";
pub const PASSWORD_RULES: &str = "/password/rules";
pub const INVITE: &str = "/invite";
pub const ACCOUNT: &str = "/account";
pub const PASSWORD: &str = "/account/password";
pub const ACCOUNT_EMAIL: &str = "/account/email";
pub const ACCOUNT_EMAIL_SENT: &str = "/account/email/sent";
pub const CONFIRM_ADDRESS: &str = "/confirm-address";
pub const UNDO_ADDRESS: &str = "/undo-address";
pub const MFA: &str = "/account/mfa";
pub const TOTP: &str = "/account/mfa/app";
pub const TOTP_CODE: &str = "/account/mfa/app/code";
pub const TOTP_REMOVE: &str = "/account/mfa/app/remove";
pub const RECOVERY_CODES: &str = "/account/mfa/recovery-codes";
pub const PASSKEYS: &str = "/account/mfa/passkeys";
pub const PASSKEY_OPTIONS: &str = "/account/mfa/passkeys/options";
pub const OWN_PROFILE: &str = "/account/profile";
pub const OWN_SESSIONS: &str = "/account/sessions";
pub const OWN_SESSIONS_END_OTHERS: &str = "/account/sessions/end-others";
pub const OWN_NOTIFICATIONS: &str = "/account/notifications";
pub const OWN_NOTIFICATIONS_READ_ALL: &str = "/account/notifications/read-all";
pub const OWN_PREFERENCES: &str = "/account/emails";
pub const OWN_DATA: &str = "/account/data";
pub const OWN_DATA_FILE: &str = "/account/data.json";
pub const OWN_ERASURE: &str = "/account/data/erase";
pub const OWN_ERASURE_CANCEL: &str = "/account/data/keep";
pub const CONFIRM: &str = "/account/confirm";
pub const CONFIRM_PASSKEY_OPTIONS: &str = "/account/confirm/passkey/options";
pub const CONFIRM_HELD: &str = "/account/confirm/held";
pub const CASE: &str = "/case";
pub const CASE_RECEIVED: &str = "/case/received";
pub const CASE_DOCUMENTS: &str = "/case/documents";
pub const THEME: &str = "/theme";
pub const VERIFICATIONS: &str = "/verifications";
pub const USERS: &str = "/users";
pub const EMAILS: &str = "/emails";
pub const AUDIT: &str = "/audit";
pub const INVITES: &str = "/invites";
pub const INVITE_NEW: &str = "/invites/new";
pub const INVITE_FILE: &str = "/invites/file";
pub const SESSIONS: &str = "/sessions";
pub const REVOCATIONS: &str = "/revocations";
pub const NEW_REVOCATION: &str = "/revocations/new";
pub const ONE_REVOCATION: &str = "/revocations/one";
pub const PEOPLE_REVOCATION: &str = "/revocations/people";
pub const PEOPLE_REVOCATION_FILE: &str = "/revocations/people/file";
pub const HEALTH_PAGE: &str = "/watch/health";
pub const HEALTH: &str = "/health";
pub const LIVENESS: &str = "/health/liveness";
pub const READINESS: &str = "/health/readiness";
pub const METRICS: &str = "/metrics";
pub const ASSETS: &str = "/assets/{file}";
pub const OPENAPI: &str = "/api/openapi.json";
pub const API_DOCS: &str = "/api/docs";
pub const JWKS: &str = "/.well-known/jwks.json";
pub const API_KEYS: &str = "/api-keys";
pub const NEW_API_KEY: &str = "/api-keys/new";

#[must_use]
pub fn login_then(next: &str) -> String {
    format!("{LOGIN}?next={}", encode(next))
}

/// The page that asks for the second factor, and then goes on to `next`.
#[must_use]
pub fn login_code_then(next: Option<&str>) -> String {
    next.map_or_else(|| LOGIN_CODE.to_owned(), |next| format!("{LOGIN_CODE}?next={}", encode(next)))
}

/// Ends one of the own sessions.
#[must_use]
pub fn own_session_end(id: impl Display) -> String {
    format!("/account/sessions/{id}/end")
}

/// Marks an own notification as read and goes on to what it is about.
#[must_use]
pub fn own_notification(id: impl Display) -> String {
    format!("/account/notifications/{id}")
}

/// The page that asks for a fresh factor, and then goes on to `next`.
#[must_use]
pub fn confirm_then(next: &str) -> String {
    format!("{CONFIRM}?next={}", encode(next))
}

/// The same for a form that was sent to `next`: what was typed is sent on afterwards.
#[must_use]
pub fn confirm_held(next: &str) -> String {
    format!("{CONFIRM_HELD}?next={}", encode(next))
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[must_use]
pub fn verification(id: impl Display) -> String {
    format!("/verifications/{id}")
}

/// The case page with one document open.
#[must_use]
pub fn verification_document(id: impl Display, document: impl Display) -> String {
    format!("/verifications/{id}?document={document}")
}

#[must_use]
pub fn claim(id: impl Display) -> String {
    format!("/verifications/{id}/claim")
}

#[must_use]
pub fn renew(id: impl Display) -> String {
    format!("/verifications/{id}/renew")
}

#[must_use]
pub fn release(id: impl Display) -> String {
    format!("/verifications/{id}/release")
}

#[must_use]
pub fn leave(id: impl Display) -> String {
    format!("/verifications/{id}/leave")
}

#[must_use]
pub fn decision(id: impl Display) -> String {
    format!("/verifications/{id}/decision")
}

/// The mail that a decision would bring.
#[must_use]
pub fn decision_preview(id: impl Display) -> String {
    format!("/verifications/{id}/decision/preview")
}

#[must_use]
pub fn document(id: impl Display) -> String {
    format!("/documents/{id}")
}

#[must_use]
pub fn own_document(id: impl Display) -> String {
    format!("/case/documents/{id}")
}

#[must_use]
pub fn user(id: impl Display) -> String {
    format!("/users/{id}")
}

/// Something that can be done about a person.
#[must_use]
pub fn user_deed(id: impl Display, deed: impl Display) -> String {
    format!("/users/{id}/{deed}")
}

/// The sessions, devices, failures and locks of a person.
#[must_use]
pub fn user_security(id: impl Display) -> String {
    format!("/users/{id}/security")
}

/// The mails to an address.
#[must_use]
pub fn emails_to(address: &str) -> String {
    format!("{EMAILS}?q={}", encode(&format!("to:{address}")))
}

/// The audit entries that a search finds.
#[must_use]
pub fn audit_matching(search: &str) -> String {
    format!("{AUDIT}?q={}", encode(search))
}

#[must_use]
pub fn email(id: impl Display) -> String {
    format!("/emails/{id}")
}

#[must_use]
pub fn email_preview(id: impl Display) -> String {
    format!("/emails/{id}/preview")
}

#[must_use]
pub fn email_captured(id: impl Display) -> String {
    format!("/emails/{id}/captured")
}

#[must_use]
pub fn email_captured_body(id: impl Display) -> String {
    format!("/emails/{id}/captured/body")
}

#[must_use]
pub fn email_captured_raw(id: impl Display) -> String {
    format!("/emails/{id}/captured/message.eml")
}

#[must_use]
pub fn audit_entry(id: impl Display) -> String {
    format!("/audit/{id}")
}

/// A token family and its rotation chain.
#[must_use]
pub fn family(id: impl Display) -> String {
    format!("/families/{id}")
}

#[must_use]
pub fn revocation(id: impl Display) -> String {
    format!("{REVOCATIONS}/{id}")
}

/// Confirms a list of people.
#[must_use]
pub fn revocation_begin(id: impl Display) -> String {
    format!("{REVOCATIONS}/{id}/begin")
}

#[must_use]
pub fn revocation_cancel(id: impl Display) -> String {
    format!("{REVOCATIONS}/{id}/cancel")
}

#[must_use]
pub fn revocation_result(id: impl Display) -> String {
    format!("{REVOCATIONS}/{id}/result.csv")
}

/// The page that asks before one thing is ended: `what` is `session`, `family` or `user`.
#[must_use]
pub fn end_one(what: &str, id: impl Display) -> String {
    format!("{ONE_REVOCATION}?{what}={id}")
}

#[must_use]
pub fn passkey_remove(id: impl Display) -> String {
    format!("/account/mfa/passkeys/{id}/remove")
}

/// The factors of a user, for who manages users.
#[must_use]
pub fn user_mfa(id: impl Display) -> String {
    format!("/users/{id}/mfa")
}

#[must_use]
pub fn user_mfa_reset(id: impl Display) -> String {
    format!("/users/{id}/mfa/reset")
}

#[must_use]
pub fn api_key(id: impl Display) -> String {
    format!("/api-keys/{id}")
}

#[must_use]
pub fn api_key_rotate(id: impl Display) -> String {
    format!("/api-keys/{id}/rotate")
}

#[must_use]
pub fn api_key_revoke(id: impl Display) -> String {
    format!("/api-keys/{id}/revoke")
}

#[must_use]
pub fn setup_link(token: &str) -> String {
    format!("/setup/{token}")
}

#[must_use]
pub fn verify_email_link(token: &str) -> String {
    format!("/verify-email/{token}")
}

#[must_use]
pub fn reset_password_link(token: &str) -> String {
    format!("/reset-password/{token}")
}

#[must_use]
pub fn confirm_address_link(token: &str) -> String {
    format!("/confirm-address/{token}")
}

#[must_use]
pub fn undo_address_link(token: &str) -> String {
    format!("/undo-address/{token}")
}

#[must_use]
pub fn activate_link(token: &str) -> String {
    format!("/activate/{token}")
}

#[must_use]
pub fn invite(id: impl Display) -> String {
    format!("/invites/{id}")
}

#[must_use]
pub fn invite_revoke(id: impl Display) -> String {
    format!("/invites/{id}/revoke")
}

#[must_use]
pub fn invite_send_again(id: impl Display) -> String {
    format!("/invites/{id}/send-again")
}

/// A file of invites.
#[must_use]
pub fn invite_batch(id: impl Display) -> String {
    format!("/invites/files/{id}")
}

/// What came of a file of invites, for a spreadsheet.
#[must_use]
pub fn invite_batch_csv(id: impl Display) -> String {
    format!("/invites/files/{id}/result.csv")
}

#[must_use]
pub fn invite_link(token: &str) -> String {
    format!("/invite/{token}")
}

#[must_use]
pub fn case_link(token: &str) -> String {
    format!("/case/link/{token}")
}

#[must_use]
pub fn unlock_link(token: &str) -> String {
    format!("/unlock/{token}")
}

#[must_use]
pub fn end_sessions_link(token: &str) -> String {
    format!("/end-sessions/{token}")
}

/// `next` when it is a path of ours, otherwise `fallback`: no redirect leaves this site.
#[must_use]
pub fn local_or<'a>(next: Option<&'a str>, fallback: &'a str) -> &'a str {
    match next {
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("//")
                && !path.contains('\\')
                && !path.contains(|letter: char| letter.is_control()) =>
        {
            path
        }
        _ => fallback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_of_a_call_is_the_same_under_both_roots() {
        for path in ["/api/v1/verifications/1/claim", "/v1/verifications", "/v1/verifications/"] {
            assert_eq!(api_area(path), "verifications", "{path}");
        }
        for path in ["/verifications/1", "/api/v1", "/v1x/verifications/../x", ""] {
            assert_ne!(api_area(path), "verifications", "{path}");
        }
    }

    #[test]
    fn no_redirect_leaves_this_site() {
        for bad in ["https://evil.test", "//evil.test", "/\\evil.test", "evil", "", "/a\r\nb"] {
            assert_eq!(local_or(Some(bad), "/home"), "/home", "{bad:?}");
        }
        assert_eq!(local_or(Some("/verifications?state=waiting"), "/home"), "/verifications?state=waiting");
    }
}
