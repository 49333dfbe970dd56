//! What happened to each applicant in the last thirty days: a story told before any of it is written down.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::papers::{Flaw, Paper};
use super::people::{APPLICANTS, Person};
use crate::clock::Timestamp;
use crate::documents::{ContentType, Country, DocumentKind, DocumentState};
use crate::ids::Random;

/// A reviewer, by the local part of the address.
pub type Reviewer = &'static str;

const REVIEWERS: [Reviewer; 2] = ["reviewer", "reviewer2"];

/// A reviewer of the demo keeps the page open all day.
const CLAIM: TimeDelta = TimeDelta::hours(8);

/// How many cases come to each end; together they are all applicants, in this order.
pub const APPROVED: usize = 25;
pub const WAITING: usize = 22;
pub const CLAIMED: usize = 3;
pub const REJECTED: usize = 6;
pub const ASKED_AGAIN: usize = 4;
/// Of the waiting ones.
pub const OVERDUE: usize = 6;

/// What a reviewer decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    Rejected(Flaw),
    AskedAgain(Flaw),
}

/// How far a case came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Waiting,
    Claimed { by: Reviewer, at: Timestamp, until: Timestamp },
    Decided { by: Reviewer, claimed_at: Timestamp, at: Timestamp, verdict: Verdict },
}

/// One applicant's story.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Among the applicants, from 0.
    pub index: usize,
    pub person: &'static Person,
    pub phone: Option<String>,
    pub submitted_at: Timestamp,
    /// When the emailed link was opened, if it was.
    pub verified_at: Option<Timestamp>,
    pub course: Course,
    pub declared_expiry: NaiveDate,
    /// The first is the declared one.
    pub papers: Vec<Paper>,
}

impl Plan {
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match self.course {
            Course::Decided { verdict, .. } => Some(verdict),
            Course::Waiting | Course::Claimed { .. } => None,
        }
    }

    /// Where the document at `position` stands.
    #[must_use]
    pub fn document_state(&self, position: usize) -> DocumentState {
        match self.verdict() {
            Some(Verdict::Approved) => DocumentState::Approved,
            Some(Verdict::Rejected(_)) => DocumentState::Rejected,
            Some(Verdict::AskedAgain(_)) if position == 0 => DocumentState::AskedAgain,
            Some(Verdict::AskedAgain(_)) | None => DocumentState::Pending,
        }
    }
}

/// The stories of all applicants, the same for the same seed and moment.
#[must_use]
pub fn all(random: &Random, now: Timestamp) -> Vec<Plan> {
    let plot = Plot { random, now };
    APPLICANTS.iter().enumerate().map(|(index, person)| plot.plan(index, person)).collect()
}

/// Whose documents they are.
#[derive(Clone, Copy)]
struct Holder {
    person: &'static Person,
    born: NaiveDate,
}

struct Plot<'a> {
    random: &'a Random,
    now: Timestamp,
}

