//! A file of invites: CSV with a first line that names the columns `email`, `role` and, if there is one, `name`.
//!
//! UTF-8 with or without a byte order mark; fields apart by commas, or by the semicolons or tabs that
//! spreadsheets of many countries write. A file that cannot be read is refused whole, a bad row alone.

use std::collections::HashMap;

use super::model::Verdict;
use crate::access::Role;
use crate::mail::{DisplayName, EmailAddress};
use crate::web::csv::{Rows, unguard};

pub const MAX_ROWS: usize = 1_000;
pub const MAX_BYTES: usize = 1024 * 1024;
/// As much of a field as is shown.
const LONGEST: usize = 254;

/// One row as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    pub line: i64,
    pub email: String,
    pub role: String,
    pub name: String,
    pub verdict: Verdict,
    /// The line that has the same address.
    pub same_as: Option<i64>,
}

/// Why a file is refused; shown beside its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("Save the file as CSV in UTF-8: it holds other characters.")]
    NotUtf8,
    #[error("The first line must name the columns: email, role and, if you like, name.")]
    NoHeader,
    #[error("The first line has the column “{0}”. Use only email, role and name.")]
    UnknownColumn(String),
    #[error("The first line names the column {0} twice.")]
    ColumnTwice(&'static str),
    #[error("The file has no rows below its first line.")]
    Empty,
    #[error("The file has more than 1,000 rows. Send it in parts.")]
    TooMany,
}

/// Where the columns stand.
#[derive(Clone, Copy, Debug)]
struct Columns {
    email: usize,
    role: usize,
    name: Option<usize>,
    count: usize,
}

/// Reads a file; what is wrong with a single row is its verdict.
pub fn read(bytes: &[u8]) -> Result<Vec<SheetRow>, SheetError> {
    let text = std::str::from_utf8(bytes).ok().ok_or(SheetError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut read = Rows::new(text.as_bytes(), delimiter(text))
        .map(|(line, row)| row.map(|row| (line, row)).map_err(|_error| SheetError::NotUtf8));
    let (_, header) = read.next().unwrap_or(Err(SheetError::NoHeader))?;
    let columns = columns(&header)?;
    let mut rows = Vec::new();
    let mut seen = HashMap::new();
    for row in read {
        let (line, fields) = row?;
        if rows.len() == MAX_ROWS {
            return Err(SheetError::TooMany);
        }
        rows.push(judge(i64::try_from(line).unwrap_or(i64::MAX), &fields, columns, &mut seen));
    }
    if rows.is_empty() { Err(SheetError::Empty) } else { Ok(rows) }
}

/// What stands between the names of the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|sign| first.as_bytes().contains(sign)).unwrap_or(b',')
}

fn columns(header: &[String]) -> Result<Columns, SheetError> {
    const NAMES: [&str; 3] = ["email", "role", "name"];
    let mut found: [Option<usize>; 3] = [None; 3];
    let names: Vec<String> = header.iter().map(|name| name.to_lowercase()).collect();
    if !names.iter().any(|name| NAMES.contains(&name.as_str())) {
        return Err(SheetError::NoHeader);
    }
    for (place, name) in names.iter().enumerate() {
        let known = NAMES.iter().zip(&mut found).find(|(known, _)| *known == name);
        let (known, slot) = known.ok_or_else(|| SheetError::UnknownColumn(printable(name)))?;
        if slot.replace(place).is_some() {
            return Err(SheetError::ColumnTwice(known));
        }
    }
    let [Some(email), Some(role), name] = found else { return Err(SheetError::NoHeader) };
    Ok(Columns { email, role, name, count: names.len() })
}

