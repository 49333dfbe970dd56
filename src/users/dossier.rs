//! All that is known of one person, read at one moment.

use crate::access::{Actor, Permission, UserId};
use crate::audit::{self, Entry, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::mail::store::{Email, log};
use crate::users::actions::TARGET;
use crate::users::model::Person;
use crate::users::store;
use crate::verifications::Case;
use crate::{sessions, verifications};

/// Entries of the history that are shown; the audit log has the rest.
pub const ENTRIES: usize = 50;
/// Mails that are shown; the email log has the rest.
const MAILS: i64 = 5;

/// A person with what belongs to them.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub person: Person,
    /// Newest first.
    pub cases: Vec<Case>,
    /// The latest, for those who may see the email log.
    pub mails: Option<Vec<Email>>,
    pub live_sessions: i64,
    /// The latest [`ENTRIES`], newest first, and one more when there are more.
    pub entries: Vec<Entry>,
}

impl Dossier {
    /// # Errors
    /// `NotFound` when the actor's organization has no such person.
    pub fn load(c: &mut Connection, actor: &Actor, id: &UserId, now: Timestamp) -> Result<Self, AppError> {
        let person = store::person(c, &actor.organization, id)?.ok_or(AppError::NotFound)?;
        let may_see_mails = actor.role.allows(Permission::SearchMail);
        let mails = if may_see_mails { Some(log::latest_for(c, id, MAILS)?) } else { None };
        let most = i64::try_from(ENTRIES).unwrap_or(i64::MAX) + 1;
        Ok(Self {
            person,
            cases: verifications::store::of_applicant(c, id)?,
            mails,
            live_sessions: sessions::store::count_live(c, id, now)?,
            entries: audit::latest_for(c, Target(TARGET, id.as_str()), most)?,
        })
    }

    /// The latest entry of this action.
    #[must_use]
    pub fn latest(&self, action: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.action == action)
    }
}
