//! Hostile uploads, made here, each with the code of the refusal it must get.

mod foreign;
mod pdfs;
mod pictures;
mod polyglots;

/// A file that must be refused.
pub(crate) struct Hostile {
    /// What it is, in words.
    pub what: String,
    /// The name it is sent with.
    pub file: String,
    pub bytes: Vec<u8>,
    /// The code of its refusal.
    pub code: &'static str,
}

pub(crate) fn hostile(
    what: impl Into<String>,
    file: &str,
    bytes: impl Into<Vec<u8>>,
    code: &'static str,
) -> Hostile {
    Hostile { what: what.into(), file: file.to_owned(), bytes: bytes.into(), code }
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    [foreign::all(), pdfs::all(), pictures::all(), polyglots::all()].into_iter().flatten().collect()
}

/// Where `needle` last stands in `bytes`.
pub(crate) fn find_last(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}

/// `bytes` with every `from` replaced.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = find_last(bytes, from).expect("the sample has what is to be replaced");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}
