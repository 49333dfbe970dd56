//! `/`: everybody's own start.

use crate::web::{Anyone, SeeOther};
use crate::{console, paths};

/// `GET /`
pub async fn home(Anyone(actor): Anyone) -> SeeOther {
    SeeOther::to(actor.map_or(paths::LOGIN, |actor| console::start_of(actor.role)))
}
