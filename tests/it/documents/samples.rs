//! Good files of every kind, drawn here: what an applicant could really send.

pub(crate) mod pdf;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// The maker written into [`photo_with_place`]; must not be seen by anybody else.
pub(crate) const CAMERA: &str = "Analytical Engine Works";

/// A picture in which every place has its own colour, so that a turned one is noticed.
pub(crate) fn picture(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, width), shade(y, height), 128])).into()
}

fn shade(at: u32, of: u32) -> u8 {
    u8::try_from(at * 255 / of).unwrap()
}

/// A photograph: 64 × 48 pixels.
pub(crate) fn jpeg() -> Vec<u8> {
    jpeg_of(&picture(64, 48))
}

pub(crate) fn jpeg_of(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
    bytes
}

pub(crate) fn png() -> Vec<u8> {
    encoded(&picture(64, 48), ImageFormat::Png)
}

pub(crate) fn webp() -> Vec<u8> {
    encoded(&picture(64, 48), ImageFormat::WebP)
}

/// A WebP picture with a transparent corner.
pub(crate) fn webp_with_alpha() -> Vec<u8> {
    let picture = RgbaImage::from_fn(40, 30, |x, y| Rgba([200, 30, 60, if x + y < 10 { 0 } else { 255 }]));
    encoded(&picture.into(), ImageFormat::WebP)
}

/// One pixel, compressed with loss, which our encoder cannot do.
pub(crate) fn lossy_webp() -> Vec<u8> {
    let data = [
        0x30, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x01, 0x00, 0x01, 0x00, 0x03, 0x00, 0x34, 0x25, 0xA4, 0x00, 0x03,
        0x70, 0x00, 0xFE, 0xFB, 0x94, 0x00, 0x00,
    ];
    riff(&[(b"VP8 ", &data)])
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A phone's photograph: stored lying on its side, with the place where it was taken.
pub(crate) fn photo_with_place() -> Vec<u8> {
    with_segment(&jpeg(), 0xE1, &[b"Exif\0\0", exif(6).as_slice()].concat())
}

/// A PNG with a text and the same metadata.
pub(crate) fn png_with_place() -> Vec<u8> {
    let text = with_chunk(&png(), b"tEXt", format!("Author\0{CAMERA}").as_bytes());
    with_chunk(&text, b"eXIf", &exif(6))
}

/// A WebP with the same metadata.
pub(crate) fn webp_with_place() -> Vec<u8> {
    const EXIF_FLAG: u8 = 0x08;
    let plain = webp();
    let pixels = &plain[20..];
    let header = [&[EXIF_FLAG, 0, 0, 0][..], &63_u32.to_le_bytes()[..3], &47_u32.to_le_bytes()[..3]].concat();
    riff(&[(b"VP8X", &header), (b"VP8L", pixels), (b"EXIF", &exif(6))])
}

/// Photographs with what phones put behind the picture.
pub(crate) fn phone_photos() -> Vec<(&'static str, Vec<u8>)> {
    let announced = with_segment(&jpeg(), 0xE2, b"MPF\0II*\0");
    let video = [media_box(b"ftyp", b"isom"), media_box(b"free", b""), media_box(b"mdat", &[7; 99])].concat();
    vec![
        ("zero padding", [jpeg(), vec![0; 512]].concat()),
        ("a brightness map", [announced.clone(), jpeg()].concat()),
        ("two maps with padding", [announced.clone(), vec![0; 7], jpeg(), jpeg()].concat()),
        ("a motion photo", [jpeg(), video.clone()].concat()),
        ("a map and a motion photo", [announced.clone(), jpeg(), video].concat()),
        ("a Samsung trailer", [jpeg(), samsung_trailer()].concat()),
        ("a map and a Samsung trailer", [announced, jpeg(), samsung_trailer()].concat()),
    ]
}

fn samsung_trailer() -> Vec<u8> {
    let block = b"\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data1767225600000";
    let length = u32::try_from(block.len()).unwrap().to_le_bytes();
    let entry = [&[0, 0, 1, 10][..], &length, &length].concat();
    let directory = [&b"SEFH"[..], &[107, 0, 0, 0, 1, 0, 0, 0], &entry].concat();
    let directory_length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    [&block[..], &directory, &directory_length, b"SEFT"].concat()
}

pub(crate) fn media_box(name: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len() + 8).unwrap();
    [&length.to_be_bytes()[..], name, data].concat()
}

/// TIFF metadata with a maker, an orientation and a place (51° 30' N).
fn exif(orientation: u16) -> Vec<u8> {
    let maker = format!("{CAMERA}\0");
    let maker_length = u32::try_from(maker.len()).unwrap();
    let (maker_at, place_at) = (8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + maker_length);
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let main = [
        entry(0x010F, 2, maker_length, maker_at),
        entry(0x0112, 3, 1, u32::from(orientation)),
        entry(0x8825, 4, 1, place_at),
    ];
    let latitude_at = place_at + 2 + 2 * 12 + 4;
    let place = [entry(1, 2, 2, u32::from(b'N')), entry(2, 5, 3, latitude_at)];
    let latitude: Vec<u8> = [51_u32, 1, 30, 1, 0, 1].iter().flat_map(|part| part.to_le_bytes()).collect();
    let mut bytes = b"II*\0\x08\0\0\0\x03\0".to_vec();
    bytes.extend([main.concat(), vec![0; 4], maker.into_bytes()].concat());
    bytes.extend([vec![2, 0], place.concat(), vec![0; 4], latitude].concat());
    bytes
}

/// A JPEG with one more segment behind its start marker.
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, data, &jpeg[2..]].concat()
}

/// A PNG with one more chunk behind its header.
pub(crate) fn with_chunk(png: &[u8], name: &[u8], data: &[u8]) -> Vec<u8> {
    const HEADER_END: usize = 8 + 25;
    [&png[..HEADER_END], &chunk(name, data), &png[HEADER_END..]].concat()
}

pub(crate) fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let checked = [name, data].concat();
    [&length[..], &checked, &crc32(&checked).to_be_bytes()].concat()
}

/// The checksum of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

/// A WebP file of these chunks.
pub(crate) fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend_from_slice(*name);
        body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len() + body.len() % 2, 0);
    }
    [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}
