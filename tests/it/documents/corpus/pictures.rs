//! Broken pictures, and small ones that unpack to huge ones.

use image::{DynamicImage, ImageFormat};

use super::{Hostile, find_last, hostile};
use crate::documents::samples::{self, chunk, pdf::deflated, riff};

pub(crate) fn all() -> Vec<Hostile> {
    [cut_photographs(), cut_pngs(), cut_webps(), broken(), huge(), moving()].into_iter().flatten().collect()
}

fn cuts(file: &str, whole: &[u8], ends: &[(&str, usize)]) -> Vec<Hostile> {
    let cut = |(place, end): &(&str, usize)| {
        hostile(format!("{file} cut {place}"), file, &whole[..*end], "truncated")
    };
    ends.iter().map(cut).collect()
}

fn cut_photographs() -> Vec<Hostile> {
    let whole = samples::photo_with_place();
    let scan = find_last(&whole, &[0xFF, 0xDA]).unwrap();
    cuts(
        "photo.jpg",
        &whole,
        &[
            ("behind its signature", 3),
            ("in its metadata", 40),
            ("before its pixels", scan),
            ("in the header of its pixels", scan + 5),
            ("in its pixels", usize::midpoint(scan, whole.len())),
            ("before its end mark", whole.len() - 2),
            ("in its end mark", whole.len() - 1),
        ],
    )
}

fn cut_pngs() -> Vec<Hostile> {
    let whole = samples::png();
    let pixels = find_last(&whole, b"IDAT").unwrap();
    cuts(
        "scan.png",
        &whole,
        &[
            ("in its signature", 5),
            ("behind its signature", 8),
            ("in its header", 20),
            ("behind its header", 33),
            ("in its pixels", usize::midpoint(pixels, whole.len())),
            ("before its end", whole.len() - 12),
            ("in its checksum", whole.len() - 1),
        ],
    )
}

fn cut_webps() -> Vec<Hostile> {
    let whole = samples::webp();
    cuts(
        "scan.webp",
        &whole,
        &[
            ("behind its signature", 12),
            ("in its first header", 18),
            ("in its pixels", whole.len() / 2),
            ("before its last bytes", whole.len() - 3),
        ],
    )
}

fn broken() -> Vec<Hostile> {
    let damaged = |what: &str, file: &str, bytes: Vec<u8>| hostile(what, file, bytes, "damaged");
    let mut wrong_checksum = samples::png();
    let pixels = find_last(&wrong_checksum, b"IDAT").unwrap();
    wrong_checksum[pixels + 30] ^= 0xFF;
    let mut without_order = samples::webp();
    without_order[24..40].fill(0xFF);
    let text_mode = samples::png().iter().filter(|byte| **byte != b'\r').copied().collect();
    let half_pixels = png_with(&header(64, 48, 8, 2), &deflated(&[0; 500]));
    let no_pixels = [&b"\x89PNG\r\n\x1A\n"[..], &header(64, 48, 8, 2), &chunk(b"IEND", b"")].concat();
    let foreign_first =
        [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"CgBI", b"\0\0\0\0"), &samples::png()[8..]].concat();
    let oversized_chunk = riff(&[(b"VP8L", &[0x2F, 0, 0, 0, 0]), (b"EXIF", b"x")]);
    let at = find_last(&oversized_chunk, b"EXIF").unwrap() + 4;
    let oversized_chunk = [&oversized_chunk[..at], &[0xFF, 0xFF, 0, 0], &oversized_chunk[at + 4..]].concat();
    vec![
        damaged("a photograph of two markers", "photo.jpg", b"\xFF\xD8\xFF\xD9".to_vec()),
        damaged(
            "a photograph without pixels",
            "photo.jpg",
            samples::with_segment(b"\xFF\xD8\xFF\xD9", 0xFE, b"hi"),
        ),
        damaged(
            "a photograph of noise",
            "photo.jpg",
            [b"\xFF\xD8\xFF\xDA\0\x02", [0x55; 99].as_slice(), b"\xFF\xD9"].concat(),
        ),
        damaged("a PNG with a wrong checksum", "scan.png", wrong_checksum),
        damaged("a PNG sent as text", "scan.png", text_mode),
        damaged("a PNG with half its pixels", "scan.png", half_pixels),
        damaged("a PNG without pixels", "scan.png", no_pixels),
        damaged("a PNG with a foreign first chunk", "scan.png", foreign_first),
        damaged("a PNG of no width", "scan.png", png_with(&header(0, 48, 8, 2), &deflated(&[0]))),
        damaged("a PNG of an unknown depth", "scan.png", png_with(&header(64, 48, 7, 2), &deflated(&[0]))),
        damaged("a WebP of noise", "scan.webp", without_order),
        damaged("a WebP without a picture", "scan.webp", riff(&[])),
        damaged("a WebP of an unknown chunk", "scan.webp", riff(&[(b"ABCD", b"efgh")])),
        damaged("a WebP with a chunk longer than the file", "scan.webp", oversized_chunk),
        damaged(
            "a WebP with a length of nothing",
            "scan.webp",
            b"RIFF\0\0\0\0WEBP"[..8].iter().copied().chain(*b"WEBP").collect(),
        ),
    ]
}

