//! The rule of refresh tokens: each is good for one refresh, and a spent one that comes again has been copied,
//! unless the answer to its first use was lost on the way.

use chrono::TimeDelta;

use crate::clock::Timestamp;

/// So long after it was spent a token may come again because its answer was lost.
pub const GRACE: TimeDelta = TimeDelta::seconds(10);

/// A refresh token that was presented, as it stands in the database.
#[derive(Clone, Copy, Debug)]
pub struct Presented {
    pub expires_at: Timestamp,
    pub family_ended: bool,
    /// May the user not come in at present?
    pub barred: bool,
    pub spent: Option<Spent>,
}

/// How a token was spent.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    pub at: Timestamp,
    /// Was it spent from the address and with the program that present it now?
    pub same_client: bool,
    /// Was its successor given out a second time already, or used?
    pub successor_known: bool,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is spent for its successor.
    Rotate,
    /// The same successor is given out again.
    Again,
    /// One client asks several times at once: nothing more to give, and no harm done.
    Refuse,
    /// It is too late for this token or its family.
    Expired,
    /// Somebody has a copy: the family ends.
    Reused,
}

/// The rule.
#[must_use]
pub fn judge(token: Presented, now: Timestamp) -> Outcome {
    match token.spent {
        None if token.family_ended || token.barred || token.expires_at <= now => Outcome::Expired,
        None => Outcome::Rotate,
        // The end of a family is told only once, but told as what it was.
        Some(_) if token.family_ended => Outcome::Reused,
        Some(spent) if now.since(spent.at) > GRACE || !spent.same_client => Outcome::Reused,
        Some(spent) if spent.successor_known || token.barred => Outcome::Refuse,
        Some(_) => Outcome::Again,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_a_refresh_token_is_this_table() {
        let spent_at = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let spent = |same_client, successor_known| Some(Spent { at: spent_at, same_client, successor_known });
        let barred = [(None, 0, Outcome::Expired), (spent(true, false), 0, Outcome::Refuse)];
        let barred = barred.map(|(spent, later, outcome)| (spent, false, true, later, outcome));
        let table = [
            // spent, family ended, seconds later, outcome
            (None, false, 0, Outcome::Rotate),
            (None, false, 3_599, Outcome::Rotate),
            (None, false, 3_600, Outcome::Expired),
            (None, true, 0, Outcome::Expired),
            (spent(true, false), false, 0, Outcome::Again),
            (spent(true, false), false, 10, Outcome::Again),
            (spent(true, false), false, 11, Outcome::Reused),
            (spent(true, true), false, 0, Outcome::Refuse),
            (spent(true, true), false, 10, Outcome::Refuse),
            (spent(true, true), false, 11, Outcome::Reused),
            (spent(false, false), false, 0, Outcome::Reused),
            (spent(false, true), false, 10, Outcome::Reused),
            (spent(true, false), true, 0, Outcome::Reused),
            (spent(true, false), true, 9_999, Outcome::Reused),
        ];
        let table = table.map(|(spent, ended, later, outcome)| (spent, ended, false, later, outcome));
        for (number, line) in table.into_iter().chain(barred).enumerate() {
            let (spent, family_ended, barred, later, outcome) = line;
            let expires_at = spent_at.plus(TimeDelta::hours(1));
            let token = Presented { expires_at, family_ended, barred, spent };
            let now = spent_at.plus(TimeDelta::seconds(later));
            assert_eq!(judge(token, now), outcome, "line {number}");
        }
    }
}
