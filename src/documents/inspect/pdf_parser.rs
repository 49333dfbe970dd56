//! Parsing a PDF, in this process or in a child that may be killed.
//!
//! A few kilobytes of PDF can unpack to gigabytes or send any parser round in circles for hours; neither
//! can be stopped from outside inside one process. A server therefore parses in a child: the same program
//! in a hidden mode, which limits its own memory and processor time, takes the file on its standard input
//! and answers with one line.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use hayro_syntax::object::{Array, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::{LoadPdfError, Pdf};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{MAX_FILE_BYTES, Reason};

/// What the child may use before the system ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildLimits {
    pub memory_bytes: u64,
    pub cpu_seconds: u64,
}

impl Default for ChildLimits {
    /// Far more than a document of the largest accepted size needs.
    fn default() -> Self {
        Self { memory_bytes: 256 * 1024 * 1024, cpu_seconds: 10 }
    }
}

/// Starts the child's answer, so that it is found among other output.
const ANSWER: &str = "pdf:";

/// Pages whose content is looked up; a document has few.
const CHECKED_PAGES: usize = 100;

/// Where PDF files are parsed.
#[derive(Clone, Debug)]
pub enum PdfParser {
    /// Here, without limits: for tests and generated files.
    InProcess,
    /// In a process of its own, started for each file with these arguments; it must call
    /// [`serve_pdf_child`].
    Child { program: PathBuf, arguments: Vec<OsString> },
}

impl PdfParser {
    /// How many pages the file has, which is at least one.
    pub(super) fn count_pages(&self, bytes: &[u8]) -> Result<u32, Reason> {
        let pages = match self {
            Self::InProcess => count_pages(bytes),
            Self::Child { program, arguments } => {
                let answer = ask_child(Command::new(program).args(arguments), bytes);
                read_answer(&answer.map_err(|error| not_checked(&error))?)
            }
        }?;
        if pages == 0 { Err(Reason::NoPages) } else { Ok(pages) }
    }
}

/// The child's side: reads a file from the standard input, writes what it found to the standard output.
pub fn serve_pdf_child(limits: ChildLimits) -> io::Result<()> {
    limit(Resource::Data, limits.memory_bytes)?;
    limit(Resource::Cpu, limits.cpu_seconds)?;
    limit(Resource::Core, 0)?;
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES as u64).read_to_end(&mut bytes)?;
    let found = catch_unwind(|| count_pages(&bytes)).unwrap_or(Err(Reason::Damaged));
    let answer = found.map_or_else(|reason| reason.code().to_owned(), |pages| pages.to_string());
    writeln!(io::stdout().lock(), "\n{ANSWER}{answer}")
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// The allocator of the program reserves a gigabyte before `main`. For the child that is to be reserved only, and not
/// to be had: what it may have is counted by its limit.
const BOUNDED: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

/// Gives the child the file and waits for its output; empty when it did not survive.
fn ask_child(command: &mut Command, bytes: &[u8]) -> io::Result<String> {
    command.env_clear().env(BOUNDED.0, BOUNDED.1);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A child that died early does not read on; its answer will be missing.
        let _ = input.write_all(bytes);
    }
    let output = child.wait_with_output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn read_answer(output: &str) -> Result<u32, Reason> {
    match output.lines().find_map(|line| line.strip_prefix(ANSWER)) {
        Some("encrypted_pdf") => Err(Reason::EncryptedPdf),
        Some(pages) => pages.parse().ok().ok_or(Reason::Damaged),
        None => Err(Reason::Damaged),
    }
}

fn not_checked(error: &io::Error) -> Reason {
    tracing::error!(%error, "the process that parses PDF files could not be started");
    Reason::NotChecked
}

fn count_pages(bytes: &[u8]) -> Result<u32, Reason> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Reason::EncryptedPdf,
        LoadPdfError::Invalid => Reason::Damaged,
    })?;
    let pages = pdf.pages();
    if !pages.iter().take(CHECKED_PAGES).all(has_its_content) {
        return Err(Reason::Damaged);
    }
    u32::try_from(pages.len()).ok().ok_or(Reason::Damaged)
}

/// A page may be blank; one that names content must have it.
fn has_its_content(page: &Page<'_>) -> bool {
    const CONTENTS: &[u8] = b"Contents";
    let dictionary = page.raw();
    !dictionary.contains_key(CONTENTS)
        || dictionary.get::<Stream<'_>>(CONTENTS).is_some()
        || dictionary.get::<Array<'_>>(CONTENTS).is_some()
}