impl Plot<'_> {
    fn plan(&self, index: usize, person: &'static Person) -> Plan {
        let (submitted_at, course) = self.course(index);
        let flaw = flaw(index, course);
        let declared_expiry = self.day_from_now(200 + i64::from(self.random.below(2_800)));
        let verified = !matches!(course, Course::Waiting) || index % 4 != 3;
        let verified_at = self.later(submitted_at, 2, 6);
        Plan {
            index,
            person,
            phone: (index % 3 != 1).then(|| format!("+44 20 7946 {:04}", 17 * index)),
            submitted_at,
            verified_at: verified.then_some(verified_at),
            course,
            declared_expiry,
            papers: self.papers(index, person, declared_expiry, flaw),
        }
    }

    /// When the documents came and how far they got.
    fn course(&self, index: usize) -> (Timestamp, Course) {
        let mut nth = index;
        if nth < APPROVED {
            return self.decided(nth, 42_500 - 1_600 * nth, Verdict::Approved);
        }
        nth -= APPROVED;
        if nth < WAITING {
            return (self.ago(waiting_minutes(nth)), Course::Waiting);
        }
        nth -= WAITING;
        if nth < CLAIMED {
            let (by, at) = (reviewer(nth), self.ago(4 + 3 * nth));
            return (self.ago(300 + 170 * nth), Course::Claimed { by, at, until: self.now.plus(CLAIM) });
        }
        nth -= CLAIMED;
        let flaw = [Flaw::Expired, Flaw::OtherNumber, Flaw::CutOff, Flaw::Dark];
        if nth < REJECTED {
            let flaw = flaw.get(nth % 3).copied().unwrap_or(Flaw::Expired);
            return self.decided(nth, 39_000 - 5_700 * nth, Verdict::Rejected(flaw));
        }
        nth -= REJECTED;
        let flaw = flaw.get(nth % 2 + 2).copied().unwrap_or(Flaw::Dark);
        self.decided(nth, 5_800 - 900 * nth, Verdict::AskedAgain(flaw))
    }

    fn decided(&self, nth: usize, minutes: usize, verdict: Verdict) -> (Timestamp, Course) {
        let submitted_at = self.ago(minutes);
        let claimed_at = self.later(submitted_at, 30, 1_400);
        let at = self.later(claimed_at, 2, 11);
        (submitted_at, Course::Decided { by: reviewer(nth), claimed_at, at, verdict })
    }

    fn papers(
        &self,
        index: usize,
        person: &'static Person,
        expiry: NaiveDate,
        flaw: Option<Flaw>,
    ) -> Vec<Paper> {
        use ContentType::{Jpeg, Pdf, Png, WebP};
        use DocumentKind as Kind;
        let kinds = [
            Kind::Passport,
            Kind::NationalId,
            Kind::DrivingLicence,
            Kind::StudentCard,
            Kind::ResidencePermit,
        ];
        let pick = |n: usize| kinds.get(n % kinds.len()).copied().unwrap_or(Kind::Other);
        let format = match index {
            _ if index.is_multiple_of(6) => Jpeg,
            _ if index % 20 == 9 => WebP,
            _ => Png,
        };
        let person =
            Holder { person, born: self.day_from_now(-(20 * 365) - i64::from(self.random.below(50 * 365))) };
        let first = self.paper(index, person, (pick(index), format), expiry);
        let expires = if flaw == Some(Flaw::Expired) { self.day_from_now(-140) } else { first.expires };
        let mut papers = vec![Paper { expires, flaw, ..first }];
        if index % 3 != 2 {
            papers.push(self.paper(index, person, (Kind::ProofOfAddress, Pdf), expiry));
        }
        if index % 10 == 1 {
            papers.push(self.paper(index + 60, person, (pick(index + 1), Png), expiry));
        }
        papers
    }

    fn paper(
        &self,
        serial: usize,
        Holder { person, born }: Holder,
        (kind, format): (DocumentKind, ContentType),
        expires: NaiveDate,
    ) -> Paper {
        let issued = match kind {
            DocumentKind::ProofOfAddress => self.day_from_now(-9 - i64::from(self.random.below(50))),
            _ => expires.with_year(expires.year() - 10).unwrap_or(expires).min(self.day_from_now(-3)),
        };
        Paper {
            kind,
            format,
            person,
            number: self.number(kind),
            country: Country::parse(person.country),
            born,
            issued,
            expires,
            flaw: None,
            serial,
        }
    }

    /// Letters and digits that cannot be taken for each other.
    fn number(&self, kind: DocumentKind) -> String {
        const LETTERS: &[char] = &['C', 'F', 'G', 'H', 'K', 'L', 'M', 'N', 'P', 'R', 'T', 'V', 'X', 'Z'];
        let letter = self.random.pick(LETTERS).copied().unwrap_or('C');
        let digits = 1_000_000 + self.random.below(9_000_000);
        match kind {
            DocumentKind::StudentCard => format!("{digits}"),
            DocumentKind::ProofOfAddress => format!("{letter}-{digits}"),
            _ => format!("{letter}{:02}{digits}", self.random.below(100)),
        }
    }

    fn ago(&self, minutes: usize) -> Timestamp {
        let seconds = i64::try_from(60 * minutes).unwrap_or_default() + i64::from(self.random.below(60));
        self.now.minus(TimeDelta::seconds(seconds))
    }

    /// From `least` to `least + spread` minutes later, and never in the future.
    fn later(&self, than: Timestamp, least: i64, spread: u32) -> Timestamp {
        let seconds = 60 * least + i64::from(self.random.below(60 * spread));
        than.plus(TimeDelta::seconds(seconds)).min(self.now)
    }

    fn day_from_now(&self, days: i64) -> NaiveDate {
        let today = self.now.naive().date();
        let distance = Days::new(days.unsigned_abs());
        let moved =
            if days < 0 { today.checked_sub_days(distance) } else { today.checked_add_days(distance) };
        moved.unwrap_or(today)
    }
}

