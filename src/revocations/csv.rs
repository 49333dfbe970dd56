//! The result of a revocation row by row, as CSV that is read and sent in pieces.

use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream;

use super::model::{Line, Revocation};
use super::store;
use crate::app::App;
use crate::error::AppError;
use crate::sessions::listing::Session;

/// Rows of one piece.
const PIECE: i64 = 500;

/// What comes next.
enum Place {
    Start,
    /// After this line of the list.
    Line(i64),
    /// After this session.
    Session(String),
    End,
}

/// The whole file; a list has a row for each line, everything else one for each session that was ended.
pub fn rows(app: App, run: Revocation) -> impl Stream<Item = Result<Bytes, AppError>> {
    stream::unfold((app, run, Place::Start), |(app, run, place)| async move {
        let (piece, next) = match next(&app, &run, place).await? {
            Ok(piece) => piece,
            Err(error) => return Some((Err(error), (app, run, Place::End))),
        };
        Some((Ok(Bytes::from(piece)), (app, run, next)))
    })
}

async fn next(app: &App, run: &Revocation, place: Place) -> Option<Result<(String, Place), AppError>> {
    match place {
        Place::Start if run.listed => Some(Ok((row(&LINES), Place::Line(0)))),
        Place::Start => Some(Ok((row(&SESSIONS), Place::Session(String::new())))),
        Place::Line(after) => lines(app, run, after).await.transpose(),
        Place::Session(after) => sessions(app, run, after).await.transpose(),
        Place::End => None,
    }
}

const LINES: [&str; 4] = ["line", "user", "outcome", "sessions_ended"];
const SESSIONS: [&str; 8] =
    ["user", "session", "kind", "device", "ip", "signed_in_at", "last_seen_at", "ended_at"];

async fn lines(app: &App, run: &Revocation, after: i64) -> Result<Option<(String, Place)>, AppError> {
    let id = run.id.clone();
    let found = app.db.read(move |c| store::lines_after(c, &id, after, PIECE)).await?;
    let Some(last) = found.last().map(|line| line.line) else { return Ok(None) };
    let text = found.iter().map(|line| line_row(line, run)).collect();
    Ok(Some((text, Place::Line(last))))
}

fn line_row(line: &Line, run: &Revocation) -> String {
    row(&[&line.line.to_string(), &line.text, line.words(run.state), &line.revoked.to_string()])
}

async fn sessions(app: &App, run: &Revocation, after: String) -> Result<Option<(String, Place)>, AppError> {
    let id = run.id.clone();
    let found = app.db.read(move |c| store::ended_after(c, &id, &after, PIECE)).await?;
    let Some(last) = found.last().map(|(session, _)| session.id.to_string()) else { return Ok(None) };
    let text = found.iter().map(|(session, email)| session_row(session, email)).collect();
    Ok(Some((text, Place::Session(last))))
}

fn session_row(session: &Session, email: &str) -> String {
    let ended = session.ended_at.map(|at| at.to_string()).unwrap_or_default();
    row(&[
        email,
        session.id.as_str(),
        session.kind.as_str(),
        &session.device,
        &session.ip,
        &session.created_at.to_string(),
        &session.seen_at.to_string(),
        &ended,
    ])
}

/// One row. A cell that a spreadsheet would take for a formula is marked as text.
fn row(cells: &[&str]) -> String {
    let mut text = cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("-1"), "\"'-1\"");
        assert_eq!(quoted("ada@example.org"), "ada@example.org");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(row(&["a", "b"]), "a,b\r\n");
    }
}
