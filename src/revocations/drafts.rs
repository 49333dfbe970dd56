//! A list of people given in the console: kept first, so that its lines are looked at and its sessions counted, and
//! carried out once it is confirmed. Nobody works on it before.

use super::actions::{self, Receipt, draft, name_of};
use super::lines::add_lines;
use super::model::{LEASE, Reason, Revocation, RevocationId, Scope, Selection};
use super::store::{self, Confirmed};
use crate::access::{Act, OrganizationId};
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::sessions::filter::Filter;

/// The longest list of the console, in lines that say something.
pub const LONGEST: usize = 20_000;
/// Lines kept in one transaction.
const CHUNK: usize = 250;

/// Keeps a list that somebody gives.
///
/// # Errors
/// A sentence for a list that is empty or too long; outages.
pub async fn keep(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    lines: Vec<(i64, String)>,
) -> Result<Result<Revocation, String>, AppError> {
    if lines.is_empty() {
        return Ok(Err("Write at least one id or address.".to_owned()));
    }
    if lines.len() > LONGEST {
        return Ok(Err(format!(
            "Name at most {LONGEST} people at once; a longer list goes through the command line."
        )));
    }
    let texts: Vec<String> = lines.iter().map(|(_, text)| text.clone()).collect();
    let list = Some(actions::digest(&texts));
    let selection = Selection { scope: Scope::Users, filter: Filter::default(), list };
    let run = Revocation {
        awaits_confirmation: true,
        lease_owner: None,
        lease_until: None,
        ..draft(app, act, organization, &selection, "")
    };
    let row = run.clone();
    app.db.write(move |c| store::insert(c, &row)).await?;
    for chunk in lines.chunks(CHUNK) {
        let (app_, run, chunk, now) = (app.clone(), run.clone(), chunk.to_vec(), act.at);
        app.db.write(move |c| add_lines(c, &app_, &run, &chunk, now)).await?;
    }
    Ok(Ok(run))
}

/// What confirms a list.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Which of the people's sessions.
    pub filter: Filter,
    pub reason: Reason,
    /// When the sessions were counted that somebody confirmed; later ones are left alone.
    pub counted_at: Timestamp,
}

/// Ends the sessions of the people of a list.
///
/// # Errors
/// `NotFound` when the organization has no such list that waits for it; outages.
pub async fn confirm(
    app: &App,
    act: &Act,
    organization: &OrganizationId,
    id: &RevocationId,
    confirmation: Confirmation,
) -> Result<Receipt, AppError> {
    let (app_, act_, organization, id) = (app.clone(), act.clone(), organization.clone(), id.clone());
    let (mut run, selection) = app
        .db
        .write(move |c| {
            let run = store::by_id(c, &organization, &id)?.ok_or(AppError::NotFound)?;
            let Confirmation { filter, reason, counted_at } = confirmation;
            let selection = Selection { filter, ..run.selection().map_err(AppError::internal)? };
            let confirmed = Confirmed {
                selection: &serde_json::to_string(&selection).map_err(AppError::internal)?,
                reason: reason.as_str(),
                requested_by: act_.user(),
                requester_name: &name_of(&act_),
                cutoff: counted_at.min(act_.at),
                owner: &app_.instance,
                lease_until: act_.at.plus(LEASE),
            };
            if !store::confirm(c, &id, &confirmed)? {
                return Err(AppError::NotFound);
            }
            Ok((store::find(c, &id)?, selection))
        })
        .await?;
    run.matched = actions::count(app, &run, selection.filter.clone(), act.at).await?;
    actions::begin(app, act, &run, selection).await?;
    actions::carry_on(app, act, run).await
}
