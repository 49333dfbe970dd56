//! All that is kept of a person, as one JSON document: for themselves (GDPR, articles 15 and 20).
//!
//! Secrets (hashes, keys, tokens) are no data about the person and are left out.

use serde::Serialize;
use serde_json::Value;

use crate::access::{Actor, UserId};
use crate::accounts::{self, address, devices, locks, mfa};
use crate::audit::{self, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::documents::{self, Document};
use crate::error::AppError;
use crate::mail::{TemplateKind, preferences, store::log as mails};
use crate::notifications;
use crate::sessions::store::{self as sessions, Seen};
use crate::verifications::{self, Case};

/// Rows of one kind at most; more than any person has.
const MOST: i64 = 10_000;

#[derive(Debug, Serialize)]
pub(super) struct Export {
    exported_at: Timestamp,
    profile: Profile,
    cases: Vec<ExportedCase>,
    sessions: Vec<Seen>,
    sign_in: SignIn,
    address_changes: Vec<address::Past>,
    notifications: Vec<Told>,
    mails: Vec<Mail>,
    mails_switched_off: Vec<TemplateKind>,
    history: Vec<Done>,
}

#[derive(Debug, Serialize)]
struct Profile {
    id: UserId,
    organization: String,
    name: String,
    email: String,
    phone: Option<String>,
    role: &'static str,
    status: &'static str,
    created_at: Timestamp,
    email_verified_at: Option<Timestamp>,
    document_verified_at: Option<Timestamp>,
    last_login_at: Option<Timestamp>,
}

/// How and from where the person signs in, and where others tried to.
#[derive(Debug, Serialize)]
struct SignIn {
    authenticator_app_since: Option<Timestamp>,
    passkeys: Vec<ExportedPasskey>,
    recovery_codes_left: usize,
    devices: Vec<ExportedDevice>,
    failures: Vec<ExportedFailure>,
    locks: Vec<ExportedLock>,
}

#[derive(Debug, Serialize)]
struct ExportedPasskey {
    name: String,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ExportedDevice {
    device: String,
    kind: &'static str,
    ip: Option<String>,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct ExportedFailure {
    at: Timestamp,
    ip: Option<String>,
    user_agent: Option<String>,
}

#[derive(Debug, Serialize)]
struct ExportedLock {
    locked_at: Timestamp,
    until: Timestamp,
    failures: i64,
    cleared_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ExportedCase {
    id: String,
    state: &'static str,
    submitted_at: Timestamp,
    decided_at: Option<Timestamp>,
    declared_kind: String,
    declared_number: Option<String>,
    declared_country: Option<String>,
    declared_expiry: Option<String>,
    message: Option<String>,
    documents: Vec<ExportedDocument>,
}

#[derive(Debug, Serialize)]
struct ExportedDocument {
    kind: &'static str,
    file_name: String,
    content_type: &'static str,
    size: i64,
    sha256: String,
    state: &'static str,
    sent_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Told {
    title: String,
    message: String,
    severity: &'static str,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Mail {
    recipient: String,
    subject: String,
    kind: TemplateKind,
    status: &'static str,
    created_at: Timestamp,
}

/// What was done to the account, and by what kind of doer: the names of others are theirs.
#[derive(Debug, Serialize)]
struct Done {
    at: Timestamp,
    action: String,
    by: String,
    before: Option<Value>,
    after: Option<Value>,
    ip: Option<String>,
}

/// Gathers it.
pub(super) fn gather(c: &mut Connection, actor: &Actor, now: Timestamp) -> Result<Export, AppError> {
    let id = &actor.user;
    let user = accounts::store::by_id(c, id)?.ok_or(AppError::NotFound)?;
    let profile = Profile {
        id: user.id.clone(),
        organization: actor.organization_name.clone(),
        name: user.name.to_string(),
        email: user.email.to_string(),
        phone: user.phone,
        role: user.role.as_str(),
        status: user.status.as_str(),
        created_at: user.created_at,
        email_verified_at: user.email_verified_at,
        document_verified_at: user.document_verified_at,
        last_login_at: user.last_login_at,
    };
    Ok(Export {
        exported_at: now,
        profile,
        cases: cases(c, id)?,
        sessions: sessions::all_of(c, id, MOST)?,
        sign_in: sign_in(c, id)?,
        address_changes: address::of_user(c, id)?,
        notifications: told(c, id)?,
        mails: sent(c, actor)?,
        mails_switched_off: preferences::muted(c, id)?,
        history: history(c, actor)?,
    })
}

fn sign_in(c: &mut Connection, user: &UserId) -> Result<SignIn, AppError> {
    let factors = mfa::store::factors(c, user)?;
    let passkeys = factors.passkeys.into_iter().map(|key| ExportedPasskey {
        name: key.name,
        created_at: key.created_at,
        last_used_at: key.last_used_at,
    });
    let devices = devices::store::of_user(c, user, MOST)?.into_iter().map(|device| ExportedDevice {
        kind: device.kind.as_str(),
        device: device.device,
        ip: device.ip,
        first_seen_at: device.first_seen_at,
        last_seen_at: device.last_seen_at,
    });
    let failures = locks::store::failures_of(c, user, MOST)?.into_iter().map(|failure| ExportedFailure {
        at: failure.at,
        ip: failure.ip,
        user_agent: failure.user_agent,
    });
    let locks = locks::store::locks_of(c, user, MOST)?.into_iter().map(|lock| ExportedLock {
        locked_at: lock.locked_at,
        until: lock.until,
        failures: lock.failures,
        cleared_at: lock.cleared_at,
    });
    Ok(SignIn {
        authenticator_app_since: factors.app_since,
        passkeys: passkeys.collect(),
        recovery_codes_left: factors.codes_left,
        devices: devices.collect(),
        failures: failures.collect(),
        locks: locks.collect(),
    })
}

fn cases(c: &mut Connection, user: &UserId) -> Result<Vec<ExportedCase>, AppError> {
    let cases = verifications::store::of_applicant(c, user)?;
    let mut exported = Vec::with_capacity(cases.len());
    for case in cases {
        let documents = documents::store::by_case(c, &case.id)?;
        exported.push(exported_case(case, &documents));
    }
    Ok(exported)
}

fn exported_case(case: Case, documents: &[Document]) -> ExportedCase {
    ExportedCase {
        id: case.id.to_string(),
        state: case.state.as_str(),
        submitted_at: case.submitted_at,
        decided_at: case.decided_at,
        declared_kind: case.declared_kind.to_string(),
        declared_number: case.declared_number.map(|number| number.to_string()),
        declared_country: case.declared_country.map(|country| country.to_string()),
        declared_expiry: case.declared_expiry.map(|day| day.to_string()),
        message: case.message,
        documents: documents.iter().map(exported_document).collect(),
    }
}

fn exported_document(document: &Document) -> ExportedDocument {
    ExportedDocument {
        kind: document.kind.as_str(),
        file_name: document.file_name.as_str().to_owned(),
        content_type: document.content_type.as_str(),
        size: document.size,
        sha256: document.sha256.clone(),
        state: document.state.as_str(),
        sent_at: document.created_at,
    }
}

fn told(c: &mut Connection, user: &UserId) -> Result<Vec<Told>, AppError> {
    let rows = notifications::store::latest(c, user, MOST)?;
    let told = rows.into_iter().map(|row| Told {
        title: row.title,
        message: row.message,
        severity: row.severity.as_str(),
        created_at: row.created_at,
        read_at: row.read_at,
    });
    Ok(told.collect())
}

fn sent(c: &mut Connection, actor: &Actor) -> Result<Vec<Mail>, AppError> {
    let rows = mails::of_user(c, &actor.user, MOST)?;
    let mails = rows.into_iter().map(|row| Mail {
        recipient: row.recipient.to_string(),
        subject: row.subject,
        kind: row.kind,
        status: row.status.as_str(),
        created_at: row.created_at,
    });
    Ok(mails.collect())
}

fn history(c: &mut Connection, actor: &Actor) -> Result<Vec<Done>, AppError> {
    let mut entries = audit::latest_for(c, Target("user", actor.user.as_str()), MOST)?;
    entries.reverse();
    let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    let done = entries.into_iter().map(|entry| {
        let own = entry.actor_id.as_deref() == Some(actor.user.as_str());
        Done {
            at: entry.at,
            action: entry.action,
            by: if own { "you".to_owned() } else { entry.actor_kind },
            before: json(entry.before),
            after: json(entry.after),
            ip: entry.ip.filter(|_| own),
        }
    });
    Ok(done.collect())
}
