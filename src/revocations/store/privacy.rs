//! What is kept of people in lists and selections, and forgotten when they are erased.

use diesel::prelude::*;

use crate::access::{OrganizationId, UserId};
use crate::db::Connection;
use crate::db::schema::{revocation_lines as lines, revocations as table};
use crate::db::text::{contains_pattern, lower};
use crate::mail::EmailAddress;
use crate::revocations::model::{LineOutcome, RevocationId, Selection};

/// What stands in the place of what was forgotten.
const ERASED: &str = "(erased)";

/// Forgets the address of a user who is erased: in the lists that named them, in what was looked for, and their name
/// where they asked for a revocation. The rows stay.
pub fn forget_user(
    c: &mut Connection,
    organization: &OrganizationId,
    user: &UserId,
    address: &EmailAddress,
) -> QueryResult<()> {
    forget_lines(c, user, address)?;
    forget_searches(c, organization, address)?;
    diesel::update(table::table.filter(table::requested_by.eq(user)))
        .set(table::requester_name.eq(ERASED))
        .execute(c)
        .map(drop)
}

fn forget_lines(c: &mut Connection, user: &UserId, address: &EmailAddress) -> QueryResult<()> {
    let runs: Vec<RevocationId> =
        lines::table.filter(lines::user_id.eq(user)).select(lines::revocation_id).distinct().load(c)?;
    diesel::update(lines::table.filter(lines::user_id.eq(user))).set(lines::text.eq(ERASED)).execute(c)?;
    let spelled = [address.as_str().to_owned(), address.as_str().to_lowercase(), address.key()];
    // A list that named them twice, in whichever spelling.
    let again = lines::table
        .filter(lines::revocation_id.eq_any(runs))
        .filter(lines::outcome.eq(LineOutcome::Repeated))
        .filter(lower(lines::text).eq_any(&spelled));
    diesel::update(again).set(lines::text.eq(ERASED)).execute(c)?;
    // A list from before they had an account.
    diesel::update(lines::table.filter(lines::text.eq_any(&spelled)))
        .set(lines::text.eq(ERASED))
        .execute(c)?;
    Ok(())
}

fn forget_searches(
    c: &mut Connection,
    organization: &OrganizationId,
    address: &EmailAddress,
) -> QueryResult<()> {
    let spelled = [address.as_str().to_lowercase(), address.key()];
    for text in &spelled {
        let found: Vec<(RevocationId, String)> = table::table
            .filter(table::organization_id.eq(organization))
            .filter(lower(table::selection).like(contains_pattern(text)).escape('\\'))
            .select((table::id, table::selection))
            .load(c)?;
        for (id, selection) in found {
            let Ok(mut selection) = serde_json::from_str::<Selection>(&selection) else { continue };
            for part in &mut selection.filter.person {
                let plain = part.to_lowercase();
                if spelled.iter().any(|text| plain.contains(text)) {
                    ERASED.clone_into(part);
                }
            }
            let kept = serde_json::to_string(&selection).unwrap_or_default();
            diesel::update(table::table.find(&id)).set(table::selection.eq(kept)).execute(c)?;
        }
    }
    Ok(())
}
