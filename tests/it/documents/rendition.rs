//! What reviewers see of a picture.

use frontdesk::documents::inspect::{PdfParser, inspect};
use frontdesk::documents::rendition::{MAX_SIDE, Rendition};
use frontdesk::documents::{ContentType, FileName};
use image::{DynamicImage, GenericImageView, ImageFormat};

use super::samples;

fn rendition(bytes: &[u8]) -> Rendition {
    inspect(bytes, &FileName::parse("photo"), &PdfParser::InProcess).unwrap().rendition.unwrap()
}

fn decoded(rendition: &Rendition) -> DynamicImage {
    image::load_from_memory(&rendition.bytes).unwrap()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_rendition_has_none_of_the_originals_metadata() {
    for original in [samples::photo_with_place(), samples::png_with_place(), samples::webp_with_place()] {
        assert!(contains(&original, samples::CAMERA.as_bytes()));
        let rendition = rendition(&original);
        for trace in [samples::CAMERA.as_bytes(), b"Exif", b"eXIf", b"EXIF", b"tEXt", b"II*\0"] {
            assert!(!contains(&rendition.bytes, trace), "{trace:?} in {rendition:?}");
        }
    }
}

#[test]
fn a_picture_taken_with_the_phone_on_its_side_stands_upright() {
    for original in [samples::photo_with_place(), samples::png_with_place(), samples::webp_with_place()] {
        let rendition = rendition(&original);
        assert_eq!((rendition.width, rendition.height), (48, 64));
        let picture = decoded(&rendition);
        assert_eq!(picture.dimensions(), (48, 64));
        // A quarter turn to the right brings the lower left corner (little red, much green) to the top left.
        let [red, green, _, _] = picture.get_pixel(0, 0).0;
        assert!(red < 40 && green > 210, "{red} {green}");
        let [red, green, _, _] = picture.get_pixel(47, 63).0;
        assert!(red > 210 && green < 40, "{red} {green}");
    }
}

#[test]
fn the_size_told_is_the_one_before_turning() {
    let file = FileName::parse("photo.jpg");
    let inspected = inspect(&samples::photo_with_place(), &file, &PdfParser::InProcess).unwrap();
    assert_eq!((inspected.width, inspected.height), (Some(64), Some(48)));
}

#[test]
fn photographs_become_jpeg_and_pictures_with_sharp_edges_or_transparency_png() {
    assert_eq!(rendition(&samples::jpeg()).kind, ContentType::Jpeg);
    assert_eq!(rendition(&samples::webp()).kind, ContentType::Jpeg);
    assert_eq!(rendition(&samples::lossy_webp()).kind, ContentType::Jpeg);
    assert_eq!(rendition(&samples::png()).kind, ContentType::Png);
    let transparent = rendition(&samples::webp_with_alpha());
    assert_eq!(transparent.kind, ContentType::Png);
    assert_eq!(decoded(&transparent).get_pixel(0, 0).0[3], 0);
}

#[test]
fn the_bytes_of_a_rendition_are_of_the_kind_it_tells() {
    for original in [samples::jpeg(), samples::png(), samples::webp_with_alpha()] {
        let rendition = rendition(&original);
        let format = match rendition.kind {
            ContentType::Jpeg => ImageFormat::Jpeg,
            _ => ImageFormat::Png,
        };
        assert_eq!(image::guess_format(&rendition.bytes).unwrap(), format);
    }
}

#[test]
fn a_large_picture_is_scaled_to_the_longest_side_and_keeps_its_shape() {
    let rendition = rendition(&samples::jpeg_of(&samples::picture(MAX_SIDE * 2, 100)));
    assert_eq!((rendition.width, rendition.height), (MAX_SIDE, 50));
    let picture = decoded(&rendition);
    assert!(picture.get_pixel(0, 0).0[0] < 20 && picture.get_pixel(MAX_SIDE - 1, 0).0[0] > 235);
}

#[test]
fn a_picture_that_fits_keeps_every_pixel() {
    let rendition = rendition(&samples::png());
    assert_eq!(decoded(&rendition).into_rgb8(), samples::picture(64, 48).into_rgb8());
}

#[test]
fn deep_and_grey_pictures_are_shown_with_eight_bits() {
    let deep = DynamicImage::from(samples::picture(20, 10).into_rgb16());
    let grey = DynamicImage::from(samples::picture(20, 10).into_luma16());
    for (picture, color) in [(deep, image::ColorType::Rgb8), (grey, image::ColorType::L8)] {
        let rendition = rendition(&samples::encoded(&picture, ImageFormat::Png));
        assert_eq!(decoded(&rendition).color(), color);
    }
}

#[test]
fn debug_output_does_not_print_the_picture() {
    let rendition = rendition(&samples::png());
    let shown = format!("{rendition:?}");
    assert_eq!(shown, format!("Rendition(image/png, 64 × 48, {} bytes)", rendition.bytes.len()));
}
