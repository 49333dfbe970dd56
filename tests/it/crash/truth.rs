//! Whether what is found after a death agrees with itself.

use std::collections::BTreeSet;

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{self, Status};
use frontdesk::app::App;
use frontdesk::db::Connection;
use frontdesk::db::schema::{audit_entries, documents, emails, one_time_tokens, users, verification_cases};
use frontdesk::documents::cipher::{self, FileKey};
use frontdesk::documents::files::StoredName;
use frontdesk::documents::{self as files, Document};
use frontdesk::mail::model::{EmailStatus, TemplateKind};
use frontdesk::mail::providers::capture;
use frontdesk::mail::{EmailId, worker};
use sha2::{Digest, Sha256};

/// All that is kept of one applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The state of the account, and whether it has a password.
    pub user: Option<(Status, bool)>,
    pub cases: Vec<String>,
    pub documents: Vec<String>,
    /// The purposes of the links that were issued.
    pub links: Vec<String>,
    pub mails: Vec<TemplateKind>,
    /// What the audit log says was done, in the order of the alphabet.
    pub audit: Vec<String>,
}

impl Trace {
    pub async fn of(app: &App, email: &str) -> Self {
        let email = email.to_owned();
        app.db.read(move |c| Self::read(c, &email)).await.unwrap()
    }

    fn read(c: &mut Connection, email: &str) -> QueryResult<Self> {
        let user = accounts::store::by_email_key(c, email)?;
        let id = user.as_ref().map_or("", |user| user.id.as_str()).to_owned();
        let cases: Vec<(String, String)> = verification_cases::table
            .filter(verification_cases::applicant_id.eq(&id))
            .select((verification_cases::id, verification_cases::state))
            .load(c)?;
        let mut targets: Vec<String> = cases.iter().map(|(case, _)| case.clone()).collect();
        targets.push(id.clone());
        Ok(Self {
            user: user.map(|user| (user.status, user.password_hash.is_some())),
            cases: cases.into_iter().map(|(_, state)| state).collect(),
            documents: documents::table
                .filter(documents::user_id.eq(&id))
                .select(documents::state)
                .load(c)?,
            links: one_time_tokens::table
                .filter(one_time_tokens::user_id.eq(&id))
                .select(one_time_tokens::purpose)
                .load(c)?,
            mails: emails::table
                .filter(emails::recipient.eq(email))
                .order(emails::id)
                .select(emails::kind)
                .load(c)?,
            audit: audit_entries::table
                .filter(audit_entries::target_id.eq_any(targets))
                .order(audit_entries::action)
                .select(audit_entries::action)
                .load(c)?,
        })
    }

    /// What is kept of somebody who never came.
    pub fn none() -> Self {
        let (cases, documents, links, mails, audit) = Default::default();
        Self { user: None, cases, documents, links, mails, audit }
    }
}

/// Fails unless every row has its files, readable and unchanged, and every file its row once the leftovers
/// were collected.
pub async fn assert_files_and_rows_agree(app: &App) {
    let collected = app.clone();
    files::collect_orphans(&collected).await.unwrap();
    let rows: Vec<Document> =
        app.db.read(|c| documents::table.select(Document::as_select()).load(c)).await.unwrap();
    let named: BTreeSet<StoredName> = rows
        .iter()
        .flat_map(|row| std::iter::once(row.original_file.clone()).chain(row.rendition_file.clone()))
        .collect();
    let stored: BTreeSet<StoredName> = app.files.list().unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(stored, named, "the files that are stored, and those that rows name");
    for row in &rows {
        let key = FileKey::open(&app.keys, &row.sealed_key, Document::key_context(&row.id)).unwrap();
        let mut original = app.files.get(&row.original_file).unwrap().unwrap();
        let bytes = cipher::decrypt_to_vec(&key, &mut *original).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), row.sha256);
    }
}

/// Sends all that still waits, hours later; what a dead process held included.
pub async fn send_the_rest(app: &App) {
    while worker::run_once(app).await.unwrap() > 0 {}
}

/// The one mail of this kind that this address has got.
pub async fn only_mail(app: &App, address: &str, kind: TemplateKind) -> String {
    let to = address.to_owned();
    let found: Vec<(EmailId, EmailStatus)> = app
        .db
        .read(move |c| {
            let mails = emails::table.filter(emails::recipient.eq(to)).filter(emails::kind.eq(kind));
            mails.select((emails::id, emails::status)).load(c)
        })
        .await
        .unwrap();
    let [(id, EmailStatus::Sent)] = found.as_slice() else { panic!("{address} has got {found:?}") };
    capture::captured(app, id).await.unwrap().expect("a mail that was sent is captured").text
}

/// The hash of somebody's password.
pub async fn password_hash(app: &App, email: &str) -> Option<String> {
    let email = email.to_owned();
    app.db
        .read(move |c| users::table.filter(users::email_key.eq(email)).select(users::password_hash).first(c))
        .await
        .unwrap()
}

/// Fails when the audit log tells of something that is not there, or is silent about something that is.
pub async fn assert_audit_agrees(app: &App) {
    let (told, there) = app
        .db
        .read(|c| {
            let entries = |action| audit_entries::table.filter(audit_entries::action.eq(action)).count();
            let approved = verification_cases::table.filter(verification_cases::state.eq("approved"));
            let told: [i64; 3] = [
                entries("user.registered").get_result(c)?,
                entries("verification.submitted").get_result(c)?,
                entries("verification.approved").get_result(c)?,
            ];
            let there: [i64; 3] = [
                users::table.filter(users::role.eq(Role::Member)).count().get_result(c)?,
                verification_cases::table.count().get_result(c)?,
                approved.count().get_result(c)?,
            ];
            Ok::<_, diesel::result::Error>((told, there))
        })
        .await
        .unwrap();
    assert_eq!(told, there, "applicants, cases and approvals: told by the audit log, and there");
}
