//! What a page asks of the database, asked without a server around it, and the cost of a password.

use std::time::Instant;

use diesel::prelude::*;
use frontdesk::db::schema::sessions as table;
use frontdesk::sessions;
use frontdesk::verifications::dossier::Dossier;
use frontdesk::verifications::store::queue;
use frontdesk::web::pager::Place;

use crate::spread::Spread;
use crate::world::{PAGE, World};

/// One step and what it takes, in microseconds.
pub type Step = (&'static str, Spread);

/// Measures each step `times` times on one connection, after a first one that warms it up.
pub fn steps(world: &World, search: &str, times: usize) -> anyhow::Result<Vec<Step>> {
    let mut c = world.app.db.unpooled()?;
    let now = world.app.clock.now();
    let (plain, searching) = (world.view(""), world.view(search));
    let (first, middle) = (Place::default(), world.middle(&mut c)?);
    let case = world.held(&mut c)?;
    let hash: String =
        table::table.filter(table::user_id.eq(&world.reviewer)).select(table::hash).first(&mut c)?;
    let live = sessions::store::live(&mut c, &hash, now)?;
    let actor = live.ok_or_else(|| anyhow::anyhow!("the reviewer is not signed in"))?.actor;
    Ok(vec![
        ("session and user", timed(times, || Ok(sessions::store::live(&mut c, &hash, now).map(drop)?))?),
        (
            "figures on the tabs",
            timed(
                times,
                || Ok(queue::figures(&mut c, &world.organization, &world.reviewer, now).map(drop)?),
            )?,
        ),
        (
            "first page of the queue",
            timed(times, || Ok(queue::page(&mut c, &plain, &first, PAGE).map(drop)?))?,
        ),
        ("page in the middle", timed(times, || Ok(queue::page(&mut c, &plain, &middle, PAGE).map(drop)?))?),
        ("search", timed(times, || Ok(queue::page(&mut c, &searching, &first, PAGE).map(drop)?))?),
        (
            "one case with all that belongs to it",
            timed(times, || Ok(Dossier::load(&mut c, &actor, &case).map(drop)?))?,
        ),
    ])
}

/// What one password hash takes with the usual settings, in milliseconds.
pub fn hash(world: &World, times: usize) -> anyhow::Result<Spread> {
    let password = "Difference-Engine-1822".into();
    let hash = || Ok(world.app.hasher.hash_here(&password).map(drop)?);
    let micros = measured(times, hash)?;
    Ok(Spread::of(micros.into_iter().map(|micros| micros / 1e3).collect()))
}

fn timed(times: usize, step: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Spread> {
    measured(times, step).map(Spread::of)
}

fn measured(times: usize, mut step: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Vec<f64>> {
    step()?;
    (0..times)
        .map(|_| {
            let begun = Instant::now();
            step().map(|()| begun.elapsed().as_secs_f64() * 1e6)
        })
        .collect()
}
