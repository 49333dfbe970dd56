//! `GET /documents/{id}`: the bytes that reviewers see.

use actix_web::HttpResponse;
use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::web::Path;

use crate::documents::DocumentId;
use crate::error::AppError;
use crate::verifications::actions::{self, Opened};
use crate::web::guard::DecideVerifications;
use crate::web::headers::UNTRUSTED_POLICY;
use crate::web::{Allowed, Context};

/// `GET /documents/{id}`
pub async fn open(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = DocumentId::parse(&id).ok_or(AppError::NotFound)?;
    let opened = actions::open_document(&context.app, &context.act(), &who.actor, &id).await??;
    Ok(answer(opened))
}

/// Strangers made these bytes: they are shown as what they were found to be, and nothing in them runs.
fn answer(opened: Opened) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, UNTRUSTED_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header(disposition(&opened))
        // Compressed already; doing it again would only cost time.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .content_type(opened.content_type.as_str())
        .body(opened.bytes)
}

/// The applicant's name for the file, with an ending of what is sent.
fn disposition(opened: &Opened) -> ContentDisposition {
    let (file, endings) = (&opened.document.file_name, opened.content_type.extensions());
    let fits = file.extension().is_some_and(|ending| endings.contains(&ending.as_str()));
    let name = match endings.first() {
        Some(ending) if !fits => format!("{}.{ending}", file.as_str()),
        _ => file.as_str().to_owned(),
    };
    let value =
        ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value: name.into_bytes() };
    ContentDisposition {
        disposition: DispositionType::Inline,
        parameters: vec![DispositionParam::FilenameExt(value)],
    }
}