/// Little data that asks for much memory.
fn huge() -> Vec<Hostile> {
    let too_many = |what: &str, file: &str, bytes: Vec<u8>| hostile(what, file, bytes, "too_many_pixels");
    let little = deflated(&[0; 1000]);
    let even = deflated(&vec![0; 10_000]);
    let over = DynamicImage::new_luma8(10_001, 5_000);
    let packed_size = |width: u32, height: u32| ((height - 1) << 14 | (width - 1)).to_le_bytes();
    let lossless = [&[0x2F][..], &packed_size(16_383, 16_383), &[0; 8]].concat();
    let lossy = [&[0x30, 1, 0, 0x9D, 1, 0x2A][..], &[0xFF, 0x3F, 0xFF, 0x3F], &[0; 20]].concat();
    let canvas = [&[0, 0, 0, 0][..], &[0xFF, 0xFF, 0, 0xFE, 0xFF, 0]].concat();
    let on_canvas = riff(&[(b"VP8X", &canvas), (b"VP8L", &samples::webp()[20..])]);
    vec![
        too_many("a PNG of 3,600 megapixels", "bomb.png", png_with(&header(60_000, 60_000, 8, 2), &little)),
        too_many(
            "a PNG as large as can be told",
            "bomb.png",
            png_with(&header(0x7FFF_FFFF, 0x7FFF_FFFF, 8, 6), &little),
        ),
        too_many(
            "a PNG one line of which fills memory",
            "bomb.png",
            png_with(&header(0x7FFF_FFFF, 1, 16, 6), &even),
        ),
        too_many(
            "a black and white PNG of 1,600 megapixels",
            "bomb.png",
            png_with(&header(40_000, 40_000, 1, 0), &even),
        ),
        too_many(
            "a PNG under 50 megapixels, 8 bytes each",
            "bomb.png",
            png_with(&header(6_500, 6_500, 16, 6), &even),
        ),
        too_many("a real PNG just over 50 megapixels", "bomb.png", samples::encoded(&over, ImageFormat::Png)),
        too_many("a photograph of 4,290 megapixels", "bomb.jpg", with_size(&samples::jpeg(), 65_500, 65_500)),
        too_many(
            "a photograph just over 50 megapixels",
            "bomb.jpg",
            with_size(&samples::jpeg(), 10_001, 5_000),
        ),
        too_many("a lossless WebP of 268 megapixels", "bomb.webp", riff(&[(b"VP8L", &lossless)])),
        too_many("a lossy WebP of 268 megapixels", "bomb.webp", riff(&[(b"VP8 ", &lossy)])),
        too_many("a small WebP on a canvas of 4,290 megapixels", "bomb.webp", on_canvas),
    ]
}

fn moving() -> Vec<Hostile> {
    let control = [1_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let frame = [&[0; 12][..], &[0, 0, 0, 0], &samples::webp()[12..]].concat();
    let animated =
        riff(&[(b"VP8X", &[0x02, 0, 0, 0, 63, 0, 0, 47, 0, 0]), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
    let frames_only = riff(&[(b"VP8X", &[0, 0, 0, 0, 63, 0, 0, 47, 0, 0]), (b"ANMF", &frame)]);
    vec![
        hostile(
            "an animated PNG",
            "clip.png",
            samples::with_chunk(&samples::png(), b"acTL", &control),
            "animated",
        ),
        hostile("an animated WebP", "clip.webp", animated, "animated"),
        hostile("a WebP with frames it does not announce", "clip.webp", frames_only, "animated"),
    ]
}

/// A PNG of this header chunk and these packed pixels.
fn png_with(header: &[u8], pixels: &[u8]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1A\n", header, &chunk(b"IDAT", pixels), &chunk(b"IEND", b"")].concat()
}

fn header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat())
}

/// The photograph claiming another size in its frame header.
fn with_size(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let frame = find_last(jpeg, &[0xFF, 0xC0]).unwrap() + 5;
    [&jpeg[..frame], &height.to_be_bytes(), &width.to_be_bytes(), &jpeg[frame + 4..]].concat()
}
