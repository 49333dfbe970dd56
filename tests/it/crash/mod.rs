//! The program killed in the middle of its work (`kill -9`), and what is found afterwards: a decision or a
//! registration that is there entirely or not at all, no file without its row, no mail lost.
//!
//! [`killer`] ends the real program right before one of its durable steps, [`place`] is the data it leaves
//! behind and starts again on, [`truth`] looks whether everything agrees.

mod decision;
mod killer;
mod place;
mod registration;
mod truth;

/// How many moments of one request the program is killed at.
const POINTS: usize = 20;

/// The steps to kill at, from the first to the last of `total`, evenly far apart.
fn points(total: usize) -> impl Iterator<Item = usize> {
    assert!(total >= POINTS, "the request has only {total} durable steps");
    (0..POINTS).map(move |index| 1 + index * (total - 1) / (POINTS - 1))
}
