//! What came of it, kept as JSON in the logs of the data directory.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::app::App;
use crate::cli::Failure;
use crate::revocations::terminal;
use crate::revocations::{Line, LineOutcome, Revocation};

/// More lines that name nobody are counted, not listed.
const LISTED: i64 = 10_000;

pub(super) struct Report<'a> {
    run: &'a Revocation,
    organization: &'a str,
    counts: Vec<(LineOutcome, i64)>,
    unknown: Vec<Line>,
    /// Why it stopped, when the command could not go on.
    failure: Option<String>,
}

impl<'a> Report<'a> {
    pub(super) async fn of(app: &App, organization: &'a str, run: &'a Revocation) -> Result<Self, Failure> {
        let (counts, unknown) = terminal::lines(app, &run.id, LISTED).await?;
        Ok(Self { run, organization, counts, unknown, failure: None })
    }

    /// The report of a command that could not go on, with as much as can still be known.
    pub(super) async fn of_failed(
        app: &App,
        organization: &'a str,
        run: &'a Revocation,
        failure: String,
    ) -> Self {
        let (counts, unknown) = terminal::lines(app, &run.id, LISTED).await.unwrap_or_default();
        Self { run, organization, counts, unknown, failure: Some(failure) }
    }

    pub(super) fn unknown(&self) -> &[Line] {
        &self.unknown
    }

    /// Did every line name somebody?
    pub(super) fn is_whole(&self) -> bool {
        self.unknown.is_empty()
    }

    /// Writes the report; answers where.
    pub(super) fn write(&self, app: &App) -> Result<PathBuf, Failure> {
        let run = self.run;
        let count = |outcome| {
            let counts = self.counts.iter().filter(|(found, _)| *found == outcome);
            counts.map(|(_, count)| *count).sum::<i64>()
        };
        let unknown = self.unknown.iter().map(|line| json!({ "line": line.line, "text": line.text }));
        let report = json!({
            "revocation": run.id,
            "organization": self.organization,
            "scope": run.scope,
            "sessions": run.words(),
            "reason": run.reason,
            "requested_by": run.requester_name,
            "state": run.state,
            "matched": run.matched,
            "revoked": run.revoked,
            "people": run.users,
            "lines": {
                "found": count(LineOutcome::Found),
                "repeated": count(LineOutcome::Repeated),
                "unknown": count(LineOutcome::Unknown),
            },
            "error": self.failure.as_ref().or(run.error.as_ref()),
            "unknown": unknown.collect::<Vec<_>>(),
            "created_at": run.created_at,
            "finished_at": run.finished_at,
        });
        let folder = app.config.database.data_dir.join("logs");
        fs::create_dir_all(&folder)?;
        let time = app.clock.now().utc().format("%Y%m%dT%H%M%S%3fZ");
        let path = folder.join(format!("mass-revoke-{time}.json"));
        let text =
            serde_json::to_string_pretty(&report).map_err(|error| Failure::Failed(error.to_string()))?;
        fs::write(&path, text + "\n")?;
        Ok(path)
    }
}
