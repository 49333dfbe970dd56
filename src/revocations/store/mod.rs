//! All SQL of revocations, by noun.

mod lines;
mod privacy;
mod runs;
mod sessions;

pub use lines::{line_counts, lines_after, unknown_lines};
pub use privacy::forget_user;
pub use runs::{by_id, of_user, page, unfinished};
pub use sessions::{ended_after, matching, targets};

pub(super) use lines::{count_lines, insert_lines, last_line, named, resolve};
pub(super) use runs::{
    Confirmed, Step, add_user, advance, claim, close, confirm, drafts, find, free, insert, ready, release,
    remove_draft, stale_commands, unprepared, written,
};
pub(super) use sessions::{end, people};
