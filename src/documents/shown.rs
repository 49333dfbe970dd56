//! A document as it is shown: decrypted, under its own name, and unable to do anything.

use actix_web::HttpResponse;
use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};

use super::cipher::{self, DecryptError, FileKey};
use super::model::Document;
use super::{ContentType, FileName};
use crate::app::App;
use crate::error::AppError;
use crate::web::headers::UNTRUSTED_POLICY;

/// What is shown of a document.
#[derive(Clone)]
pub struct Shown {
    file_name: FileName,
    content_type: ContentType,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shown({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// Reads and decrypts what is shown of a document, off the async threads.
///
/// # Errors
/// `NotFound` when its file is gone or was changed, which the log tells; `Unavailable` when the store is.
pub async fn read(app: &App, document: Document) -> Result<Shown, AppError> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || decrypt(&app, document)).await.map_err(AppError::internal)?
}

fn decrypt(app: &App, document: Document) -> Result<Shown, AppError> {
    if document.is_purged() {
        return Err(AppError::NotFound);
    }
    let key = FileKey::open(&app.keys, &document.sealed_key, Document::key_context(&document.id));
    let key = key.map_err(AppError::internal)?;
    let (file, content_type) = document.shown();
    let stored = app.files.get(file).map_err(AppError::unavailable)?;
    let Some(mut stored) = stored else {
        tracing::error!(document = %document.id, "the file of a document is missing");
        return Err(AppError::NotFound);
    };
    match cipher::decrypt_to_vec(&key, &mut *stored) {
        Ok(bytes) => Ok(Shown { content_type, bytes, file_name: document.file_name }),
        Err(DecryptError::Tampered) => {
            tracing::error!(document = %document.id, "the file of a document was changed");
            Err(AppError::NotFound)
        }
        Err(DecryptError::Io(error)) => Err(AppError::unavailable(error)),
    }
}

impl Shown {
    /// Strangers made these bytes: they are shown as what they were found to be, and nothing in them runs.
    #[must_use]
    pub fn answer(self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, UNTRUSTED_POLICY))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
            .insert_header(self.disposition())
            // Compressed already; doing it again would only cost time.
            .insert_header((header::CONTENT_ENCODING, "identity"))
            .content_type(self.content_type.as_str())
            .body(self.bytes)
    }

    /// The applicant's name for the file, with an ending of what is sent.
    fn disposition(&self) -> ContentDisposition {
        let endings = self.content_type.extensions();
        let fits = self.file_name.extension().is_some_and(|ending| endings.contains(&ending.as_str()));
        let name = match endings.first() {
            Some(ending) if !fits => format!("{}.{ending}", self.file_name.as_str()),
            _ => self.file_name.as_str().to_owned(),
        };
        let value = ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.into_bytes(),
        };
        ContentDisposition {
            disposition: DispositionType::Inline,
            parameters: vec![DispositionParam::FilenameExt(value)],
        }
    }
}