fn judge(line: i64, fields: &[String], columns: Columns, seen: &mut HashMap<String, i64>) -> SheetRow {
    let field = |place: usize| unguard(fields.get(place).map_or("", String::as_str));
    let (email, role) = (field(columns.email), field(columns.role).to_lowercase());
    let name = columns.name.map_or("", field);
    let address = EmailAddress::parse(email);
    let first = address.as_ref().ok().and_then(|address| {
        let line_of_first = *seen.entry(address.key()).or_insert(line);
        (line_of_first != line).then_some(line_of_first)
    });
    let verdict = if fields.len() != columns.count {
        Verdict::WrongColumns
    } else if address.is_err() {
        Verdict::BadAddress
    } else if first.is_some() {
        Verdict::Duplicate
    } else if Role::parse(&role).is_none() {
        Verdict::UnknownRole
    } else if !name.is_empty() && DisplayName::parse(name).is_err() {
        Verdict::BadName
    } else {
        Verdict::Ready
    };
    let email = address.map_or_else(|_| printable(email), |address| address.to_string());
    let same_as = first.filter(|_| verdict == Verdict::Duplicate);
    SheetRow { line, email, role: printable(&role), name: printable(name), verdict, same_as }
}

/// A text that can be kept and shown: databases take no zero byte, and readers no thousand letters.
fn printable(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    text.chars().take(LONGEST).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdicts(text: &str) -> Vec<(i64, Verdict, Option<i64>)> {
        read(text.as_bytes()).unwrap().into_iter().map(|row| (row.line, row.verdict, row.same_as)).collect()
    }

    #[test]
    fn each_row_has_its_verdict_and_its_line() {
        let text = "email,role,name\n\
            ada@demo.test,reviewer,Ada Lovelace\n\
            ada,member,\n\
            \n\
            ADA@demo.test,member,Ada again\n\
            grace@demo.test,captain,Grace\n\
            emmy@demo.test,member,Emmy\u{7}\n\
            sofya@demo.test,member\n\
            mary@demo.test,MEMBER,\"Somerville,\nMary\"\n\
            karen@demo.test,member,\"Uhlenbeck, Karen\"\n";
        let expected = [
            (2, Verdict::Ready, None),
            (3, Verdict::BadAddress, None),
            (5, Verdict::Duplicate, Some(2)),
            (6, Verdict::UnknownRole, None),
            (7, Verdict::BadName, None),
            (8, Verdict::WrongColumns, None),
            (9, Verdict::BadName, None),
            (11, Verdict::Ready, None),
        ];
        assert_eq!(verdicts(text), expected);
    }

    #[test]
    fn spreadsheets_of_every_country_are_read() {
        let plain = read(b"email,role\nada@demo.test,member\n").unwrap();
        for other in [
            "\u{feff}email,role\r\nada@demo.test,member\r\n",
            "Role;EMAIL\nmember;ada@demo.test\n",
            "email\trole\nada@demo.test\tmember",
            "\"email\",\"role\"\n\"ada@demo.test\",member ",
        ] {
            assert_eq!(read(other.as_bytes()).unwrap(), plain, "{other:?}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_its_reason() {
        use SheetError as E;
        let many = format!("email,role\n{}", "a@demo.test,member\n".repeat(MAX_ROWS + 1));
        let cases: [(&[u8], E); 9] = [
            (b"", E::NoHeader),
            (b"ada@demo.test,member\n", E::NoHeader),
            (b"email\nada@demo.test\n", E::NoHeader),
            (b"email,role,phone\n", E::UnknownColumn("phone".to_owned())),
            (b"email,role,email\n", E::ColumnTwice("email")),
            (b"email,role\n", E::Empty),
            (b"email,role\n\n,\n", E::Empty),
            (b"email,role\nJos\xe9@demo.test,member\n", E::NotUtf8),
            (many.as_bytes(), E::TooMany),
        ];
        for (bytes, error) in cases {
            assert_eq!(read(bytes).unwrap_err(), error, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_file_that_came_from_here_is_read_again() {
        let rows = read(b"email,role,name\n'+ada@demo.test,member,'=Ada\n").unwrap();
        assert_eq!((rows[0].email.as_str(), rows[0].name.as_str()), ("+ada@demo.test", "=Ada"));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic_and_no_control_is_kept(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut file = b"email,role,name\n".to_vec();
            file.extend(bytes);
            for row in read(&file).unwrap_or_default() {
                let all = [row.email, row.role, row.name].concat();
                prop_assert!(!all.chars().any(char::is_control));
            }
        }
    }
}
