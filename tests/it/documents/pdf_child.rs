//! PDF files parsed in a child process. Here the child is this test program, running one ignored test, and for the limits
//! of memory, which the allocator has a part in, the program itself.

use frontdesk::app::READ_PDF;
use frontdesk::documents::FileName;
use frontdesk::documents::inspect::{ChildLimits, Inspected, PdfParser, Refusal, inspect, serve_pdf_child};

use super::corpus;
use super::samples::pdf;

const MIB: usize = 1024 * 1024;

#[test]
#[ignore = "runs as the child of the tests beside it"]
fn answers_as_the_child() {
    serve_pdf_child(ChildLimits::default()).unwrap();
}

const TIGHT: ChildLimits = ChildLimits { memory_bytes: 24 * MIB as u64, cpu_seconds: 1 };

#[test]
#[ignore = "runs as the child of the tests beside it"]
fn answers_as_the_tight_child() {
    serve_pdf_child(TIGHT).unwrap();
}

fn child(test: &str) -> PdfParser {
    let test = format!("documents::pdf_child::{test}");
    let arguments = ["--ignored", "--exact", "--nocapture", &test];
    PdfParser::Child {
        program: std::env::current_exe().unwrap(),
        arguments: arguments.map(Into::into).to_vec(),
    }
}

fn ordinary_child() -> PdfParser {
    child("answers_as_the_child")
}

fn tight_child() -> PdfParser {
    child("answers_as_the_tight_child")
}

fn the_program() -> PdfParser {
    PdfParser::Child { program: env!("CARGO_BIN_EXE_frontdesk").into(), arguments: vec![READ_PDF.into()] }
}

fn look(bytes: &[u8], parser: &PdfParser) -> Result<Inspected, Refusal> {
    inspect(bytes, &FileName::parse("bill"), parser)
}

#[test]
fn a_child_counts_the_pages() {
    assert_eq!(look(&pdf::with_pages(7), &ordinary_child()).unwrap().pages, Some(7));
    assert_eq!(look(&pdf::packed(""), &ordinary_child()).unwrap().pages, Some(1));
}

#[test]
fn a_child_refuses_as_this_process_does() {
    let pdfs = corpus::all().into_iter().filter(|file| file.what.starts_with("a PDF"));
    for file in pdfs.filter(|file| ["damaged", "no_pages"].contains(&file.code)) {
        assert_eq!(look(&file.bytes, &ordinary_child()).unwrap_err().code(), file.code, "{}", file.what);
    }
}

#[test]
fn a_pdf_that_unpacks_to_more_than_the_memory_ends_the_child_and_not_us() {
    let bomb = pdf::packed_with_padding(32 * MIB, "");
    assert!(bomb.len() < MIB / 8, "{}", bomb.len());
    assert_eq!(look(&bomb, &ordinary_child()).unwrap().pages, Some(1));
    assert_eq!(look(&pdf::packed(""), &tight_child()).unwrap().pages, Some(1));
    assert_eq!(look(&bomb, &tight_child()).unwrap_err().code(), "damaged");
}

#[test]
fn the_program_reads_large_files_within_its_limit_again_and_again() {
    let large = pdf::with_trailer("", &[pdf::stream("", &vec![7; 9 * MIB])]);
    for _ in 0..30 {
        assert_eq!(look(&large, &the_program()).unwrap().pages, Some(1));
    }
}

#[test]
fn a_pdf_that_unpacks_to_more_than_the_programs_limit_is_refused() {
    let bomb = pdf::packed_with_padding(300 * MIB, "");
    assert!(bomb.len() < MIB, "{}", bomb.len());
    assert_eq!(look(&bomb, &the_program()).unwrap_err().code(), "damaged");
}

/// Every object starts a text that does not end: a parser that looks for whole objects reads the rest
/// of the file for each of them. Without the limit this test would take hours.
#[test]
fn a_pdf_that_keeps_the_parser_busy_ends_the_child_and_not_us() {
    let body = "1 0 obj (\n".repeat(300_000);
    let endless = format!("%PDF-1.7\nxref\n{body}trailer\n<< >>\nstartxref\n9\n%%EOF\n");
    assert_eq!(look(endless.as_bytes(), &tight_child()).unwrap_err().code(), "damaged");
}

#[test]
fn a_child_that_cannot_be_started_is_our_fault_and_not_the_files() {
    let parser = PdfParser::Child { program: "/nowhere/frontdesk".into(), arguments: Vec::new() };
    let refusal = look(&pdf::pdf(), &parser).unwrap_err();
    assert_eq!(refusal.code(), "not_checked");
    assert_eq!(refusal.to_string(), "“bill” could not be checked just now. Try again in a moment.");
}

#[test]
fn a_child_that_says_nothing_has_not_understood_the_file() {
    let parser = PdfParser::Child { program: "true".into(), arguments: Vec::new() };
    assert_eq!(look(&pdf::pdf(), &parser).unwrap_err().code(), "damaged");
}
