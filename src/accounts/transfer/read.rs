//! Reading a file line by line, of either format, without holding more than a line.

use std::io::{BufRead, BufReader, Read};

use super::Format;
use super::record::{COLUMNS, Raw};
use crate::web::csv::{Rows, unguard};

/// No user fills more.
const LONGEST_LINE: u64 = 64 * 1024;

/// A line: its number, and its fields or why it cannot be read.
pub type Line = (u64, Result<Raw, String>);

/// The lines of a file.
pub enum Lines<R: Read> {
    Csv { rows: Rows<R>, columns: Vec<String> },
    Jsonl { input: BufReader<R>, number: u64 },
}

impl<R: Read> std::fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Csv { .. } => "Lines::Csv",
            Self::Jsonl { .. } => "Lines::Jsonl",
        })
    }
}

impl<R: Read> Lines<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// One sentence when the first line of a CSV file does not name its columns.
    pub fn open(input: R, format: Format) -> Result<Self, String> {
        match format {
            Format::Jsonl => Ok(Self::Jsonl { input: BufReader::new(input), number: 0 }),
            Format::Csv => {
                let mut rows = Rows::new(input, b',');
                let header = match rows.next() {
                    Some((_, header)) => header.map_err(|error| error.to_string())?,
                    None => Vec::new(),
                };
                let columns = columns(&header)?;
                Ok(Self::Csv { rows, columns })
            }
        }
    }
}

fn columns(header: &[String]) -> Result<Vec<String>, String> {
    let mut columns: Vec<String> = Vec::new();
    for name in header {
        let name = name.trim_start_matches('\u{feff}').to_lowercase();
        if columns.contains(&name) {
            return Err(format!("The first line names the column {name} twice."));
        }
        if !COLUMNS.contains(&name.as_str()) {
            let known = COLUMNS.join(", ");
            return Err(format!("The first line has the column “{name}”; it can name {known}."));
        }
        columns.push(name);
    }
    let needed = |name: &str| columns.iter().any(|column| column == name);
    if needed("email") && needed("name") {
        return Ok(columns);
    }
    Err("The first line must name the columns, email and name among them.".to_owned())
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        match self {
            Self::Csv { rows, columns } => {
                let (line, row) = rows.next()?;
                Some((line, row.map_err(|error| error.to_string()).and_then(|row| fields(&row, columns))))
            }
            Self::Jsonl { input, number } => loop {
                *number += 1;
                match json_line(input)? {
                    Ok(text) if text.trim().is_empty() => {}
                    Ok(text) => return Some((*number, parse_json(&text))),
                    Err(sentence) => return Some((*number, Err(sentence))),
                }
            },
        }
    }
}

fn fields(row: &[String], columns: &[String]) -> Result<Raw, String> {
    if row.len() != columns.len() {
        return Err(format!("The line has {} fields, the first line {}.", row.len(), columns.len()));
    }
    let mut raw = Raw::default();
    for (column, value) in columns.iter().zip(row) {
        if let Some(field) = raw.field(column) {
            *field = Some(unguard(value).to_owned()).filter(|value| !value.is_empty());
        }
    }
    Ok(raw)
}

/// The next line, `None` at the end. What is too long is passed over.
fn json_line(input: &mut impl BufRead) -> Option<Result<String, String>> {
    let mut bytes = Vec::new();
    match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
        Ok(0) => return None,
        Ok(_) => {}
        Err(error) => return Some(Err(format!("The file cannot be read: {error}."))),
    }
    if bytes.len() as u64 == LONGEST_LINE && bytes.last() != Some(&b'\n') {
        if let Err(error) = input.skip_until(b'\n') {
            return Some(Err(format!("The file cannot be read: {error}.")));
        }
        return Some(Err("The line is longer than 64 KiB.".to_owned()));
    }
    Some(String::from_utf8(bytes).map_err(|_error| "This is not UTF-8 text.".to_owned()))
}

/// What serde says of a line quotes its values, one of which may be a hash.
fn parse_json(text: &str) -> Result<Raw, String> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        match told.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
            Some(field) => {
                let field: String = field.chars().filter(|letter| !letter.is_control()).take(60).collect();
                format!("The field “{field}” is none of {}.", COLUMNS.join(", "))
            }
            None if error.is_data() => "Write the fields of a user as texts in one JSON object.".to_owned(),
            None => format!("This is no JSON (column {}).", error.column()),
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str, format: Format) -> Vec<Line> {
        Lines::open(text.as_bytes(), format).unwrap().collect()
    }

    #[test]
    fn both_formats_say_the_same() {
        let csv = lines("name,email,phone,email_verified\nAda,ada@demo.test,'+44 20,true\n", Format::Csv);
        let json = lines(
            "\n{\"name\":\"Ada\",\"email\":\"ada@demo.test\",\"phone\":\"+44 20\",\"email_verified\":true}\n",
            Format::Jsonl,
        );
        assert_eq!(csv, json);
        assert_eq!(csv[0].0, 2);
    }

    #[test]
    fn a_line_that_cannot_be_read_stops_nothing() {
        let long = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
        let text = format!("{{}}\nno json\n{{\"id\":1}}\n[1]\n{long}\n{{\"name\":7}}\n{{}}");
        let told = lines(&text, Format::Jsonl);
        assert_eq!(told.iter().map(|line| line.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
        let sentences: Vec<String> = told.into_iter().filter_map(|line| line.1.err()).collect();
        assert_eq!(sentences.len(), 5, "{sentences:?}");
        assert!(sentences[1].contains("“id”") && sentences[3].contains("64 KiB"), "{sentences:?}");
        let csv = lines("email,name\na,b,c\na,b\n", Format::Csv);
        assert!(csv[0].1.is_err() && csv[1].1.is_ok());
    }

    #[test]
    fn a_first_line_that_names_no_columns_is_refused() {
        for text in ["", "ada@demo.test,Ada\n", "email\n", "email,name,id\n", "email,name,email\n"] {
            assert!(Lines::open(text.as_bytes(), Format::Csv).is_err(), "{text:?}");
        }
        assert!(Lines::open("\u{feff}Email,NAME\n".as_bytes(), Format::Csv).is_ok());
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic_or_run_forever(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut csv = b"email,name\n".to_vec();
            csv.extend(&bytes);
            let _ = Lines::open(csv.as_slice(), Format::Csv).map(Iterator::count);
            let _ = Lines::open(bytes.as_slice(), Format::Jsonl).map(Iterator::count);
        }
    }
}
