//! Organizations: whose users, cases and mails they are. A first start makes one, named `default`.

mod store;

pub use store::{by_id, by_slug, ensure_default, insert, relax_staff_mfa, since};

use diesel::prelude::*;

use crate::access::OrganizationId;
use crate::db::MultiBackend;
use crate::db::schema::organizations as table;

/// The organization people register with.
pub const DEFAULT: &str = "default";

/// An organization and what it decided.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(MultiBackend))]
pub struct Organization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    /// May an applicant whose documents were rejected submit again?
    pub allow_resubmission: bool,
    /// Is personal data in the queue hidden until a reviewer has claimed the case?
    pub mask_until_claimed: bool,
    /// Do staff need a second factor before the console opens?
    pub staff_mfa_required: bool,
}
