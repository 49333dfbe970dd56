//! Which tabs hold more cases than are counted: those are looked at again after a while only.
//!
//! Counting up to the limit is the dearest part of a page of the queue, and its outcome, that no figure is
//! shown, stays the same for long. So it is remembered here. A tab that empties meanwhile goes without its
//! figure for [`KEPT`]; a figure that is shown is always counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use super::store::queue::{COUNTED, Figures, Tab};
use crate::access::OrganizationId;
use crate::clock::Timestamp;

/// How long a tab is not counted again.
pub const KEPT: TimeDelta = TimeDelta::seconds(60);

/// The tabs of every organization that were found to be crowded, and when.
#[derive(Debug, Default)]
pub struct Crowds(Mutex<BTreeMap<OrganizationId, Vec<(Tab, Timestamp)>>>);

impl Crowds {
    /// The tabs that need not be counted at `now`.
    #[must_use]
    pub fn of(&self, organization: &OrganizationId, now: Timestamp) -> Vec<Tab> {
        let crowds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = crowds.get(organization).map_or(&[][..], Vec::as_slice);
        found.iter().filter(|(_, at)| now.since(*at) < KEPT).map(|(tab, _)| *tab).collect()
    }

    /// Takes note of what was counted at `now`, `skipped` not being part of it.
    pub fn note(&self, organization: &OrganizationId, figures: &Figures, skipped: &[Tab], now: Timestamp) {
        let is_crowded = |tab: &Tab| figures.of(*tab).is_some_and(|figure| figure > COUNTED);
        let counted = Tab::ALL.iter().filter(|tab| !skipped.contains(tab));
        let found: Vec<Tab> = counted.filter(|tab| is_crowded(tab)).copied().collect();
        if found.is_empty() {
            return;
        }
        let mut crowds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = crowds.entry(organization.clone()).or_default();
        known.retain(|(tab, _)| !found.contains(tab));
        known.extend(found.into_iter().map(|tab| (tab, now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Random;

    fn figures(waiting: i64, approved: i64) -> Figures {
        Figures {
            mask_until_claimed: false,
            waiting,
            mine: 0,
            claimed: 0,
            resubmission_asked: COUNTED,
            approved,
            rejected: 0,
        }
    }

    #[test]
    fn a_crowded_tab_is_left_alone_for_a_minute_and_others_never() {
        let start = Timestamp::from_unix(0).unwrap();
        let (one, other) =
            (OrganizationId::new(&Random::seeded(1), start), OrganizationId::new(&Random::seeded(2), start));
        let crowds = Crowds::default();
        crowds.note(&one, &figures(3, COUNTED + 1), &[], start);
        assert_eq!(crowds.of(&one, start), [Tab::Approved]);
        assert_eq!(crowds.of(&other, start), []);
        assert_eq!(crowds.of(&one, start.plus(KEPT)), []);
    }

    #[test]
    fn what_was_not_counted_is_not_taken_for_seen_again() {
        let start = Timestamp::from_unix(0).unwrap();
        let later = start.plus(TimeDelta::seconds(40));
        let organization = OrganizationId::new(&Random::seeded(1), start);
        let crowds = Crowds::default();
        crowds.note(&organization, &figures(3, COUNTED + 1), &[], start);
        crowds.note(&organization, &figures(COUNTED + 1, COUNTED + 1), &[Tab::Approved], later);
        assert_eq!(crowds.of(&organization, later), [Tab::Approved, Tab::Waiting]);
        assert_eq!(crowds.of(&organization, start.plus(KEPT)), [Tab::Waiting]);
    }
}
