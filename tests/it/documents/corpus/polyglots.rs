//! Files that are two things at once.

use super::{Hostile, hostile};
use crate::documents::samples::{self, pdf, riff, with_chunk, with_segment};

const PAGE: &[u8] = b"<html><script>alert(1)</script></html>";
const PROGRAM: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0";

pub(crate) fn all() -> Vec<Hostile> {
    [appended(), prepended(), inside()].into_iter().flatten().collect()
}

fn two(what: &str, file: &str, parts: &[&[u8]]) -> Hostile {
    hostile(what, file, parts.concat(), "extra_data")
}

fn appended() -> Vec<Hostile> {
    let (document, photo, png, webp, zip) =
        (pdf::pdf(), samples::jpeg(), samples::png(), samples::webp(), zip());
    vec![
        two("a PDF with an archive behind it", "two.pdf", &[&document, &zip]),
        two("a PDF with a web page behind it", "two.pdf", &[&document, PAGE]),
        two("a PDF with a program behind it", "two.pdf", &[&document, PROGRAM]),
        two("a PDF with a photograph behind it", "two.pdf", &[&document, &photo]),
        two("a PDF with a PDF behind it, cut", "two.pdf", &[&document, &document[..40]]),
        two("a photograph with an archive behind it", "two.jpg", &[&photo, &zip]),
        two("a photograph with a PDF behind it", "two.jpg", &[&photo, &document]),
        two("a photograph with a web page behind it", "two.jpg", &[&photo, PAGE]),
        two("a photograph with a script behind it", "two.jpg", &[&photo, b"<?php system($_GET['c']);"]),
        two("a photograph with one it does not announce", "two.jpg", &[&photo, &photo]),
        two("a photograph with padding and an archive", "two.jpg", &[&photo, &[0; 64], &zip]),
        two("a photograph with a false video", "two.jpg", &[&photo, b"\0\0\0\x10ftypisom\0\0\0\0", &zip]),
        two(
            "a photograph with a false trailer",
            "two.jpg",
            &[&photo, &zip, b"SEFH\0\0\0\0\0\0\0\0\x0C\0\0\0SEFT"],
        ),
        two("a PNG with an archive behind it", "two.png", &[&png, &zip]),
        two("a PNG with a PNG behind it", "two.png", &[&png, &png]),
        two("a PNG with one byte behind it", "two.png", &[&png, b"\n"]),
        two("a WebP with an archive behind it", "two.webp", &[&webp, &zip]),
        two("a WebP with a PDF behind it", "two.webp", &[&webp, &document]),
    ]
}

fn prepended() -> Vec<Hostile> {
    let document = pdf::pdf();
    vec![
        two("a PDF behind a line", "late.pdf", &[b"\n", &document]),
        two("a PDF behind a mark of byte order", "late.pdf", &[b"\xEF\xBB\xBF", &document]),
        two("a PDF behind a comment of a web page", "late.pdf", &[b"<!--  ", &document]),
        two("a PDF behind zeros", "late.pdf", &[&[0; 1000], &document]),
        two("a PDF behind a shell script", "late.pdf", &[b"echo hello; exit\n", &document]),
    ]
}

fn inside() -> Vec<Hostile> {
    let (document, photo, png, zip) = (pdf::pdf(), samples::jpeg(), samples::png(), zip());
    let carrying = |data: &[u8]| pdf::with_trailer("", &[pdf::stream("", data)]);
    let tar_photo = with_segment(&photo, 0xFE, &[&[b' '; 257 - 6][..], b"ustar"].concat());
    let at = |place: usize, mark: &[u8]| {
        let mut comment = vec![b' '; place - 10];
        comment.extend_from_slice(mark);
        with_comment(&comment)
    };
    vec![
        two("a PDF with an archive in a stream", "two.pdf", &[&carrying(&zip)]),
        two("a PDF that starts as a web page", "two.pdf", &[&with_comment(PAGE)]),
        hostile("a PDF that is a tar archive too", "two.pdf", at(257, b"ustar"), "unknown_type"),
        two("a photograph that is a tar archive too", "two.jpg", &[&tar_photo]),
        two("a PDF that is a medical picture too", "two.pdf", &[&at(128, b"DICM")]),
        two("a PDF that is a disk too", "two.pdf", &[&at(32_769, b"CD001")]),
        two("a photograph with an archive in a comment", "two.jpg", &[&with_segment(&photo, 0xFE, &zip)]),
        two("a photograph with a web page in a comment", "two.jpg", &[&with_segment(&photo, 0xFE, PAGE)]),
        two("a photograph with a PDF in a comment", "two.jpg", &[&with_segment(&photo, 0xFE, &document)]),
        two("a PNG with a script in a text", "two.png", &[&with_chunk(&png, b"tEXt", PAGE)]),
        two("a PNG with an archive in a chunk", "two.png", &[&with_chunk(&png, b"prIv", &zip)]),
        two("a PNG with a PDF in a chunk", "two.png", &[&with_chunk(&png, b"prIv", &document)]),
        two(
            "a WebP with an archive in a chunk",
            "two.webp",
            &[&riff(&[(b"VP8L", &samples::webp()[20..]), (b"XMP ", &zip)])],
        ),
    ]
}

/// A whole PDF with a long comment behind its version, at byte 10.
fn with_comment(comment: &[u8]) -> Vec<u8> {
    let objects = pdf::with_pages(1);
    let pointer_at = super::find_last(&objects, b"startxref").unwrap();
    let table_at = super::find_last(&objects, b"xref\n0").unwrap();
    let moved = table_at + comment.len() + 2;
    [
        &b"%PDF-1.7\n%"[..],
        comment,
        b"\n",
        &objects[9..pointer_at],
        format!("startxref\n{moved}\n%%EOF\n").as_bytes(),
    ]
    .concat()
}

/// An archive of one file.
pub(crate) fn zip() -> Vec<u8> {
    let (name, data) = (b"run.sh", b"rm -rf /");
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let facts =
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4], &length, &length, &name_length, &[0, 0]].concat();
    let local = [b"PK\x03\x04", facts.as_slice(), name, data].concat();
    let entry = [b"PK\x01\x02\x14\0", facts.as_slice(), &[0; 14], name].concat();
    let entry_length = u32::try_from(entry.len()).unwrap().to_le_bytes();
    let local_length = u32::try_from(local.len()).unwrap().to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", entry_length.as_slice(), &local_length, &[0, 0]].concat();
    [local, entry, end].concat()
}
