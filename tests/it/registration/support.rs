//! Applicants and their files.

use diesel::prelude::*;
use frontdesk::access::{Act, Actor, Means, Role, SessionId};
use frontdesk::db::schema::{audit_entries as t, verification_cases as cases};
use frontdesk::documents::{Document, DocumentId, store as documents};
use frontdesk::verifications::decision::{Decision, Finding, Verdict};
use frontdesk::verifications::reasons::ReasonCode;
use frontdesk::verifications::{Case, actions};
use frontdesk::{accounts, paths};

use crate::documents::samples;
use crate::harness::{Browser, Page, TestApp, Upload};

pub const EMAIL: &str = "ada@demo.test";

/// What an applicant fills in; all but the files.
pub const FIELDS: &[(&str, &str)] = &[
    ("email", EMAIL),
    ("name", "Ada Lovelace"),
    ("phone", "+44 20 7946 0958"),
    ("document_kind", "passport"),
    ("document_number", "C01X00T47"),
    ("document_country", "GB"),
    ("document_expiry", "2031-12-31"),
];

/// [`FIELDS`] with some of them changed.
pub fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = FIELDS.to_vec();
    for (name, value) in changed {
        match fields.iter_mut().find(|(other, _)| other == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

pub fn upload<'a>(field: &'a str, name: &'a str, bytes: Vec<u8>) -> Upload<'a> {
    Upload { field, name, content_type: "application/octet-stream", bytes }
}

/// A file of each common kind.
pub fn three_files() -> Vec<Upload<'static>> {
    vec![
        upload("documents", "front.jpg", samples::jpeg()),
        upload("documents", "back.png", samples::png()),
        upload("documents", "bill.pdf", samples::pdf::pdf()),
    ]
}

pub fn one_file() -> Vec<Upload<'static>> {
    vec![upload("documents", "passport.png", samples::png())]
}

/// Fills in the registration and sends it.
pub async fn register(browser: &mut Browser, changed: &[(&str, &str)], files: &[Upload<'_>]) -> Page {
    browser.get(paths::REGISTER).await.assert_status(200);
    browser.upload("#register-form", &with(changed), files).await
}

/// The path of the link that was mailed to somebody who registers now.
pub async fn registered(app: &TestApp, email: &str) -> String {
    let mut browser = app.anonymous();
    let page = register(&mut browser, &[("email", email)], &one_file()).await;
    assert_eq!(page.path, paths::REGISTERED, "{page:?}");
    app.only_mail_to(email).await.link("/verify-email/")
}

/// What the audit log says was done to a thing: the action, and what kind of doer did it.
pub async fn audited(app: &TestApp, target: impl ToString) -> Vec<(String, String)> {
    let target = target.to_string();
    app.read(move |c| {
        t::table
            .filter(t::target_id.eq(target))
            .order((t::at.asc(), t::id.asc()))
            .select((t::action, t::actor_kind))
            .load(c)
    })
    .await
}

/// How many files are stored.
pub fn stored(app: &TestApp) -> usize {
    app.files.list().unwrap().len()
}

/// Fails unless nothing of a registration was kept.
pub async fn assert_nothing_kept(app: &TestApp) {
    for table in ["users", "verification_cases", "documents", "one_time_tokens", "emails"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(stored(app), 0);
}

/// The newest case of an applicant, with its current documents.
pub async fn case_of(app: &TestApp, email: &'static str) -> (Case, Vec<Document>) {
    app.read(move |c| {
        let user = accounts::store::by_email_key(c, email)?.expect("the applicant is registered");
        let case = cases::table
            .filter(cases::applicant_id.eq(&user.id))
            .order((cases::created_at.desc(), cases::id.desc()))
            .select(Case::as_select())
            .first(c)?;
        let documents = documents::by_case(c, &case.id)?;
        Ok((case, documents.into_iter().filter(Document::is_current).collect()))
    })
    .await
}

/// A reviewer decides the newest case of an applicant; `about` are single documents.
pub async fn decide(
    app: &TestApp,
    email: &'static str,
    verdict: Verdict,
    message: Option<&str>,
    about: &[(DocumentId, Verdict, ReasonCode)],
) {
    let (case, _) = case_of(app, email).await;
    let person = app.add_person(Role::Reviewer, &case.organization_id).await;
    let reviewer = Actor {
        user: person.id.clone(),
        organization: person.organization.clone(),
        organization_name: "Analytical Society".to_owned(),
        session: SessionId::new(&app.random, app.clock.now()),
        role: Role::Reviewer,
        name: person.name.clone(),
        email: person.email.clone(),
        means: Means::Cookie,
        key: None,
        must_change_password: false,
        must_enrol: false,
        factor_at: Some(app.clock.now()),
    };
    let findings = about.iter().map(|(document, verdict, reason)| Finding {
        document: document.clone(),
        verdict: *verdict,
        reason: Some(*reason),
    });
    let decision = Decision {
        verdict,
        reason: None,
        message: message.map(ToOwned::to_owned),
        findings: findings.collect(),
        version: case.version,
    };
    let act = Act::by_system(app.clock.now()).known_as(&person.id, &person.name);
    actions::decide(app, &act, &reviewer, &case.id, decision).await.unwrap().expect("the decision is taken");
}
