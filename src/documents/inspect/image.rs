//! Decoding a picture within limits.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{MAX_PIXELS, Reason};
use crate::documents::ContentType;

/// The most memory for the pixels of one picture, and as much again for its decoder.
const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;

/// A picture and how to turn it for viewing.
pub(super) struct Decoded {
    pub(super) picture: DynamicImage,
    pub(super) orientation: Orientation,
}

/// Decodes the whole picture, after its header has told that it is not too large.
pub(super) fn decode(bytes: &[u8], kind: ContentType) -> Result<Decoded, Reason> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(kind)?);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(reason)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Reason::TooManyPixels);
    }
    limits.reserve(decoder.total_bytes()).map_err(reason)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(reason)?;
    Ok(Decoded { picture, orientation })
}

fn format(kind: ContentType) -> Result<ImageFormat, Reason> {
    match kind {
        ContentType::Jpeg => Ok(ImageFormat::Jpeg),
        ContentType::Png => Ok(ImageFormat::Png),
        ContentType::WebP => Ok(ImageFormat::WebP),
        ContentType::Pdf => Err(Reason::UnknownType),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn reason(error: ImageError) -> Reason {
    match error {
        ImageError::Limits(_) => Reason::TooManyPixels,
        _ => Reason::Damaged,
    }
}
