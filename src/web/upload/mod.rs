//! Forms with files, `multipart/form-data`, read within limits.
//!
//! What a form may hold is a type ([`Parts`]). The CSRF field of a page's form comes first and is checked
//! before any file is read. A file over its limit and files beyond the number are noted, not kept, so that
//! the page can say so in its own words and keep what was typed. All uploads together share a budget of
//! memory ([`UploadBudget`]). After a refusal the rest of the body is read and dropped, within bounds:
//! a browser that cannot finish sending shows its own error instead of ours.

mod body;
mod budget;

use std::fmt::Write;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header::{self, ContentDisposition};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use self::body::Body;
use self::budget::Reserved;
use super::context::Context;
use super::csrf::{self, TokenStillDue};
use super::forms;
use crate::error::{AppError, FieldError};
use crate::paths;

pub use budget::UploadBudget;

const MIB: usize = 1024 * 1024;
/// The longest text field.
const MAX_TEXT: usize = 4 * 1024;
/// Room for text fields and the lines between the parts, on top of the files.
const MAX_REST: usize = 2 * MIB;
/// A sender that is silent for longer is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// The whole form must be here by then.
const LONGEST: Duration = Duration::from_mins(10);

/// What a form with files may hold.
pub trait Parts: 'static {
    /// The names of its text fields.
    const FIELDS: &'static [&'static str];
    const MAX_FILES: usize;
    const MAX_FILE_BYTES: usize;

    /// Does the part of this name hold a file?
    #[must_use]
    fn takes_file(name: &str) -> bool {
        matches!(name, "documents" | "documents[]")
    }

    /// The largest body.
    #[must_use]
    fn max_body() -> usize {
        Self::MAX_FILES * Self::MAX_FILE_BYTES + MAX_REST
    }
}

/// A form that was read.
#[derive(Debug)]
pub struct Upload<P> {
    pub fields: Fields,
    pub files: Files,
    parts: PhantomData<P>,
}

/// The text fields of a form, as typed.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// As if these had been sent.
    #[must_use]
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// What was typed; empty when the field was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
}

/// The names alone: a field may be a password.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The files of a form; they hold their share of the budget until they are dropped.
#[derive(Debug, Default)]
pub struct Files {
    pub list: Vec<ReceivedFile>,
    /// More than [`Parts::MAX_FILES`] were sent; the further ones were not kept.
    pub too_many: bool,
    reserved: Option<Reserved>,
}

/// One file of a form.
#[derive(Debug)]
pub struct ReceivedFile {
    /// The name of the form's field.
    pub field: String,
    /// The name its sender gave it.
    pub name: String,
    pub content: Content,
}

/// What arrived of a file.
pub enum Content {
    Whole(Vec<u8>),
    /// Over [`Parts::MAX_FILE_BYTES`]; not kept.
    TooLarge,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::TooLarge => f.write_str("TooLarge"),
        }
    }
}

impl<P: Parts> FromRequest for Upload<P> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let body = Body::new(payload, P::max_body());
            let read = timeout(LONGEST, receive::<P>(&request, &body)).await;
            let outcome = read.unwrap_or_else(|_| Err(broken_off()));
            if outcome.is_err() {
                body.drain().await;
            }
            outcome
        })
    }
}

async fn receive<P: Parts>(request: &HttpRequest, body: &Body) -> Result<Upload<P>, AppError> {
    if !forms::is_multipart(request) {
        return Err(AppError::UnsupportedMedia("Send the form as multipart/form-data.".to_owned()));
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > P::max_body()) {
        return Err(too_large::<P>());
    }
    let gate = Gate::of(request)?;
    let Context { app, client, .. } = &gate.context;
    let reserved = app.uploads.reserve(client.ip, length.unwrap_or_else(P::max_body)).await?;
    let parts = Multipart::new(request.headers(), body.clone());
    let mut upload = Upload { fields: Fields::default(), files: Files::default(), parts: PhantomData };
    let read = upload.read(parts, gate).await;
    if body.is_over() {
        return Err(too_large::<P>());
    }
    upload.files.reserved = Some(reserved);
    read.map(|()| upload)
}

/// What stands between a request and its files.
struct Gate {
    context: Context,
    /// The form's token was not checked yet.
    token_due: bool,
    /// Pages send the token as a field, programs never.
    is_page: bool,
}

impl Gate {
    fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let context = Context::of(request)?;
        let token_due = request.extensions().get::<TokenStillDue>().is_some();
        Ok(Self { token_due, is_page: !paths::is_api(&context.path), context })
    }
}

