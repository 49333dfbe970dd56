//! What became of a mail, and the tries it took.

use chrono::TimeDelta;

use crate::clock::Timestamp;
use crate::ids::Random;
use crate::mail::EmailStatus;
use crate::mail::model::Outcome;

/// The end of a mail, or how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    /// Accepted; nothing was heard of it since.
    Sent,
    NoSuchMailbox,
    MailboxFull,
    Complained,
    /// Refused by our own server.
    Refused,
    /// The server could not be reached until we gave up.
    GivenUp,
    /// The recipient's server put it off.
    Deferred,
    Suppressed,
    Cancelled,
    Expired,
}

/// Of ten thousand mails; the rest was delivered.
const SHARES: &[(u32, Fate)] = &[
    (10, Fate::Complained),
    (150, Fate::NoSuchMailbox),
    (50, Fate::MailboxFull),
    (40, Fate::Refused),
    (30, Fate::GivenUp),
    (30, Fate::Suppressed),
    (8, Fate::Cancelled),
    (12, Fate::Expired),
    (330, Fate::Sent),
];

/// One try.
#[derive(Clone, Debug)]
pub struct Try {
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub outcome: Outcome,
    pub reply: String,
}

impl Fate {
    /// One for a mail of this age: what is young is still on its way.
    #[must_use]
    pub fn draw(random: &Random, age: TimeDelta) -> Self {
        let mut drawn = random.below(10_000);
        if age < TimeDelta::minutes(20) {
            return Self::Sent;
        }
        if age < TimeDelta::hours(30) && drawn >= 9_900 {
            return Self::Deferred;
        }
        for (share, fate) in SHARES {
            if drawn < *share {
                return if age < fate.takes() { Self::Delivered } else { *fate };
            }
            drawn -= share;
        }
        Self::Delivered
    }

    /// How long it takes until a mail came to this end.
    fn takes(self) -> TimeDelta {
        match self {
            Self::GivenUp => TimeDelta::days(2),
            Self::Expired => TimeDelta::days(1),
            _ => TimeDelta::zero(),
        }
    }

    #[must_use]
    pub fn status(self) -> EmailStatus {
        match self {
            Self::Delivered => EmailStatus::Delivered,
            Self::Sent => EmailStatus::Sent,
            Self::NoSuchMailbox | Self::MailboxFull => EmailStatus::Bounced,
            Self::Complained => EmailStatus::Complained,
            Self::Refused | Self::GivenUp => EmailStatus::Failed,
            Self::Deferred => EmailStatus::Deferred,
            Self::Suppressed => EmailStatus::Suppressed,
            Self::Cancelled => EmailStatus::Cancelled,
            Self::Expired => EmailStatus::Expired,
        }
    }

    /// What was heard of it after it had been accepted.
    #[must_use]
    pub fn report(self) -> Option<&'static str> {
        match self {
            Self::NoSuchMailbox => Some("550 5.1.1 No such mailbox here"),
            Self::MailboxFull => Some("552 5.2.2 Mailbox full"),
            Self::Complained => Some("The recipient reported it as unwanted"),
            Self::Deferred => Some("450 4.7.1 Try again later"),
            Self::Suppressed => Some("The address is on the suppression list"),
            Self::Cancelled => Some("Withdrawn before it left"),
            Self::Delivered | Self::Sent | Self::Refused | Self::GivenUp | Self::Expired => None,
        }
    }

    /// The tries of a mail made at `at`; `salt` makes their times and replies differ.
    #[must_use]
    pub fn tries(self, at: Timestamp, salt: u32) -> Vec<Try> {
        let one = |delay: TimeDelta, outcome: Outcome, reply: String| {
            let started_at = at.plus(delay).plus(TimeDelta::milliseconds(i64::from(salt % 900) + 60));
            let took = TimeDelta::milliseconds(i64::from(salt % 1_700) + 90);
            Try { started_at, finished_at: started_at.plus(took), outcome, reply }
        };
        let unreachable = |minutes: i64| {
            let reply = "421 4.3.2 The server is not taking mail just now".to_owned();
            one(TimeDelta::minutes(minutes), Outcome::Transient, reply)
        };
        match self {
            Self::Suppressed | Self::Cancelled => Vec::new(),
            Self::Refused => {
                let reply = "554 5.7.1 Message refused by policy".to_owned();
                vec![one(TimeDelta::zero(), Outcome::Permanent, reply)]
            }
            Self::Expired => [0, 1, 6, 21, 81].map(unreachable).into(),
            Self::GivenUp => [0, 1, 6, 21, 81, 321, 1_041, 1_761, 2_481].map(unreachable).into(),
            _ => {
                let reply = format!("250 2.0.0 Ok: queued as {:05X}{:04X}", salt * 37, salt);
                vec![one(TimeDelta::zero(), Outcome::Accepted, reply)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(age: TimeDelta) -> Vec<Fate> {
        let random = Random::seeded(3);
        (0..20_000).map(|_| Fate::draw(&random, age)).collect()
    }

    #[test]
    fn about_two_in_a_hundred_bounce_and_one_in_a_thousand_complains() {
        let fates = drawn(TimeDelta::days(10));
        let count = |status| fates.iter().filter(|fate| fate.status() == status).count();
        assert!((340..460).contains(&count(EmailStatus::Bounced)), "{}", count(EmailStatus::Bounced));
        assert!((8..40).contains(&count(EmailStatus::Complained)), "{}", count(EmailStatus::Complained));
        assert!(count(EmailStatus::Delivered) > 18_000);
    }

    #[test]
    fn nothing_is_left_for_a_worker_to_send() {
        for age in [1, 60, 24 * 60, 20 * 24 * 60] {
            for fate in drawn(TimeDelta::minutes(age)) {
                assert!(fate.status().is_settled(), "{fate:?}");
            }
        }
    }

    #[test]
    fn no_try_of_a_mail_lies_ahead_of_its_age() {
        let at = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        for age in [TimeDelta::minutes(1), TimeDelta::hours(2), TimeDelta::days(3)] {
            for fate in drawn(age) {
                let last = fate.tries(at, 19_999).last().map_or(at, |one| one.finished_at);
                assert!(last <= at.plus(age), "{fate:?} at an age of {age}");
            }
        }
    }
}
