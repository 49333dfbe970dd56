//! Into the outbox and out of it: freezing a mail in a row, and reading the row back as a message.

use chrono::TimeDelta;
use serde_json::Value;
use thiserror::Error;

use super::address::{DisplayName, EmailAddress, Party};
use super::letters::{Envelope, Letter, masked};
use super::message::{Outgoing, message_id};
use super::model::{EmailId, EmailStatus, Language, Priority, TemplateKind};
use super::preferences;
use super::store::{self, Email};
use super::templates::{Problem, Rendered};
use crate::access::{OrganizationId, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::keys::Purpose;

/// How long an idempotency key is remembered.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewEmail {
    pub organization: OrganizationId,
    /// The user it is for, when it is one.
    pub user: Option<UserId>,
    pub recipient: EmailAddress,
    pub recipient_name: Option<DisplayName>,
    pub kind: TemplateKind,
    pub priority: Priority,
    pub language: Language,
    /// The template's data that staff may see.
    pub data: Value,
    /// An object of the data that only the recipient may see.
    pub secret: Value,
    /// The same mail asked for twice within a day is one mail.
    pub idempotency_key: Option<String>,
    /// Not before this moment; at once when absent.
    pub not_before: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

impl NewEmail {
    /// `letter` to `recipient`, at once.
    #[must_use]
    pub fn new(organization: &OrganizationId, recipient: Party, letter: &Letter) -> Self {
        Self {
            organization: organization.clone(),
            user: None,
            recipient: recipient.address,
            recipient_name: recipient.name,
            kind: letter.kind(),
            priority: letter.priority(),
            language: Language::English,
            data: letter.data(),
            secret: letter.secret(),
            idempotency_key: None,
            not_before: None,
            expires_at: letter.expires_at(),
        }
    }

    /// With the user it is for.
    #[must_use]
    pub fn for_user(mut self, user: &UserId) -> Self {
        self.user = Some(user.clone());
        self
    }

    /// Once only: the same key within a day is the same mail.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

/// Why a mail was not put into the outbox.
#[derive(Debug, Error)]
pub enum EnqueueError {
    /// The same idempotency key stands for another mail.
    #[error("another mail was already asked for with this idempotency key")]
    KeyReused,
    #[error("the mail cannot be worded: {0}")]
    Template(#[from] Problem),
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

impl From<EnqueueError> for AppError {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::KeyReused => Self::conflict(
                "idempotency_key_reused",
                "Another mail was already asked for with this idempotency key. Use a new key.",
            ),
            EnqueueError::Template(problem) => Self::internal(problem),
            EnqueueError::Database(error) => error.into(),
        }
    }
}

/// Puts a mail into the outbox. Call it in the write transaction of what causes the mail: both happen or neither.
/// Answers the id of the row, an older one's when the idempotency key has been used for the same mail.
pub fn enqueue(c: &mut Connection, app: &App, at: Timestamp, new: NewEmail) -> Result<EmailId, EnqueueError> {
    let fingerprint = fingerprint(app, &new);
    if let Some(key) = &new.idempotency_key {
        store::free_key(c, &new.organization, new.kind, key, at.minus(KEY_LIFE))?;
    }
    let organization = store::organization_name(c, &new.organization)?;
    let mut row = freeze(app, at, &new, fingerprint, organization)?;
    if is_unwanted(c, &new)? {
        withhold(&mut row, at);
    }
    if store::insert(c, &row)? {
        app.mail.wake();
        return Ok(row.id);
    }
    let key = new.idempotency_key.unwrap_or_default();
    let older = store::by_key(c, &new.organization, new.kind, &key)?;
    match older {
        Some(older) if older.fingerprint == row.fingerprint => Ok(older.id),
        _ => Err(EnqueueError::KeyReused),
    }
}

/// Puts mails of one organization into the outbox, many at once and without idempotency keys. Call it in the
/// write transaction of what causes them.
pub fn enqueue_all(
    c: &mut Connection,
    app: &App,
    at: Timestamp,
    mails: &[NewEmail],
) -> Result<(), EnqueueError> {
    let Some(first) = mails.first() else { return Ok(()) };
    let organization = store::organization_name(c, &first.organization)?;
    let users: Vec<&UserId> = mails.iter().filter_map(|new| new.user.as_ref()).collect();
    let unwanted = preferences::muted_by(c, &users)?;
    let mut rows = Vec::with_capacity(mails.len());
    for new in mails {
        let mut row = freeze(app, at, new, fingerprint(app, new), organization.clone())?;
        let user = new.user.as_ref().filter(|_| new.kind.may_be_muted());
        if user.is_some_and(|user| unwanted.contains(&(user.clone(), new.kind))) {
            withhold(&mut row, at);
        }
        rows.push(row);
    }
    store::insert_all(c, &rows)?;
    app.mail.wake();
    Ok(())
}

fn freeze(
    app: &App,
    at: Timestamp,
    new: &NewEmail,
    fingerprint: String,
    organization_name: String,
) -> Result<Email, EnqueueError> {
    let id = EmailId::new(&app.random, at);
    let envelope = Envelope {
        organization_name,
        recipient_name: new.recipient_name.as_ref().map(ToString::to_string).unwrap_or_default(),
        recipient_address: new.recipient.to_string(),
    };
    let data = envelope.around(&new.data, &masked(&new.secret));
    let due = new.not_before.map_or(at, |moment| moment.max(at));
    let sender = app.mail.sender.clone();
    Ok(Email {
        subject: app.mail.templates.subject(new.kind, new.language, &data)?,
        message_id: message_id(&id, &sender),
        sealed_secret: seal(app, &id, &new.secret),
        id,
        organization_id: new.organization.clone(),
        user_id: new.user.clone(),
        kind: new.kind,
        language: new.language,
        priority: new.priority,
        status: EmailStatus::Queued,
        sender: sender.address,
        sender_name: sender.name,
        recipient: new.recipient.clone(),
        recipient_name: new.recipient_name.clone(),
        headers: "[]".to_owned(),
        data: data.to_string(),
        idempotency_key: new.idempotency_key.clone(),
        fingerprint,
        not_before: due,
        expires_at: new.expires_at,
        next_attempt_at: Some(due),
        tries: 0,
        claim_id: None,
        lease_until: None,
        transmission_began_at: None,
        provider: None,
        provider_message_id: None,
        last_reply: None,
        created_at: at,
        settled_at: None,
    })
}

fn is_unwanted(c: &mut Connection, new: &NewEmail) -> Result<bool, diesel::result::Error> {
    match &new.user {
        Some(user) if new.kind.may_be_muted() => preferences::is_muted(c, user, new.kind),
        _ => Ok(false),
    }
}

/// The row stays, so that staff can tell why nothing came; nothing is sent for it.
fn withhold(row: &mut Email, at: Timestamp) {
    row.status = EmailStatus::Cancelled;
    row.sealed_secret = None;
    row.next_attempt_at = None;
    row.settled_at = Some(at);
    row.last_reply = Some("The recipient has switched off mails of this kind.".to_owned());
}

/// Keyed, so that a short code in the secret part cannot be found by trying.
fn fingerprint(app: &App, new: &NewEmail) -> String {
    let body = serde_json::json!([new.recipient, new.kind, new.data, new.secret]).to_string();
    hex::encode(app.keys.mac(Purpose::OutboxSecret, body.as_bytes()))
}

fn seal(app: &App, id: &EmailId, secret: &Value) -> Option<String> {
    let empty = secret.as_object().is_none_or(serde_json::Map::is_empty);
    let seal = || {
        let plain = secret.to_string();
        app.keys.seal(Purpose::OutboxSecret, plain.as_bytes(), id.as_str().as_bytes(), &app.random)
    };
    (!empty).then(seal)
}

/// Why a row cannot be made into a message.
#[derive(Debug, Error)]
pub enum UnreadableRow {
    /// Another release or another template may read it.
    #[error("the mail cannot be worded: {0}")]
    Template(#[from] Problem),
    #[error("the secret part of the mail does not open with the keys of this instance: {0}")]
    Secret(#[from] crate::keys::OpenError),
    #[error("the row of the mail cannot be read: {0}")]
    Json(#[from] serde_json::Error),
}

/// The message of a row, with its secrets: for the recipient only.
pub fn outgoing(app: &App, email: &Email) -> Result<Outgoing, UnreadableRow> {
    let mut data: Value = serde_json::from_str(&email.data)?;
    if let Some(sealed) = &email.sealed_secret {
        let plain = app.keys.open(Purpose::OutboxSecret, sealed, email.id.as_str().as_bytes())?;
        let secret: Value = serde_json::from_slice(&plain)?;
        if let (Value::Object(data), Value::Object(secret)) = (&mut data, secret) {
            data.extend(secret);
        }
    }
    let content = app.mail.templates.render(email.kind, email.language, &data)?;
    Ok(with_content(email, content)?)
}

/// The message of a row around words that are rendered already.
pub fn with_content(email: &Email, content: Rendered) -> Result<Outgoing, serde_json::Error> {
    Ok(Outgoing {
        id: email.id.clone(),
        kind: email.kind,
        sender: email.sender(),
        recipient: email.recipient(),
        message_id: email.message_id.clone(),
        date: email.not_before,
        headers: serde_json::from_str(&email.headers)?,
        content,
    })
}

/// The words of a row as staff may see them: everything secret is masked.
pub fn preview(app: &App, email: &Email) -> Result<Rendered, UnreadableRow> {
    let data: Value = serde_json::from_str(&email.data)?;
    Ok(app.mail.templates.render(email.kind, email.language, &data)?)
}
