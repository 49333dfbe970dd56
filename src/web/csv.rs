//! Files of spreadsheets: read with the number of each line, and written so that nothing people entered becomes a
//! formula.

use std::borrow::Cow;
use std::io::{Chain, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

const APOSTROPHE: char = '\'';

/// Would a spreadsheet take this for a formula?
fn is_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r']) || text.trim_start().starts_with(['=', '+', '-', '@'])
}

/// The cell as it is written: an apostrophe before what looks like a formula makes it a text.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches(APOSTROPHE)) {
        return Cow::Owned(format!("{APOSTROPHE}{text}"));
    }
    Cow::Borrowed(text)
}

/// What [`guard`] was given: files that came from here can be read again.
#[must_use]
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix(APOSTROPHE) {
        Some(rest) if is_formula(rest.trim_start_matches(APOSTROPHE)) => rest,
        _ => text,
    }
}

/// The rows of a CSV file, its first line included, each with the number of the line in which it begins. Spaces
/// around fields are dropped, blank lines are passed over.
pub struct Rows<R: Read> {
    reader: Reader<Chain<R, &'static [u8]>>,
    record: ByteRecord,
}

impl<R: Read> std::fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

/// Why a row cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    #[error("This is not UTF-8 text.")]
    NotUtf8,
    #[error("The file cannot be read: {0}.")]
    Input(csv::Error),
}

impl<R: Read> Rows<R> {
    /// Reads fields that stand apart by `delimiter`.
    pub fn new(input: R, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            // The reader counts a line when it has read its end, which for CR LF it does with the next row only.
            .terminator(Terminator::Any(b'\n'))
            .from_reader(input.chain(b"\n".as_slice()));
        Self { reader, record: ByteRecord::new() }
    }

    fn read(&self) -> (u64, Result<Vec<String>, RowError>) {
        let breaks = self.record.as_slice().split(|byte| *byte == b'\n').count().saturating_sub(1) as u64;
        let line = self.reader.position().line().saturating_sub(1 + breaks);
        let field = |bytes: &[u8]| std::str::from_utf8(bytes).map(|text| text.trim().to_owned());
        let fields = self.record.iter().map(field).collect::<Result<Vec<String>, _>>();
        (line, fields.map_err(|_error| RowError::NotUtf8))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = (u64, Result<Vec<String>, RowError>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(false) => return None,
                Ok(true) if self.record.iter().all(|field| field.trim_ascii().is_empty()) => {}
                Ok(true) => return Some(self.read()),
                Err(error) => return Some((self.reader.position().line(), Err(RowError::Input(error)))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_formula_gets_an_apostrophe() {
        for text in ["=1+1", "+44 20", "-1", "@sum", "\t=1", "\rx", "  =1+1"] {
            assert_eq!(guard(text), format!("'{text}"));
        }
        for text in ["", "Ada", "ada@demo.test", "O'Neil", "'tis", "1-2"] {
            assert_eq!(guard(text), text);
        }
    }

    #[test]
    fn each_row_knows_the_line_it_begins_in() {
        let text = "a,b\n1,2\n\n , \n\"two\nlines \",3\n4,\"5\n\"\n6";
        for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}\n\n")] {
            let rows: Vec<(u64, usize)> =
                Rows::new(text.as_bytes(), b',').map(|(line, row)| (line, row.unwrap().len())).collect();
            assert_eq!(rows, [(1, 2), (2, 2), (5, 2), (7, 2), (9, 1)], "{text:?}");
        }
    }

    #[test]
    fn a_row_of_other_characters_stops_nothing() {
        let rows: Vec<_> = Rows::new(b"a\n\xe9\nb\n".as_slice(), b',').collect();
        assert!(rows[0].1.is_ok() && rows[2].1.is_ok());
        assert!(matches!(rows[1], (2, Err(RowError::NotUtf8))));
    }

    proptest! {
        #[test]
        fn what_was_guarded_comes_back(text in "['=+@ \\ta-]{0,4}.{0,3}") {
            let guarded = guard(&text);
            prop_assert!(!is_formula(&guarded));
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }
    }
}
