//! Asking for an erasure, and taking that back: by the person, or by staff on the person's request.

use super::carry_out;
use crate::access::{Act, Actor, UserId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::users::model::{Deed, Refusal};
use crate::users::order::Order;

/// Has a person erased after [`GRACE`](crate::users::model::GRACE); answers when. Asked for again, nothing is
/// put off.
///
/// # Errors
/// `NotFound` when the actor's organization has no such person; otherwise only outages.
pub async fn schedule(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: &UserId,
    reason: Option<&str>,
) -> Result<Result<Timestamp, Refusal>, AppError> {
    let order = Order::new(Deed::Erase).because(reason);
    let done = carry_out(app, act, actor, id, order).await?;
    Ok(done.map(|done| done.person.erase_at.unwrap_or(act.at)))
}

/// Lets the person stay.
///
/// # Errors
/// As [`schedule`].
pub async fn cancel(
    app: &App,
    act: &Act,
    actor: &Actor,
    id: &UserId,
    reason: Option<&str>,
) -> Result<Result<(), Refusal>, AppError> {
    let order = Order::new(Deed::KeepAccount).because(reason);
    Ok(carry_out(app, act, actor, id, order).await?.map(drop))
}
