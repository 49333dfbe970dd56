//! The list of users: typed, or a file that is read once, line by line, and never held whole.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::access::OrganizationId;
use crate::app::App;
use crate::cli::Failure;
use crate::revocations::{Revocation, lines, terminal};
use crate::sessions::filter::Filter;

/// Lines kept in one transaction.
const CHUNK: usize = 200;

/// Where the list is.
#[derive(Debug)]
pub(super) struct List {
    source: Source,
    /// SHA-256 of what it says: the same list again is the same request.
    digest: String,
}

#[derive(Debug)]
enum Source {
    Typed(Vec<String>),
    /// What the file says, a number and a text a line: what was given may be a pipe, which is read only once.
    File(File),
}

/// Numbered lines that name somebody.
type Lines<'a> = Box<dyn Iterator<Item = std::io::Result<(i64, String)>> + 'a>;

/// A few hundred lines at a time.
struct Pieces<'a>(Lines<'a>);

impl Iterator for Pieces<'_> {
    type Item = std::io::Result<Vec<(i64, String)>>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece: std::io::Result<Vec<(i64, String)>> = self.0.by_ref().take(CHUNK).collect();
        match piece {
            Ok(piece) if piece.is_empty() => None,
            other => Some(other),
        }
    }
}

impl List {
    pub(super) fn typed(users: &[String]) -> Self {
        let users: Vec<String> = users.iter().map(|user| user.trim().to_owned()).collect();
        let digest = hex::encode(Sha256::digest(users.join("\n").as_bytes()));
        Self { source: Source::Typed(users), digest }
    }

    /// Reads the file, or the pipe.
    pub(super) fn file(path: &Path) -> Result<Self, String> {
        Self::spooled(path).map_err(|error| format!("--file {}: {error}", path.display()))
    }

    fn spooled(path: &Path) -> std::io::Result<Self> {
        let mut given = BufReader::new(File::open(path)?);
        let mut kept = std::io::BufWriter::new(tempfile::tempfile()?);
        let mut digest = Sha256::new();
        let (mut number, mut line) = (0_i64, Vec::new());
        while given.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            if let Some(text) = lines::meant(&line) {
                let text = format!("{number} {text}\n");
                digest.update(text.as_bytes());
                kept.write_all(text.as_bytes())?;
            }
            line.clear();
        }
        let file = kept.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(Self { source: Source::File(file), digest: hex::encode(digest.finalize()) })
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    fn lines(&self) -> std::io::Result<Lines<'_>> {
        Ok(match &self.source {
            Source::Typed(users) => Box::new((1..).zip(users.iter().cloned()).map(Ok)),
            Source::File(file) => {
                let mut file = file;
                file.rewind()?;
                let lines = BufReader::new(file).lines();
                Box::new(lines.map(|line| {
                    let line = line?;
                    let (number, text) = line.split_once(' ').unwrap_or_default();
                    Ok((number.parse().map_err(std::io::Error::other)?, text.to_owned()))
                }))
            }
        })
    }

    /// The list in pieces, from the line after `after` on.
    fn pieces(&self, after: i64) -> std::io::Result<Pieces<'_>> {
        let lines = self.lines()?;
        let further = lines.filter(move |line| line.as_ref().map_or(true, |(number, _)| *number > after));
        Ok(Pieces(Box::new(further)))
    }

    /// Keeps the list with its revocation, from where an earlier process came to.
    pub(super) async fn keep(&self, app: &App, run: &Revocation) -> Result<(), Failure> {
        for piece in self.pieces(terminal::last_line(app, &run.id).await?)? {
            if !terminal::keep_lines(app, run, piece?).await? {
                return Err(Failure::Failed("Another process works on this revocation.".to_owned()));
            }
        }
        Ok(())
    }

    /// How many open sessions match, and how many lines name nobody; those are told.
    pub(super) async fn count(
        &self,
        app: &App,
        organization: &OrganizationId,
        filter: &Filter,
    ) -> Result<(i64, usize), Failure> {
        let (mut matched, mut unknown, mut seen) = (0, 0, HashSet::new());
        for piece in self.pieces(0)? {
            let (numbers, texts): (Vec<i64>, Vec<String>) = piece?.into_iter().unzip();
            let found = terminal::look_up(app, organization, filter, texts.clone()).await?;
            for ((number, text), found) in numbers.into_iter().zip(texts).zip(found) {
                match found {
                    Some((user, sessions)) if seen.insert(user.clone()) => matched += sessions,
                    Some(_) => {}
                    None => {
                        unknown += 1;
                        eprintln!("line {number}: no such user: {text}");
                    }
                }
            }
        }
        Ok((matched, unknown))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(list: &List) -> Vec<(i64, String)> {
        list.lines().unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn comments_and_blank_lines_are_left_out_and_counted() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(
            b"\xef\xbb\xbf# all of them\n\nada#1@example.org  # the first\r\n\t\nb\xffbbage\nlast",
        )
        .unwrap();
        let list = List::file(file.path()).unwrap();
        let expected = [(3, "ada#1@example.org"), (5, "b\u{fffd}bbage"), (6, "last")];
        for _ in 0..2 {
            assert_eq!(
                read(&list),
                expected.map(|(line, text)| (line, text.to_owned())),
                "as often as needed"
            );
        }
        assert_eq!(list.digest().len(), 64);
    }

    #[test]
    fn a_list_is_known_again_by_what_it_says() {
        let digest = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            List::file(file.path()).unwrap().digest().to_owned()
        };
        assert_eq!(digest("ada@example.org\n"), digest("ada@example.org # again"));
        assert_ne!(digest("ada@example.org\n"), digest("bob@example.org\n"));
    }
}
