//! Sessions of people who are signed in on several devices. Nobody has their cookies: they are rows to look at.

use chrono::TimeDelta;

use super::clients;
use super::crew::Crew;
use super::resident::Resident;
use crate::access::{OrganizationId, SessionId, UserId};
use crate::accounts::Status;
use crate::app::App;
use crate::db::Connection;
use crate::error::AppError;
use crate::sessions::device;
use crate::sessions::store::{self, Kind, NewSession};

/// Every so many approved applicants is signed in.
const EVERY: usize = 3;

/// Somebody at a device.
struct Seat {
    user: UserId,
    staff: bool,
    client: usize,
    minutes: i64,
}

/// Writes them.
pub fn write(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    crew: &Crew,
    residents: &[Resident],
) -> Result<(), AppError> {
    for seat in seats(crew, residents) {
        store::insert(c, &session(app, organization, &seat))?;
    }
    Ok(())
}

fn seats(crew: &Crew, residents: &[Resident]) -> Vec<Seat> {
    let mut seats = Vec::new();
    for member in crew.iter().filter(|member| member.staff.local.starts_with("reviewer")) {
        let (user, client) = (member.id.clone(), member.number);
        seats.push(Seat { user, staff: true, client, minutes: 95 });
    }
    let signed_in = residents
        .iter()
        .filter(|resident| resident.status() == Status::Active && resident.plan.index.is_multiple_of(EVERY));
    for (number, resident) in signed_in.enumerate() {
        let devices = 1 + number % 3;
        for device in 0..devices {
            let minutes = 30 + i64::try_from(47 * number + 190 * device).unwrap_or_default();
            let (user, client) = (resident.id.clone(), resident.plan.index + device);
            seats.push(Seat { user, staff: false, client, minutes });
        }
    }
    seats
}

fn session(app: &App, organization: &OrganizationId, seat: &Seat) -> NewSession {
    let now = app.clock.now();
    let created_at = now.minus(TimeDelta::minutes(seat.minutes));
    let (idle, absolute) = app.config.sessions.browser(seat.staff);
    let client = clients::of(seat.client);
    NewSession {
        id: SessionId::new(&app.random, created_at),
        organization_id: organization.clone(),
        user_id: seat.user.clone(),
        kind: Kind::Browser,
        hash: hex::encode(app.random.bytes::<32>()),
        state: "{}".to_owned(),
        created_at,
        seen_at: now.minus(TimeDelta::minutes(seat.minutes % 23)),
        expires_at: created_at.plus(absolute),
        idle_seconds: idle.num_seconds(),
        country: app.countries.of(&client.ip),
        ip: client.ip,
        device: device(client.user_agent),
        user_agent: client.user_agent.to_owned(),
        factor_at: Some(created_at),
    }
}
