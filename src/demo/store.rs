//! The SQL only the demo needs: many rows at once, what a database holds, and the passwords of the sign-ins.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::access::{OrganizationId, Role, UserId};
use crate::accounts::Status;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::schema::{audit_entries, email_attempts, emails, organizations, users, verification_cases};
use crate::documents::{CaseId, Country, DocumentKind, DocumentNumber};
use crate::each;
use crate::mail::model::{AttemptId, Outcome};
use crate::mail::{DisplayName, EmailAddress, EmailId, EmailStatus, Language, Priority, TemplateKind};

/// Rows of one statement: SQLite takes 32,766 values at most, and a mail has 22.
const BATCH: usize = 1_000;

/// A user with a past.
#[derive(Debug, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct UserRow {
    pub id: UserId,
    pub organization_id: OrganizationId,
    pub email: String,
    pub email_key: String,
    pub name: &'static str,
    pub phone: Option<String>,
    pub role: Role,
    pub status: Status,
    pub password_hash: String,
    pub must_change_password: bool,
    pub email_verified_at: Option<Timestamp>,
    pub document_verified_at: Option<Timestamp>,
    pub last_login_at: Option<Timestamp>,
    pub last_login_ip: Option<String>,
    pub last_login_agent: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A case in any state.
#[derive(Debug, Insertable)]
#[diesel(table_name = verification_cases, treat_none_as_default_value = false)]
pub struct CaseRow {
    pub id: CaseId,
    pub organization_id: OrganizationId,
    pub applicant_id: UserId,
    pub state: &'static str,
    pub version: i64,
    pub declared_kind: DocumentKind,
    pub declared_number: Option<DocumentNumber>,
    pub declared_country: Option<Country>,
    pub declared_expiry: Option<NaiveDate>,
    pub claimed_by: Option<UserId>,
    pub claim_expires_at: Option<Timestamp>,
    pub submitted_at: Timestamp,
    pub due_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    pub reason_code: Option<String>,
    pub message: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A mail that is over, without what only a waiting one has.
#[derive(Debug, Insertable)]
#[diesel(table_name = emails, treat_none_as_default_value = false)]
pub struct EmailRow {
    pub id: EmailId,
    pub organization_id: OrganizationId,
    pub user_id: Option<UserId>,
    pub kind: TemplateKind,
    pub language: Language,
    pub priority: Priority,
    pub status: EmailStatus,
    pub sender: EmailAddress,
    pub sender_name: Option<DisplayName>,
    pub recipient: EmailAddress,
    pub recipient_name: Option<DisplayName>,
    pub subject: String,
    pub message_id: String,
    pub headers: &'static str,
    pub data: String,
    pub fingerprint: String,
    pub not_before: Timestamp,
    pub tries: i64,
    pub provider: Option<String>,
    pub last_reply: Option<String>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// One try to send it.
#[derive(Debug, Insertable)]
#[diesel(table_name = email_attempts, treat_none_as_default_value = false)]
pub struct AttemptRow {
    pub id: AttemptId,
    pub email_id: EmailId,
    pub provider: &'static str,
    pub instance: &'static str,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub outcome: Outcome,
    pub reply: String,
    pub duration_ms: i64,
}

/// Writes rows, many with each statement.
macro_rules! insert_all {
    ($(#[$doc:meta])* $name:ident, $row:ty, $table:path) => {
        $(#[$doc])*
        pub fn $name(c: &mut Connection, rows: &[$row]) -> QueryResult<()> {
            for batch in rows.chunks(BATCH) {
                each!(c, c => diesel::insert_into($table).values(batch).execute(c))?;
            }
            Ok(())
        }
    };
}

insert_all!(insert_users, UserRow, users::table);
insert_all!(insert_cases, CaseRow, verification_cases::table);
insert_all!(insert_emails, EmailRow, emails::table);
insert_all!(insert_attempts, AttemptRow, email_attempts::table);

/// Gives the organization its name in the demo.
pub fn name_organization(c: &mut Connection, id: &OrganizationId, name: &str) -> QueryResult<()> {
    diesel::update(organizations::table.find(id)).set(organizations::name.eq(name)).execute(c).map(drop)
}

/// Sets the password of all accounts with these addresses.
pub fn set_passwords(
    c: &mut Connection,
    email_keys: &[String],
    hash: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(users::table.filter(users::email_key.eq_any(email_keys)))
        .set((
            users::password_hash.eq(Some(hash)),
            users::password_expires_at.eq(None::<Timestamp>),
            users::must_change_password.eq(false),
            users::updated_at.eq(now),
        ))
        .execute(c)
        .map(drop)
}

#[derive(QueryableByName)]
struct TableName {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The tables there are, ours or not.
pub fn tables(c: &mut Connection) -> QueryResult<Vec<String>> {
    let query = if c.is_postgres() {
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let rows: Vec<TableName> = diesel::sql_query(query).load(c)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// How many accounts and organizations there are.
pub fn people_and_organizations(c: &mut Connection) -> QueryResult<i64> {
    let query = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM organizations) AS rows";
    diesel::sql_query(query).get_result::<Count>(c).map(|count| count.rows)
}

/// What the entry of this action is about, if it was ever written.
pub fn target_of(c: &mut Connection, action: &str) -> QueryResult<Option<String>> {
    audit_entries::table
        .filter(audit_entries::action.eq(action))
        .select(audit_entries::target_id)
        .first(c)
        .optional()
}
