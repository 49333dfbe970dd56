//! All SQL of the own case.

use diesel::prelude::*;

use super::model::OwnCase;
use crate::access::UserId;
use crate::accounts;
use crate::db::Connection;
use crate::db::schema::verification_cases as table;
use crate::documents::{Document, store as documents};
use crate::organizations;
use crate::verifications::Case;

/// The newest case of a user, with all that belongs to it.
pub(super) fn newest(c: &mut Connection, user: &UserId) -> QueryResult<Option<OwnCase>> {
    let case = table::table
        .filter(table::applicant_id.eq(user))
        .order((table::created_at.desc(), table::id.desc()))
        .select(Case::as_select())
        .first(c)
        .optional()?;
    let (Some(case), Some(user)) = (case, accounts::store::by_id(c, user)?) else { return Ok(None) };
    let organization = organizations::by_id(c, &case.organization_id)?;
    let documents = documents::by_case(c, &case.id)?.into_iter().filter(Document::is_current).collect();
    Ok(Some(OwnCase { user, organization, case, documents }))
}
