//! Counting a batch by person: each is told once, when their last session is ended, also when their sessions
//! lie in several batches.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::access::{SessionId, UserId};

/// A session to be ended. Those of one user come one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub session: SessionId,
    pub user: UserId,
    /// The line of the list that names the user; 0 without a list.
    pub line: i64,
}

/// How far a revocation came; kept with each batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The last session that was looked at.
    pub after: Option<After>,
    /// A user whose sessions are not all ended yet.
    pub open: Option<Tally>,
}

/// A place in the order of the walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    pub line: i64,
    pub user: UserId,
    pub session: SessionId,
}

/// How many sessions of a user were ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub user: UserId,
    pub line: i64,
    pub count: i64,
}

/// Counts the sessions of a batch that were really ended, going on from `progress`. `next` is what comes after
/// the batch. Answers the users who are complete, and the place to go on from.
pub(super) fn count(
    progress: &Progress,
    batch: &[Target],
    ended: &HashSet<SessionId>,
    next: Option<&Target>,
) -> (Vec<Tally>, Progress) {
    let mut complete = Vec::new();
    let mut open = progress.open.clone();
    for target in batch {
        let mut tally = match open.take() {
            Some(tally) if tally.user == target.user => tally,
            other => {
                complete.extend(other);
                Tally { user: target.user.clone(), line: target.line, count: 0 }
            }
        };
        tally.count += i64::from(ended.contains(&target.session));
        open = Some(tally);
    }
    let goes_on = |tally: &Tally| next.is_some_and(|next| next.user == tally.user);
    if !open.as_ref().is_some_and(goes_on) {
        complete.extend(open.take());
    }
    complete.retain(|tally| tally.count > 0);
    let after = batch.last().map(|target| After {
        line: target.line,
        user: target.user.clone(),
        session: target.session.clone(),
    });
    (complete, Progress { after: after.or_else(|| progress.after.clone()), open })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::Random;

    fn targets(random: &Random, per_user: &[usize]) -> Vec<Target> {
        let now = Timestamp::from_unix(0).unwrap();
        let mut targets = Vec::new();
        for sessions in per_user {
            let user = UserId::new(random, now);
            for _ in 0..*sessions {
                targets.push(Target { session: SessionId::new(random, now), user: user.clone(), line: 0 });
            }
        }
        targets
    }

    #[test]
    fn whatever_the_batches_are_everybody_is_told_once_of_all_their_sessions() {
        let random = Random::seeded(1);
        let all = targets(&random, &[1, 7, 2, 1, 12, 3]);
        let ended: HashSet<SessionId> = all.iter().map(|target| target.session.clone()).collect();
        for size in 1..=all.len() + 1 {
            let (mut progress, mut told) = (Progress::default(), Vec::new());
            for (index, batch) in all.chunks(size).enumerate() {
                let next = all.get((index + 1) * size);
                let (complete, further) = count(&progress, batch, &ended, next);
                told.extend(complete.into_iter().map(|tally| tally.count));
                progress = further;
            }
            assert_eq!(told, [1, 7, 2, 1, 12, 3], "in batches of {size}");
            assert_eq!(progress.open, None);
        }
    }

    #[test]
    fn who_was_faster_is_not_counted_again() {
        let random = Random::seeded(1);
        let all = targets(&random, &[2, 1]);
        let ended = HashSet::from([all[1].session.clone()]);
        let (complete, _) = count(&Progress::default(), &all, &ended, None);
        assert_eq!(complete.len(), 1);
        assert_eq!((complete[0].count, &complete[0].user), (1, &all[0].user));
    }

    #[test]
    fn a_user_left_open_is_told_although_nothing_of_theirs_follows() {
        let random = Random::seeded(1);
        let all = targets(&random, &[2, 1]);
        let ended: HashSet<SessionId> = all.iter().map(|target| target.session.clone()).collect();
        let (complete, progress) = count(&Progress::default(), &all[..1], &ended, all.get(1));
        assert_eq!((complete.len(), progress.open.as_ref().map(|tally| tally.count)), (0, Some(1)));
        // The other session ended by itself meanwhile, and nothing is left.
        let (complete, progress) = count(&progress, &[], &HashSet::new(), None);
        assert_eq!((complete.len(), progress.open), (1, None));
    }
}
