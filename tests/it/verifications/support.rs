//! Applicants with cases, put straight into the database; and reviewers at work.

use chrono::{NaiveDate, TimeDelta};
use diesel::RunQueryDsl;
use frontdesk::access::{Act, OrganizationId, Role, UserId};
use frontdesk::accounts::{NewUser, Status, User, store as users};
use frontdesk::audit::{self, Entry, Target};
use frontdesk::clock::Timestamp;
use frontdesk::documents::cipher::{FileKey, encrypt_to_vec};
use frontdesk::documents::files::StoredName;
use frontdesk::documents::{
    CaseId, ContentType, Country, Document, DocumentId, DocumentKind, DocumentNumber, DocumentState,
    FileName, store as documents,
};
use frontdesk::mail::{DisplayName, EmailAddress};
use frontdesk::verifications::Case;
use frontdesk::verifications::opening::{Declared, NewCase, open_case};
use frontdesk::verifications::store as cases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::samples;
use crate::harness::{Browser, Page, Person, TestApp};

/// Somebody whose documents wait.
#[derive(Clone, Debug)]
pub struct Applicant {
    pub id: UserId,
    pub organization: OrganizationId,
    pub email: String,
    pub case: CaseId,
    pub documents: Vec<DocumentId>,
}

impl Applicant {
    /// The address of the case page.
    pub fn page(&self) -> String {
        format!("/verifications/{}", self.case)
    }

    /// An address below the case's in the API.
    pub fn api(&self, verb: &str) -> String {
        format!("/api/v1/verifications/{}{verb}", self.case)
    }
}

/// What an applicant hands in.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub content_type: ContentType,
    pub bytes: Vec<u8>,
}

pub fn png(name: &str) -> File {
    File { name: name.to_owned(), content_type: ContentType::Png, bytes: samples::png() }
}

pub fn pdf(name: &str) -> File {
    File { name: name.to_owned(), content_type: ContentType::Pdf, bytes: samples::pdf::pdf() }
}

/// Somebody with a passport as a picture.
pub async fn applicant(app: &TestApp, name: &str) -> Applicant {
    submit(app, name, &[png("passport.png")]).await
}

/// Somebody who handed these files in.
pub async fn submit(app: &TestApp, name: &str, files: &[File]) -> Applicant {
    let organization = app.organization().await;
    submit_to(app, &organization, name, files).await
}

pub async fn submit_to(
    app: &TestApp,
    organization: &OrganizationId,
    name: &str,
    files: &[File],
) -> Applicant {
    let now = app.clock.now();
    let local: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let id = UserId::new(&app.random, now);
    let email = format!("{}@demo.test", if local.is_empty() { id.to_string() } else { local });
    let user = NewUser {
        id: id.clone(),
        organization: organization.clone(),
        email: EmailAddress::parse(&email).unwrap(),
        name: DisplayName::parse(name).unwrap(),
        phone: Some("+44 20 7946 0958".to_owned()),
        role: Role::Member,
        status: Status::Pending,
        password_hash: None,
        email_verified_at: Some(now),
    };
    let rows: Vec<_> = files.iter().map(|file| store(app, file)).collect();
    let (random, owner, place) = (app.random.clone(), id.clone(), organization.clone());
    let (case, documents) = app
        .db
        .write(move |c| {
            users::insert(c, &user, now)?;
            let act = act(now).known_as(&owner, "An applicant");
            let case = open_case(c, &random, &act, new_case(&place, &owner, now))?;
            let mut ids = Vec::new();
            for (position, mut row) in (0..).zip(rows) {
                (row.case_id, row.user_id, row.organization_id) =
                    (case.clone(), owner.clone(), place.clone());
                row.position = position;
                documents::insert(c, &row)?;
                ids.push(row.id);
            }
            Ok::<_, diesel::result::Error>((case, ids))
        })
        .await
        .unwrap();
    Applicant { id, organization: organization.clone(), email, case, documents }
}

fn act(at: Timestamp) -> Act {
    Act::by_system(at)
}

fn new_case<'a>(organization: &'a OrganizationId, applicant: &'a UserId, now: Timestamp) -> NewCase<'a> {
    // Kept for the program's life: the case borrows what it declares.
    let declared = Box::leak(Box::new(Declared {
        kind: DocumentKind::Passport,
        number: DocumentNumber::parse("C01X00T47"),
        country: Country::parse("DE"),
        expiry: NaiveDate::from_ymd_opt(2031, 5, 17),
    }));
    NewCase { organization, applicant, declared, submitted_at: now, due_at: now.plus(TimeDelta::hours(24)) }
}

