//! How far it is: a bar on a terminal, plain lines in a pipe.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::revocations::Revocation;
use crate::ui::count;

/// In a pipe, not more often than this.
const PERIOD: Duration = Duration::from_secs(2);

pub(super) struct Show {
    bar: Option<ProgressBar>,
    told: Option<Instant>,
}

impl Show {
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} sessions, {eta} left");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, told: None }
    }

    pub(super) fn progress(&mut self, run: &Revocation) {
        let (done, total) = (run.revoked.unsigned_abs(), run.matched.unsigned_abs());
        if let Some(bar) = &self.bar {
            bar.set_length(total.max(done));
            bar.set_position(done);
        } else if self.told.is_none_or(|told| told.elapsed() >= PERIOD) {
            self.told = Some(Instant::now());
            eprintln!("{} of {} sessions ended", count(done), count(total));
        }
    }

    pub(super) fn end(&self, run: &Revocation) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let (sessions, people) = (count(run.revoked.unsigned_abs()), count(run.users.unsigned_abs()));
        eprintln!("{}: {sessions} sessions of {people} people ended.", run.state.label());
    }
}
