//! What is taken and what is refused.

use std::collections::BTreeSet;

use frontdesk::documents::inspect::{Inspected, MAX_FILE_BYTES, PdfParser, Refusal, inspect};
use frontdesk::documents::{ContentType, FileName};
use proptest::prelude::*;

use super::{corpus, samples};

fn look(bytes: &[u8], file: &str) -> Result<Inspected, Refusal> {
    inspect(bytes, &FileName::parse(file), &PdfParser::InProcess)
}

#[test]
fn every_hostile_upload_is_refused_with_its_own_code_and_a_sentence() {
    let corpus = corpus::all();
    let mut wrong = Vec::new();
    for file in &corpus {
        match look(&file.bytes, &file.file) {
            Ok(_) => wrong.push(format!("{} ({}): taken", file.what, file.code)),
            Err(refusal) if refusal.code() != file.code => {
                wrong.push(format!("{}: {} instead of {}", file.what, refusal.code(), file.code));
            }
            Err(refusal) => {
                let sentence = refusal.to_string();
                assert!(sentence.contains(refusal.file.as_str()) && sentence.ends_with('.'), "{sentence}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_is_large_names_each_file_once_and_meets_every_refusal() {
    let corpus = corpus::all();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    let names: BTreeSet<_> = corpus.iter().map(|file| file.what.as_str()).collect();
    assert_eq!(names.len(), corpus.len());
    let codes: BTreeSet<_> = corpus.iter().map(|file| file.code).collect();
    let expected = BTreeSet::from([
        "animated",
        "damaged",
        "empty",
        "encrypted_pdf",
        "extra_data",
        "name_mismatch",
        "no_pages",
        "too_large",
        "too_many_pixels",
        "truncated",
        "unknown_type",
    ]);
    assert_eq!(codes, expected);
}

#[test]
fn an_ordinary_file_of_each_kind_is_taken() {
    let files = [
        ("bill.pdf", samples::pdf::pdf(), ContentType::Pdf),
        ("bill.PDF", samples::pdf::packed(""), ContentType::Pdf),
        ("bill.pdf", samples::pdf::revised(), ContentType::Pdf),
        ("passport.jpg", samples::photo_with_place(), ContentType::Jpeg),
        ("passport.jpeg", samples::jpeg(), ContentType::Jpeg),
        ("passport.png", samples::png_with_place(), ContentType::Png),
        ("passport.webp", samples::webp(), ContentType::WebP),
        ("passport.webp", samples::webp_with_alpha(), ContentType::WebP),
        ("passport.webp", samples::webp_with_place(), ContentType::WebP),
        ("passport.webp", samples::lossy_webp(), ContentType::WebP),
    ];
    for (file, bytes, kind) in files {
        assert_eq!(look(&bytes, file).map(|inspected| inspected.kind), Ok(kind), "{file}");
    }
}

#[test]
fn a_pdf_tells_its_pages_and_has_no_rendition() {
    let inspected = look(&samples::pdf::with_pages(12), "bill.pdf").unwrap();
    assert_eq!(inspected.pages, Some(12));
    assert_eq!((inspected.width, inspected.height, inspected.rendition), (None, None, None));
}

#[test]
fn a_pdf_may_end_in_blank_lines() {
    let bytes = [samples::pdf::pdf(), b"\r\n\r\n \0".to_vec()].concat();
    assert!(look(&bytes, "bill.pdf").is_ok());
}

#[test]
fn a_name_without_an_extension_says_nothing_about_the_kind() {
    for file in ["passport", "Scan 12.03.2026", "", "../../"] {
        assert!(look(&samples::png(), file).is_ok(), "{file}");
    }
}

#[test]
fn a_photograph_with_what_phones_append_is_taken() {
    for (what, bytes) in samples::phone_photos() {
        assert!(look(&bytes, "photo.jpg").is_ok(), "{what}: {:?}", look(&bytes, "photo.jpg"));
    }
}

#[test]
fn a_file_of_exactly_the_largest_size_is_taken() {
    let mut bytes = samples::pdf::pdf();
    bytes.resize(MAX_FILE_BYTES, b'\n');
    assert!(look(&bytes, "bill.pdf").is_ok());
    bytes.push(b'\n');
    assert_eq!(look(&bytes, "bill.pdf").unwrap_err().code(), "too_large");
}

#[test]
fn a_refusal_shows_the_cleaned_name_only() {
    let refusal = look(b"", "C:\\secret\\bill\u{202E}fdp.exe").unwrap_err();
    assert!(refusal.to_string().starts_with("“billfdp.exe” is empty."), "{refusal}");
}

fn sample() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    prop_oneof![
        Just(("a.pdf", samples::pdf::with_pages(2))),
        Just(("a.pdf", samples::pdf::packed(""))),
        Just(("a.jpg", samples::photo_with_place())),
        Just(("a.png", samples::png_with_place())),
        Just(("a.webp", samples::webp_with_place())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A panic of a decoder is caught and looks like damage, so what this shows is that the check ends.
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(look(&bytes, "a.pdf").is_err());
    }

    #[test]
    fn any_bytes_behind_a_good_signature_get_an_answer(
        signature in prop::sample::select(vec![
            &b"%PDF-1.7\n"[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"RIFF\xD0\x07\0\0WEBPVP8L",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        prop_assert!(look(&[signature, &bytes].concat(), "a").is_err());
    }

    #[test]
    fn a_sample_with_changed_bytes_gets_an_answer(
        (file, mut bytes) in sample(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Err(refusal) = look(&bytes, file) {
            prop_assert!(!refusal.to_string().is_empty());
        }
    }

    #[test]
    fn a_sample_cut_anywhere_is_refused((file, bytes) in sample(), place in any::<prop::sample::Index>()) {
        let end = place.index(bytes.trim_ascii_end().len());
        prop_assert!(look(&bytes[..end], file).is_err(), "{} of {}", end, bytes.len());
    }
}
