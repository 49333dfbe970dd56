//! Patterns of the route table with something in them that varies.

pub const VERIFICATION: &str = "/verifications/{id}";
pub const CLAIM: &str = "/verifications/{id}/claim";
pub const RENEW: &str = "/verifications/{id}/renew";
pub const RELEASE: &str = "/verifications/{id}/release";
pub const LEAVE: &str = "/verifications/{id}/leave";
pub const DECISION: &str = "/verifications/{id}/decision";
pub const DECISION_PREVIEW: &str = "/verifications/{id}/decision/preview";
pub const DOCUMENT: &str = "/documents/{id}";
pub const OWN_SESSION_END: &str = "/account/sessions/{id}/end";
pub const OWN_NOTIFICATION: &str = "/account/notifications/{id}";
pub const OWN_DOCUMENT: &str = "/case/documents/{id}";
pub const USER: &str = "/users/{id}";

/// What can be done about a person: the page with its form, and where that is sent.
#[must_use]
pub fn user_deed(deed: &str) -> String {
    format!("{USER}/{deed}")
}

pub const EMAIL: &str = "/emails/{id}";
pub const EMAIL_PREVIEW: &str = "/emails/{id}/preview";
pub const EMAIL_CAPTURED: &str = "/emails/{id}/captured";
pub const EMAIL_CAPTURED_BODY: &str = "/emails/{id}/captured/body";
pub const EMAIL_CAPTURED_RAW: &str = "/emails/{id}/captured/message.eml";
pub const AUDIT_ENTRY: &str = "/audit/{id}";
pub const API_KEY: &str = "/api-keys/{id}";
pub const API_KEY_ROTATE: &str = "/api-keys/{id}/rotate";
pub const API_KEY_REVOKE: &str = "/api-keys/{id}/revoke";
pub const PASSKEY_REMOVE: &str = "/account/mfa/passkeys/{id}/remove";
pub const USER_MFA: &str = "/users/{id}/mfa";
pub const USER_MFA_RESET: &str = "/users/{id}/mfa/reset";
pub const INVITED: &str = "/invites/{id}";
pub const INVITE_REVOKE: &str = "/invites/{id}/revoke";
pub const INVITE_SEND_AGAIN: &str = "/invites/{id}/send-again";
pub const INVITE_BATCH: &str = "/invites/files/{id}";
pub const INVITE_BATCH_CSV: &str = "/invites/files/{id}/result.csv";
pub const INVITE_LINK: &str = "/invite/{token}";
pub const FAMILY: &str = "/families/{id}";
pub const USER_SECURITY: &str = "/users/{id}/security";
pub const REVOCATION: &str = "/revocations/{id}";
pub const REVOCATION_BEGIN: &str = "/revocations/{id}/begin";
pub const REVOCATION_CANCEL: &str = "/revocations/{id}/cancel";
pub const REVOCATION_RESULT: &str = "/revocations/{id}/result.csv";
pub const SETUP_LINK: &str = "/setup/{token}";
pub const VERIFY_EMAIL_LINK: &str = "/verify-email/{token}";
pub const RESET_PASSWORD_LINK: &str = "/reset-password/{token}";
pub const CONFIRM_ADDRESS_LINK: &str = "/confirm-address/{token}";
pub const UNDO_ADDRESS_LINK: &str = "/undo-address/{token}";
pub const ACTIVATE_LINK: &str = "/activate/{token}";
pub const CASE_LINK: &str = "/case/link/{token}";
pub const UNLOCK_LINK: &str = "/unlock/{token}";
pub const END_SESSIONS_LINK: &str = "/end-sessions/{token}";
