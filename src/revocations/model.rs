//! What a revocation is, and the rules that need no database.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::tally::Progress;
use crate::access::{Act, ApiKeyId, OrganizationId, UserId, Who};
use crate::clock::Timestamp;
use crate::db::MultiBackend;
use crate::db::schema::{revocation_lines, revocations as table};
use crate::sessions::filter::Filter;
use crate::{id_type, text_enum};

id_type!(
    /// A revocation.
    RevocationId
);
id_type!(
    /// A line of the list of a revocation.
    LineId
);

/// As many sessions are ended within the request that asks for it; more go on beside it.
pub const SMALL: i64 = 500;

/// An instance that was not heard of for so long is taken for dead.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(15);

text_enum! {
    /// What was asked for.
    Scope {
        Session = "session",
        /// Chosen in a list.
        Sessions = "sessions",
        Family = "family",
        User = "user",
        /// A list of users.
        Users = "users",
        /// Whatever matches.
        Filter = "filter",
    }
}

impl Scope {
    /// Is it about one thing, that somebody looks at?
    #[must_use]
    pub fn is_single(self) -> bool {
        matches!(self, Self::Session | Self::Family | Self::User)
    }

    /// The words shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Session => "One session",
            Self::Sessions => "Chosen sessions",
            Self::Family => "One token family",
            Self::User => "One person",
            Self::Users => "A list of people",
            Self::Filter => "All that match",
        }
    }
}

