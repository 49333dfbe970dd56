//! The list of users: typed, or a file that is read line by line and never held whole.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::access::OrganizationId;
use crate::app::App;
use crate::cli::Failure;
use crate::revocations::Revocation;
use crate::revocations::terminal;
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
    File(PathBuf),
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

    /// Reads the file once, to know it again.
    pub(super) fn file(path: &Path) -> Result<Self, String> {
        let mut list = Self { source: Source::File(path.to_owned()), digest: String::new() };
        let mut digest = Sha256::new();
        let told = |error: std::io::Error| format!("--file {}: {error}", path.display());
        for line in list.lines().map_err(told)? {
            let (number, text) = line.map_err(told)?;
            digest.update(format!("{number} {text}\n").as_bytes());
        }
        list.digest = hex::encode(digest.finalize());
        Ok(list)
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    fn lines(&self) -> std::io::Result<Lines<'_>> {
        Ok(match &self.source {
            Source::Typed(users) => Box::new((1..).zip(users.iter().cloned()).map(Ok)),
            Source::File(path) => {
                let lines = (1..).zip(BufReader::new(File::open(path)?).lines());
                Box::new(lines.filter_map(|(number, line)| match line {
                    Ok(line) => meant(&line).map(|text| Ok((number, text))),
                    Err(error) => Some(Err(error)),
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

/// What a line says without its comment; nothing for a blank one.
fn meant(line: &str) -> Option<String> {
    let text = line.split('#').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn comments_and_blank_lines_are_left_out_and_counted() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "# all of them\n\nada@example.org  # the first\r\n\t\nbabbage\n").unwrap();
        let list = List::file(file.path()).unwrap();
        let lines: Vec<(i64, String)> = list.lines().unwrap().map(Result::unwrap).collect();
        assert_eq!(lines, [(3, "ada@example.org".to_owned()), (5, "babbage".to_owned())]);
        assert_eq!(list.digest().len(), 64);
    }
}
