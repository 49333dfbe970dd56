//! Looks into an uploaded file before anything is kept: what it is is decided by its content, and it
//! must be one whole, readable document of that kind and nothing else.
//!
//! Three gates: the first bytes tell the kind; the container is walked from its first byte to its last,
//! which finds what is cut off or hidden behind the document without decoding anything; then the PDF is
//! parsed or the picture decoded, within limits. All of it blocks and a picture may take half a gigabyte
//! while it is decoded, so callers run it off the async threads and only a few at a time.

mod disguise;
mod image;
mod jpeg;
mod pdf;
mod pdf_parser;
mod png;
mod refusal;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::rendition::{self, Rendition};
use super::{ContentType, FileName};

pub use pdf_parser::{ChildLimits, PdfParser, serve_pdf_child};
pub use refusal::{Reason, Refusal};

/// The largest file that is accepted.
pub const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// The most files of one submission.
pub const MAX_FILES: usize = 5;

/// The most pixels of a picture.
pub const MAX_PIXELS: u64 = 50_000_000;

/// What is known of an accepted file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    pub kind: ContentType,
    /// Of a PDF.
    pub pages: Option<u32>,
    /// Of a picture, as it is stored (before its orientation is applied).
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// A picture to show instead of the original; a PDF is shown as it is.
    pub rendition: Option<Rendition>,
}

/// Accepts one whole PDF, JPEG, PNG or WebP file whose name does not say otherwise.
pub fn inspect(bytes: &[u8], file: &FileName, parser: &PdfParser) -> Result<Inspected, Refusal> {
    let look = AssertUnwindSafe(|| look_into(bytes, file, parser));
    // A decoder that panics on hostile input has not understood the file.
    let result = catch_unwind(look).unwrap_or(Err(Reason::Damaged));
    result.map_err(|reason| Refusal { file: file.clone(), reason })
}

fn look_into(bytes: &[u8], file: &FileName, parser: &PdfParser) -> Result<Inspected, Reason> {
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Reason::TooLarge);
    }
    let kind = kind_of(bytes).ok_or(Reason::UnknownType)?;
    check_name(file, kind)?;
    if kind == ContentType::Pdf { look_into_pdf(bytes, parser) } else { look_into_image(bytes, kind) }
}

fn kind_of(bytes: &[u8]) -> Option<ContentType> {
    ContentType::parse(infer::get(bytes)?.mime_type())
}

fn check_name(file: &FileName, kind: ContentType) -> Result<(), Reason> {
    match file.extension() {
        Some(extension) if !kind.extensions().contains(&extension.as_str()) => {
            Err(Reason::NameMismatch { extension, kind })
        }
        _ => Ok(()),
    }
}

fn look_into_pdf(bytes: &[u8], parser: &PdfParser) -> Result<Inspected, Reason> {
    pdf::check(bytes)?;
    disguise::check(bytes)?;
    let pages = parser.count_pages(bytes)?;
    Ok(Inspected { kind: ContentType::Pdf, pages: Some(pages), width: None, height: None, rendition: None })
}

fn look_into_image(bytes: &[u8], kind: ContentType) -> Result<Inspected, Reason> {
    match kind {
        ContentType::Jpeg => jpeg::check(bytes)?,
        ContentType::Png => png::check(bytes)?,
        ContentType::WebP => webp::check(bytes)?,
        ContentType::Pdf => return Err(Reason::UnknownType),
    }
    disguise::check(bytes)?;
    let image::Decoded { picture, orientation } = image::decode(bytes, kind)?;
    let (width, height) = (picture.width(), picture.height());
    let rendition = rendition::render(picture, orientation, kind).ok_or(Reason::Damaged)?;
    Ok(Inspected { kind, pages: None, width: Some(width), height: Some(height), rendition: Some(rendition) })
}