impl<P: Parts> Upload<P> {
    /// Tells one form from another: its fields and the hashes of its files.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        let mut text = String::new();
        for (name, value) in &self.fields.0 {
            let _written = write!(text, "{}:{name}={}:{value};", name.len(), value.len());
        }
        for file in &self.files.list {
            let hash = match &file.content {
                Content::Whole(bytes) => hex::encode(Sha256::digest(bytes)),
                Content::TooLarge => String::new(),
            };
            let _written = write!(text, "{}:{}={hash};", file.name.len(), file.name);
        }
        text.into_bytes()
    }

    async fn read(&mut self, mut parts: Multipart, mut gate: Gate) -> Result<(), AppError> {
        while let Some(part) = next(&mut parts).await? {
            let name = part.name().unwrap_or_default().to_owned();
            if gate.is_page && name == csrf::FIELD {
                if !gate.context.csrf_matches(&text(&name, part).await?) {
                    return Err(csrf::refusal());
                }
                gate.token_due = false;
            } else if gate.token_due {
                return Err(csrf::refusal());
            } else {
                self.keep(name, part).await?;
            }
        }
        if gate.token_due { Err(csrf::refusal()) } else { Ok(()) }
    }

    async fn keep(&mut self, name: String, part: Field) -> Result<(), AppError> {
        if P::takes_file(&name) {
            return self.keep_file(name, part).await;
        }
        if !P::FIELDS.contains(&name.as_str()) {
            return Err(refused_field("unknown_field", &name, "is not a field of this form"));
        }
        if self.fields.0.iter().any(|(other, _)| *other == name) {
            return Err(refused_field("repeated_field", &name, "was sent more than once"));
        }
        let value = text(&name, part).await?;
        self.fields.0.push((name, value));
        Ok(())
    }

    async fn keep_file(&mut self, field: String, part: Field) -> Result<(), AppError> {
        let Some(name) = part.content_disposition().and_then(file_name) else {
            return Err(refused_field("not_a_file", &field, "must be a file with a name"));
        };
        let room = self.files.list.len() < P::MAX_FILES;
        let content = file(part, if room { P::MAX_FILE_BYTES } else { 0 }).await?;
        // A file field in which nothing was chosen is sent without name and content.
        if name.is_empty() && matches!(&content, Content::Whole(bytes) if bytes.is_empty()) {
            return Ok(());
        }
        if room {
            self.files.list.push(ReceivedFile { field, name, content });
        } else {
            self.files.too_many = true;
        }
        Ok(())
    }
}

/// The name of a file as its sender gave it, in either way of writing it.
fn file_name(disposition: &ContentDisposition) -> Option<String> {
    let extended = disposition.get_filename_ext();
    let extended = extended.map(|name| String::from_utf8_lossy(&name.value).into_owned());
    let name = extended.or_else(|| disposition.get_filename().map(ToOwned::to_owned));
    name.map(|name| name.replace('\0', ""))
}

/// The next part, or the next chunk of one.
async fn next<S, T>(stream: &mut S) -> Result<Option<T>, AppError>
where
    S: Stream<Item = Result<T, actix_multipart::MultipartError>> + Unpin,
{
    let item = timeout(SILENCE, stream.next()).await.map_err(|_elapsed| broken_off())?;
    item.transpose().map_err(|error| {
        tracing::debug!(%error, "a form with files could not be read");
        unreadable(&error)
    })
}

async fn text(name: &str, mut part: Field) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next(&mut part).await? {
        if bytes.len() + chunk.len() > MAX_TEXT {
            return Err(refused_field("field_too_long", name, "is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    // PostgreSQL keeps no zero byte, and nobody types one.
    bytes.retain(|byte| *byte != 0);
    String::from_utf8(bytes).map_err(|_error| refused_field("not_utf8", name, "is not UTF-8 text"))
}

async fn file(mut part: Field, most: usize) -> Result<Content, AppError> {
    let mut bytes = Vec::new();
    let mut over = false;
    while let Some(chunk) = next(&mut part).await? {
        over = over || bytes.len() + chunk.len() > most;
        if over {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(if over { Content::TooLarge } else { Content::Whole(bytes) })
}

fn unreadable(error: &actix_multipart::MultipartError) -> AppError {
    use actix_multipart::MultipartError as E;
    match error {
        E::Incomplete | E::Payload(_) => broken_off(),
        _ => AppError::bad_request(
            "bad_multipart",
            "The form could not be read: its parts are not marked as multipart/form-data has it. Send it again.",
        ),
    }
}

fn broken_off() -> AppError {
    AppError::bad_request("incomplete_body", "The form did not arrive completely. Send it again.")
}

fn too_large<P: Parts>() -> AppError {
    let megabytes = P::MAX_FILE_BYTES / MIB;
    AppError::TooLarge(format!("Send at most {} files of at most {megabytes} MB each.", P::MAX_FILES))
}

/// `what` completes "The field “name” …".
fn refused_field(code: &'static str, name: &str, what: &str) -> AppError {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let message = format!("The field “{name}” {what}.");
    let errors = vec![FieldError::new(name, message.clone())];
    AppError::BadRequest { code, message, errors }
}
