//! The picture that reviewers see instead of the original: decoded and encoded anew, so nothing but
//! pixels comes through (no place, no device, no hidden data), upright, and not larger than a screen needs.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageResult};

use super::ContentType;

/// The longest side of a rendition, in pixels.
pub const MAX_SIDE: u32 = 4096;

const JPEG_QUALITY: u8 = 85;

/// An encoded picture for viewing.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendition {
    pub kind: ContentType,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Rendition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, width, height, bytes } = self;
        write!(f, "Rendition({kind}, {width} × {height}, {} bytes)", bytes.len())
    }
}

/// Makes the rendition of a decoded picture; `None` when it cannot be encoded.
pub(super) fn render(
    picture: DynamicImage,
    orientation: Orientation,
    source: ContentType,
) -> Option<Rendition> {
    // Scaled before it is turned: turning copies, and the copy of a large picture is large. The
    // averaging scaler needs no memory beyond its result, the smoother ones need several times the
    // source.
    let fits = picture.width().max(picture.height()) <= MAX_SIDE;
    let scaled = if fits { picture } else { picture.thumbnail(MAX_SIDE, MAX_SIDE) };
    let mut upright = to_eight_bits(scaled);
    upright.apply_orientation(orientation);
    let lossy = source != ContentType::Png && !upright.color().has_alpha();
    let kind = if lossy { ContentType::Jpeg } else { ContentType::Png };
    let bytes = encode(&upright, kind).ok()?;
    Some(Rendition { kind, width: upright.width(), height: upright.height(), bytes })
}

fn to_eight_bits(picture: DynamicImage) -> DynamicImage {
    let color = picture.color();
    match (color.has_color(), color.has_alpha()) {
        (false, false) => DynamicImage::ImageLuma8(picture.into_luma8()),
        (false, true) => DynamicImage::ImageLumaA8(picture.into_luma_alpha8()),
        (true, false) => DynamicImage::ImageRgb8(picture.into_rgb8()),
        (true, true) => DynamicImage::ImageRgba8(picture.into_rgba8()),
    }
}

fn encode(picture: &DynamicImage, kind: ContentType) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    match kind {
        ContentType::Jpeg => {
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
        }
        _ => picture.write_with_encoder(PngEncoder::new(&mut bytes))?,
    }
    Ok(bytes)
}