/// Keeps a file as an upload would; its row lacks whose it is.
fn store(app: &TestApp, file: &File) -> Document {
    let now = app.clock.now();
    let (id, key) = (DocumentId::new(&app.random, now), FileKey::new(&app.random));
    let keep = || {
        let name = StoredName::new(&app.random);
        app.files.put(&name, &mut encrypt_to_vec(&key, &app.random, &file.bytes).as_slice()).unwrap();
        name
    };
    let nobody = "00000000-0000-7000-8000-000000000000";
    Document {
        sealed_key: key.seal(&app.keys, Document::key_context(&id), &app.random),
        case_id: CaseId::parse(nobody).unwrap(),
        user_id: UserId::parse(nobody).unwrap(),
        organization_id: OrganizationId::parse(nobody).unwrap(),
        kind: DocumentKind::Passport,
        state: DocumentState::Pending,
        position: 0,
        file_name: FileName::parse(&file.name),
        content_type: file.content_type,
        size: i64::try_from(file.bytes.len()).unwrap(),
        pages: (file.content_type == ContentType::Pdf).then_some(1),
        sha256: "0".repeat(64),
        original_file: keep(),
        rendition_file: file.content_type.is_image().then(keep),
        rendition_type: file.content_type.is_image().then_some(file.content_type),
        reason_code: None,
        reviewed_by: None,
        reviewed_at: None,
        created_at: now,
        id,
    }
}

/// The case as it is kept.
pub async fn case(app: &TestApp, applicant: &Applicant) -> Case {
    let (organization, id) = (applicant.organization.clone(), applicant.case.clone());
    app.read(move |c| cases::by_id(c, &organization, &id)).await.unwrap()
}

/// A reviewer, and a browser in which they have claimed the case.
pub async fn reviewer_with(app: &TestApp, applicant: &Applicant) -> (Person, Browser) {
    let person = app.add_person(Role::Reviewer, &applicant.organization).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(&applicant.page()).await;
    browser.submit("#claim-form", &[]).await.assert_status(200);
    (person, browser)
}

/// A program that acts for a person.
#[derive(Debug)]
pub struct Program {
    client: Browser,
    token: String,
}

impl Program {
    pub async fn of(app: &TestApp, person: &Person) -> Self {
        let client = app.anonymous();
        let body = json!({ "email": person.email, "password": person.password });
        let request = client.request(Method::POST, "/api/v1/auth/login").json(&body);
        let tokens: Value = client.send(request).await.assert_status(200).json();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        Self { client, token }
    }

    /// A new reviewer's.
    pub async fn reviewer(app: &TestApp) -> Self {
        let organization = app.organization().await;
        let person = app.add_person(Role::Reviewer, &organization).await;
        Self::of(app, &person).await
    }

    pub async fn get(&self, path: &str) -> Page {
        let request = self.client.request(Method::GET, path);
        self.client.send(request.bearer_auth(&self.token)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Page {
        let request = self.client.request(Method::POST, path);
        self.client.send(request.bearer_auth(&self.token).json(body)).await
    }
}

/// What reviewers did with a case, as the audit log has it, oldest first.
pub async fn actions(app: &TestApp, applicant: &Applicant) -> Vec<String> {
    let actions = entries(app, applicant).await.into_iter().map(|entry| entry.action);
    actions.filter(|action| action != "verification.submitted").collect()
}

pub async fn entries(app: &TestApp, applicant: &Applicant) -> Vec<Entry> {
    let (organization, id) = (applicant.organization.clone(), applicant.case.to_string());
    app.read(move |c| audit::for_target(c, &organization, Target("verification", &id))).await
}

/// The documents as they are kept.
pub async fn documents_of(app: &TestApp, applicant: &Applicant) -> Vec<Document> {
    let case = applicant.case.clone();
    app.read(move |c| documents::by_case(c, &case)).await
}

/// The applicant's account.
pub async fn user(app: &TestApp, applicant: &Applicant) -> User {
    let id = applicant.id.clone();
    app.read(move |c| users::by_id(c, &id)).await.unwrap()
}

/// Changes what the organization decided: `"allow_resubmission = false"`.
pub async fn set_organization(app: &TestApp, assignment: &'static str) {
    let query = format!("UPDATE organizations SET {assignment}");
    app.db.write(move |c| diesel::sql_query(query).execute(c)).await.unwrap();
}