/// The first ones wait for longer than they should.
fn waiting_minutes(nth: usize) -> usize {
    if nth < OVERDUE { 1_500 + 720 * (OVERDUE - nth) } else { 12 + 84 * (WAITING - 1 - nth) }
}

fn reviewer(nth: usize) -> Reviewer {
    if nth % 3 == 1 { REVIEWERS[1] } else { REVIEWERS[0] }
}

fn flaw(index: usize, course: Course) -> Option<Flaw> {
    match course {
        Course::Decided { verdict: Verdict::Rejected(flaw) | Verdict::AskedAgain(flaw), .. } => Some(flaw),
        Course::Decided { .. } => None,
        Course::Waiting | Course::Claimed { .. } => match index % 9 {
            2 => Some(Flaw::Expired),
            5 => Some(Flaw::OtherNumber),
            7 => Some(Flaw::Dark),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-03-02T09:00:00Z").unwrap()
    }

    fn plans() -> Vec<Plan> {
        all(&Random::seeded(5), now())
    }

    #[test]
    fn the_ends_are_shared_out_to_everybody() {
        assert_eq!(APPROVED + WAITING + CLAIMED + REJECTED + ASKED_AGAIN, APPLICANTS.len());
        let count = |wanted: fn(&Plan) -> bool| plans().iter().filter(|plan| wanted(plan)).count();
        assert_eq!(count(|plan| plan.course == Course::Waiting), WAITING);
        assert_eq!(count(|plan| matches!(plan.course, Course::Claimed { .. })), CLAIMED);
        assert_eq!(count(|plan| plan.verdict() == Some(Verdict::Approved)), APPROVED);
        assert_eq!(count(|plan| matches!(plan.verdict(), Some(Verdict::Rejected(_)))), REJECTED);
        assert_eq!(count(|plan| matches!(plan.verdict(), Some(Verdict::AskedAgain(_)))), ASKED_AGAIN);
    }

    #[test]
    fn nothing_happens_in_the_future_or_out_of_order() {
        for plan in plans() {
            assert!(plan.submitted_at < now() && now().since(plan.submitted_at) < TimeDelta::days(31));
            assert!(plan.verified_at.is_none_or(|at| at > plan.submitted_at && at <= now()));
            match plan.course {
                Course::Waiting => {}
                Course::Claimed { at, until, .. } => {
                    assert!(plan.submitted_at < at && at < now() && now() < until);
                }
                Course::Decided { claimed_at, at, .. } => {
                    assert!(plan.verified_at.unwrap() < claimed_at, "{plan:?}");
                    assert!(plan.submitted_at < claimed_at && claimed_at < at && at < now(), "{plan:?}");
                }
            }
        }
    }

    #[test]
    fn some_cases_wait_for_longer_than_a_day() {
        let day = TimeDelta::hours(24);
        let overdue = plans()
            .iter()
            .filter(|plan| plan.course == Course::Waiting && now().since(plan.submitted_at) > day)
            .count();
        assert_eq!(overdue, OVERDUE);
    }

    #[test]
    fn everybody_sends_one_to_three_documents_and_every_format_is_among_them() {
        let plans = plans();
        assert!(plans.iter().all(|plan| (1..=3).contains(&plan.papers.len())));
        for format in ContentType::ALL {
            assert!(
                plans.iter().flat_map(|plan| &plan.papers).any(|paper| paper.format == *format),
                "{format}"
            );
        }
    }

    #[test]
    fn the_same_seed_tells_the_same_stories() {
        assert_eq!(format!("{:?}", plans()), format!("{:?}", plans()));
    }
}
