//! Who comes in, and who tries to: invites, programs with their chains of refresh tokens, sign-ins that failed.
//! Made by the product's own acts, in the past.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::clients;
use super::crew::{Crew, Member};
use super::people::DOMAIN;
use super::resident::Resident;
use crate::access::{Act, Actor, Means, OrganizationId, Role, Scope, SessionId};
use crate::accounts::Status;
use crate::accounts::devices::Presented;
use crate::accounts::invites::{Invitee, actions as invites};
use crate::accounts::locks;
use crate::api_keys::{self, model::NewKey};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::{DisplayName, EmailAddress};
use crate::sessions::api_tokens;

/// Whom the administrator has invited, and how many days ago.
const INVITED: [(&str, &str, Role, i64); 4] = [
    ("maria.mitchell", "Maria Mitchell", Role::Reviewer, 1),
    ("wang.zhenyi", "Wang Zhenyi", Role::Member, 2),
    ("mary.anning", "Mary Anning", Role::Member, 5),
    ("ellen.swallow", "Ellen Swallow", Role::Support, 9),
];

/// Keys of the organization: what they are for, what they may do, how many days ago they were made and for how many.
const KEYS: [(&str, &[Scope], i64, i64); 3] = [
    ("Meridian app", &[Scope::UsersRead, Scope::SessionsRead], 20, 90),
    ("Nightly import", &[Scope::InvitesManage], 88, 90),
    ("Old reporting", &[Scope::VerificationsRead], 200, 90),
];

/// What programs call themselves.
const PROGRAM: &str = "meridian-app/4.2 (Linux)";
const STRANGER: &str = "curl/8.14.1";
/// Hours before now at which programs refresh.
const REFRESHED: [i64; 5] = [26, 19, 12, 5, 1];

/// Writes all of it.
pub fn write(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    crew: &Crew,
    residents: &[Resident],
) -> Result<(), AppError> {
    let admin = crew.reviewer("admin").ok_or_else(|| AppError::internal("the demo has no administrator"))?;
    invite(c, app, organization, admin)?;
    make_keys(c, app, organization, admin)?;
    let active: Vec<&Resident> =
        residents.iter().filter(|resident| resident.status() == Status::Active).collect();
    for (number, resident) in active.iter().step_by(6).take(3).enumerate() {
        program(c, app, organization, resident, number == 0)?;
    }
    for (resident, (failures, minutes)) in active.iter().rev().zip([(2, 190), (5, 6)]) {
        fail(c, app, resident, failures, minutes)?;
    }
    Ok(())
}

/// An act of a person at a device.
fn act(at: Timestamp, number: usize, agent: &str) -> Act {
    let client = clients::of(number);
    Act { ip: Some(client.ip), user_agent: Some(agent.to_owned()), ..Act::by_system(at) }
}

/// An act of the administrator, so many days ago.
fn by_admin(app: &App, admin: &Member, days: i64) -> Act {
    let at = app.clock.now().minus(TimeDelta::days(days));
    let agent = clients::of(admin.number).user_agent;
    act(at, admin.number, agent).known_as(&admin.id, admin.staff.name)
}

fn invite(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    admin: &Member,
) -> Result<(), AppError> {
    let actor = actor(app, organization, admin);
    for (local, name, role, days) in INVITED {
        let by = by_admin(app, admin, days);
        let email = EmailAddress::parse(&format!("{local}@{DOMAIN}")).map_err(AppError::internal)?;
        let name = Some(DisplayName::parse(name).map_err(AppError::internal)?);
        let sent = invites::write(c, app, &by, (&actor, None), &Invitee { email, role, name })?;
        sent.map_err(AppError::from)?;
    }
    Ok(())
}

/// Keys of programs: one in use, one that is about to end, one that is over.
fn make_keys(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    admin: &Member,
) -> Result<(), AppError> {
    let actor = actor(app, organization, admin);
    for (name, scopes, made, life) in KEYS {
        let by = by_admin(app, admin, made);
        let new = NewKey { name: name.to_owned(), scopes: scopes.to_vec(), life: TimeDelta::days(life) };
        api_keys::actions::create_in(c, app, &by, &actor, new)?;
    }
    Ok(())
}

fn actor(app: &App, organization: &OrganizationId, member: &Member) -> Actor {
    Actor {
        user: member.id.clone(),
        organization: organization.clone(),
        organization_name: super::ORGANIZATION.to_owned(),
        session: SessionId::new(&app.random, app.clock.now()),
        role: member.staff.role,
        name: member.staff.name.to_owned(),
        email: member.staff.address(),
        means: Means::Cookie,
        key: None,
        must_change_password: false,
        must_enrol: false,
        factor_at: None,
    }
}

/// A program that signed in for a resident yesterday and has refreshed since; of a `copied` one somebody else has a
/// token as well.
fn program(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    resident: &Resident,
    copied: bool,
) -> Result<(), AppError> {
    let now = app.clock.now();
    let number = resident.plan.index;
    let begun = act(now.minus(TimeDelta::hours(30)), number, PROGRAM);
    let (_, pair) = api_tokens::start(c, app, &begun, &resident.id, organization)?;
    let mut tokens: Vec<SecretString> = vec![pair.refresh_token];
    for hours in REFRESHED {
        let Some(latest) = tokens.last() else { break };
        let by = act(now.minus(TimeDelta::hours(hours)), number, PROGRAM);
        if let Ok(pair) = api_tokens::refresh_in(c, app, &by, latest)? {
            tokens.push(pair.refresh_token);
        }
    }
    if let (true, Some(old)) = (copied, tokens.get(2)) {
        let thief = act(now.minus(TimeDelta::minutes(40)), number + 1, STRANGER);
        let _refused = api_tokens::refresh_in(c, app, &thief, old)?;
    }
    Ok(())
}

/// Sign-ins with a wrong password, the last of them some minutes ago; five lock the account.
fn fail(
    c: &mut Connection,
    app: &App,
    resident: &Resident,
    failures: i64,
    minutes: i64,
) -> Result<(), AppError> {
    for before in (0..failures).rev() {
        let at = app.clock.now().minus(TimeDelta::minutes(minutes + before));
        let by = act(at, resident.plan.index + 2, clients::of(resident.plan.index + 2).user_agent);
        let seen = locks::seen(c, app, &by, &resident.address.key(), &Presented::Browser(None))?;
        locks::settle(c, app, &by, &seen, false)?;
    }
    Ok(())
}
