//! Files of other kinds under good names, good files under wrong names, and the wrong sizes.

use super::{Hostile, hostile};
use crate::documents::samples;

const MIB: usize = 1024 * 1024;

pub(crate) fn all() -> Vec<Hostile> {
    [sizes(), pages_and_programs(), archives_and_papers(), other_pictures(), wrong_names()]
        .into_iter()
        .flatten()
        .collect()
}

fn sizes() -> Vec<Hostile> {
    vec![
        hostile("nothing at all", "passport.pdf", "", "empty"),
        hostile("nothing as a picture", "passport.jpg", "", "empty"),
        hostile("11 MiB of a PDF", "passport.pdf", padded(&samples::pdf::pdf(), 11 * MIB), "too_large"),
        hostile("11 MiB of a picture", "passport.png", padded(&samples::png(), 11 * MIB), "too_large"),
        hostile("one byte too many", "passport.jpg", padded(&samples::jpeg(), 10 * MIB + 1), "too_large"),
        hostile("11 MiB of zeros", "passport.webp", vec![0; 11 * MIB], "too_large"),
    ]
}

fn pages_and_programs() -> Vec<Hostile> {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let xml_svg = [b"<?xml version=\"1.0\"?>\n", svg.as_slice()].concat();
    let html = "<!DOCTYPE html><html><script>alert(1)</script></html>";
    let program = [b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0", [0; 200].as_slice()].concat();
    let elf = [b"\x7FELF\x02\x01\x01\0", [0; 200].as_slice()].concat();
    vec![
        hostile("a web page as a PDF", "bill.pdf", html, "unknown_type"),
        hostile("a web page as a picture", "bill.png", html, "unknown_type"),
        hostile("a drawing with a script as a picture", "id.png", *svg, "unknown_type"),
        hostile("an XML drawing as a photograph", "id.jpg", xml_svg, "unknown_type"),
        hostile("a Windows program as a PDF", "passport.pdf", program, "unknown_type"),
        hostile("a Linux program as a photograph", "passport.jpg", elf, "unknown_type"),
        hostile("a Java class as a picture", "id.webp", *b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\0", "unknown_type"),
        hostile("a shell script as a PDF", "run.pdf", "#!/bin/sh\nrm -rf /\n", "unknown_type"),
        hostile("a PHP script as a photograph", "id.jpg", "<?php system($_GET['c']); ?>", "unknown_type"),
        hostile("a text file as a PDF", "note.pdf", "I am the passport, honestly.", "unknown_type"),
        hostile("JSON as a PDF", "data.pdf", "{\"passport\": true}", "unknown_type"),
        hostile("white space as a PDF", "blank.pdf", " \n\t \n", "unknown_type"),
        hostile("zeros as a photograph", "blank.jpg", vec![0; 4096], "unknown_type"),
        hostile("noise as a picture", "noise.png", noise(4096), "unknown_type"),
        hostile("one byte", "one.pdf", "%", "unknown_type"),
        hostile("half a photograph's signature", "id.jpg", *b"\xFF\xD8", "unknown_type"),
        hostile("a RIFF header cut in its name", "id.webp", *b"RIFF\x10\0\0\0WEB", "unknown_type"),
    ]
}

fn archives_and_papers() -> Vec<Hostile> {
    let word = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", [0; 600].as_slice()].concat();
    let wave = [b"RIFF\x24\0\0\0WAVEfmt ", [0; 40].as_slice()].concat();
    let video = [b"RIFF\x24\0\0\0AVI LIST", [0; 40].as_slice()].concat();
    vec![
        hostile("an archive as a PDF", "passport.pdf", super::polyglots::zip(), "unknown_type"),
        hostile("an archive as a photograph", "passport.jpg", super::polyglots::zip(), "unknown_type"),
        hostile("a RAR archive as a PDF", "a.pdf", *b"Rar!\x1A\x07\x01\0..........", "unknown_type"),
        hostile("a 7z archive as a PDF", "a.pdf", *b"7z\xBC\xAF\x27\x1C\0\x04......", "unknown_type"),
        hostile("gzip as a PDF", "a.pdf", *b"\x1F\x8B\x08\0\0\0\0\0\0\x03......", "unknown_type"),
        hostile("PostScript as a PDF", "a.pdf", "%!PS-Adobe-3.0\nshowpage\n", "unknown_type"),
        hostile("rich text as a PDF", "a.pdf", "{\\rtf1\\ansi hello}", "unknown_type"),
        hostile("an old Word document as a PDF", "a.pdf", word, "unknown_type"),
        hostile("a sound as WebP", "a.webp", wave, "unknown_type"),
        hostile("a video as WebP", "a.webp", video, "unknown_type"),
        hostile(
            "an MP4 video as a picture",
            "a.png",
            *b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2",
            "unknown_type",
        ),
        hostile("an MP3 as a photograph", "a.jpg", *b"ID3\x03\0\0\0\0\0\x21TIT2......", "unknown_type"),
    ]
}

fn other_pictures() -> Vec<Hostile> {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let bitmap = [b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", [0; 60].as_slice()].concat();
    vec![
        hostile("a GIF as PNG", "id.png", *gif, "unknown_type"),
        hostile("a GIF as a photograph", "id.jpg", *gif, "unknown_type"),
        hostile("a GIF under its own name", "id.gif", *gif, "unknown_type"),
        hostile("a TIFF as a photograph", "id.jpg", *b"II*\0\x08\0\0\0\0\0\0\0\0\0\0\0", "unknown_type"),
        hostile("a big-endian TIFF as PNG", "id.png", *b"MM\0*\0\0\0\x08\0\0\0\0\0\0", "unknown_type"),
        hostile("a bitmap as PNG", "id.png", bitmap, "unknown_type"),
        hostile("an icon as PNG", "id.png", *b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0", "unknown_type"),
        hostile("a HEIC photograph", "id.heic", *b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unknown_type"),
        hostile(
            "a HEIC photograph as JPEG",
            "id.jpg",
            *b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "unknown_type",
        ),
        hostile("an AVIF picture as WebP", "id.webp", *b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "unknown_type"),
        hostile(
            "a Photoshop file as a photograph",
            "id.jpg",
            *b"8BPS\0\x01\0\0\0\0\0\0\0\x03",
            "unknown_type",
        ),
    ]
}

fn wrong_names() -> Vec<Hostile> {
    let wrong = |what: &str, file: &str, bytes: Vec<u8>| hostile(what, file, bytes, "name_mismatch");
    vec![
        wrong("a photograph named PNG", "id.png", samples::jpeg()),
        wrong("a PNG named JPEG", "id.jpg", samples::png()),
        wrong("a PNG named JPEG in capitals", "ID.JPEG", samples::png()),
        wrong("a WebP named JPEG", "id.jpg", samples::webp()),
        wrong("a WebP named PNG", "id.png", samples::webp()),
        wrong("a PDF named JPEG", "id.jpg", samples::pdf::pdf()),
        wrong("a photograph named PDF", "id.pdf", samples::jpeg()),
        wrong("a PDF named as a program", "passport.pdf.exe", samples::pdf::pdf()),
        wrong("a PNG named as a drawing", "id.svg", samples::png()),
        wrong("a photograph named as a web page", "id.html", samples::jpeg()),
        wrong("a PDF named as a Word document", "bill.docx", samples::pdf::pdf()),
        wrong("a PDF named as a program, turned by a mark", "bill\u{202E}fdp.exe", samples::pdf::pdf()),
    ]
}

fn padded(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(length, 0);
    padded
}

/// Bytes without a pattern, the same in every run; the first are no signature.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    })
    .take(length)
    .collect()
}