text_enum! {
    RunState {
        /// Its list is being read.
        Preparing = "preparing",
        Running = "running",
        Done = "done",
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

impl RunState {
    /// The word shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Preparing => "Preparing",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }

    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// Which sessions: those that pass the filter and, when listed, belong to users of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub scope: Scope,
    pub filter: Filter,
    /// SHA-256 of the list, when there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub list: Option<String>,
}

impl Selection {
    #[must_use]
    pub fn new(scope: Scope, filter: Filter) -> Self {
        Self { scope, filter, list: None }
    }

    /// The same request has the same one.
    #[must_use]
    pub fn fingerprint(&self, reason: &str) -> String {
        let text = serde_json::json!([self, reason]).to_string();
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// What is asked for, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.filter.words();
        if self.list.is_some() {
            words.insert(0, "people of the list".to_owned());
        }
        if words.is_empty() {
            words.push("every open session".to_owned());
        }
        if self.filter.but.is_some() {
            words.push("but not that of whoever asked".to_owned());
        }
        words.join(", ")
    }
}

/// Why sessions are ended, in the words that the people concerned read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// Why a reason is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ReasonError {
    #[error("Write why the sessions are ended; the people concerned read it.")]
    Missing,
    #[error("Write the reason in 500 characters or fewer.")]
    TooLong,
}

impl Reason {
    /// Longest, in characters.
    pub const MOST: usize = 500;

    /// # Errors
    /// A sentence that says what to do.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let text: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(ReasonError::Missing);
        }
        if text.chars().count() > Self::MOST {
            return Err(ReasonError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A revocation as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Revocation {
    pub id: RevocationId,
    pub organization_id: OrganizationId,
    pub requested_by: Option<UserId>,
    pub requester_name: String,
    pub scope: Scope,
    pub selection: String,
    pub fingerprint: String,
    pub listed: bool,
    pub reason: String,
    pub state: RunState,
    pub matched: i64,
    pub revoked: i64,
    pub users: i64,
    pub cutoff: Timestamp,
    pub progress: String,
    pub error: Option<String>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub requested_by_key: Option<ApiKeyId>,
    /// Its list was given in the console and is not confirmed yet.
    pub awaits_confirmation: bool,
}

impl Revocation {
    /// # Errors
    /// When the row was not written by us.
    pub(super) fn selection(&self) -> Result<Selection, serde_json::Error> {
        serde_json::from_str(&self.selection)
    }

    /// What it is about, in words.
    #[must_use]
    pub fn words(&self) -> String {
        self.selection().map(|selection| selection.words()).unwrap_or_default()
    }

    pub(super) fn progress(&self) -> Result<Progress, serde_json::Error> {
        serde_json::from_str(&self.progress)
    }

    /// The one who asked for it, at a later moment.
    pub(super) fn act(&self, at: Timestamp) -> Act {
        let name = self.requester_name.clone();
        let who = match (&self.requested_by, &self.requested_by_key) {
            (Some(id), _) => Who::User { id: id.clone(), name },
            (None, Some(id)) => Who::ApiKey { id: id.clone(), name },
            (None, None) => Who::Command,
        };
        Act { who, ..Act::by_system(at) }
    }
}

text_enum! {
    /// What a line of a list names.
    LineOutcome {
        Found = "found",
        /// A user who was named before.
        Repeated = "repeated",
        Unknown = "unknown",
    }
}

/// A line of a list, as kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revocation_lines, check_for_backend(MultiBackend))]
pub struct Line {
    pub id: LineId,
    pub revocation_id: RevocationId,
    pub line: i64,
    pub text: String,
    pub user_id: Option<UserId>,
    pub outcome: LineOutcome,
    pub revoked: i64,
}

impl Line {
    /// What came of it, in words.
    #[must_use]
    pub fn words(&self, state: RunState) -> &'static str {
        match (self.outcome, self.revoked) {
            (LineOutcome::Unknown, _) => "no such user",
            (LineOutcome::Repeated, _) => "named before",
            (LineOutcome::Found, 0) if state == RunState::Done => "no open session",
            (LineOutcome::Found, 0) => "not reached",
            (LineOutcome::Found, _) => "ended",
        }
    }
}

/// How many sessions one transaction ends, from how long the last one took. Others who write must never wait
/// for 100 ms, so a fifth of it is aimed at: the machine may be slower the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace(i64);

impl Pace {
    pub(super) const FIRST: Self = Self(50);
    const AIM: Duration = Duration::from_millis(20);
    const FEWEST: i64 = 10;
    const MOST: i64 = 1_000;

    pub(super) fn size(self) -> i64 {
        self.0
    }

    pub(super) fn after(self, ended: i64, took: Duration) -> Self {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX).max(1);
        let aim = i64::try_from(Self::AIM.as_micros()).unwrap_or_default();
        let fits = ended.saturating_mul(aim) / micros;
        // Slower at once, faster step by step.
        Self(fits.min(self.0 * 3 / 2).clamp(Self::FEWEST, Self::MOST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_needed_and_has_an_end() {
        assert_eq!(Reason::parse(" \u{0} "), Err(ReasonError::Missing));
        assert_eq!(Reason::parse(&"x".repeat(501)), Err(ReasonError::TooLong));
        assert_eq!(Reason::parse(" lost\0 laptop ").unwrap().as_str(), "lost laptop");
    }

    #[test]
    fn a_slow_transaction_makes_the_next_one_smaller_at_once() {
        let pace = Pace(400).after(400, Duration::from_millis(80));
        assert_eq!(pace.size(), 100);
        assert_eq!(Pace(20).after(20, Duration::from_secs(1)).size(), Pace::FEWEST);
    }

    #[test]
    fn a_fast_one_makes_it_larger_step_by_step() {
        let mut pace = Pace::FIRST;
        pace = pace.after(pace.size(), Duration::from_millis(1));
        assert_eq!(pace.size(), 75);
        for _ in 0..40 {
            pace = pace.after(pace.size(), Duration::from_micros(1));
        }
        assert_eq!(pace.size(), Pace::MOST);
    }

    #[test]
    fn the_same_request_is_known_again() {
        let one = Selection::new(Scope::Filter, Filter::default());
        assert_eq!(one.fingerprint("lost laptop"), one.clone().fingerprint("lost laptop"));
        let other = Selection { list: Some("x".to_owned()), ..one.clone() };
        assert_ne!(one.fingerprint("lost laptop"), other.fingerprint("lost laptop"));
        assert_ne!(one.fingerprint("lost laptop"), one.fingerprint("other"));
    }
}
