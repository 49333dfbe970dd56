//! What belongs to one organization is not there for people of another: real ids, every route that takes one,
//! every role, pages and API.

use diesel::prelude::*;
use frontdesk::access::{Act, OrganizationId, Role, UserId};
use frontdesk::accounts::mfa::model::{Passkey, PasskeyId};
use frontdesk::accounts::mfa::store;
use frontdesk::db::schema::{audit_entries, emails, invite_batches, invites, notifications, sessions};
use frontdesk::notifications::{Kind, New, Severity, notify};
use frontdesk::revocations::{self, Reason};
use frontdesk::verifications::Case;
use frontdesk::web::route::Endpoint;
use frontdesk::{paths, routes};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Page, Person, TestApp, both_engines};
use crate::invites::support::{send_form, upload};
use crate::registration::support::{EMAIL, case_of, register, three_files};
use crate::revocations::support::{Program, sessions_of};

both_engines!(
    what_is_real_here_is_not_there_for_another_organization,
    lists_and_searches_show_nothing_of_another_organization,
);

/// An id that no row has.
const UNKNOWN: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Real ids of one organization.
struct Things {
    user: String,
    case: String,
    document: String,
    email: String,
    entry: String,
    api_key: String,
    passkey: String,
    session: String,
    notification: String,
    invite: String,
    invite_file: String,
    family: String,
    revocation: String,
}

impl Things {
    /// What a route of this pattern takes.
    fn id_for(&self, pattern: &str) -> &str {
        let path = pattern.trim_start_matches("/api/v1").trim_start_matches("/v1");
        if path.starts_with("/sessions/revoke-user/") || path.starts_with("/sessions/security-audit/") {
            return &self.user;
        }
        if path.starts_with("/sessions/revocations/") {
            return &self.revocation;
        }
        match path.split('/').nth(1) {
            Some("sessions" | "families") => &self.family,
            Some("users") => &self.user,
            Some("revocations") => &self.revocation,
            Some("verifications") => &self.case,
            Some("documents" | "case") => &self.document,
            Some("emails") => &self.email,
            Some("audit") => &self.entry,
            Some("api-keys") => &self.api_key,
            Some("account") => match path.split('/').nth(2) {
                Some("mfa") => &self.passkey,
                Some("sessions") => &self.session,
                Some("notifications") => &self.notification,
                _ => panic!("{pattern} takes an id: add a real one to this test"),
            },
            Some("invites") if path.starts_with("/invites/files/") => &self.invite_file,
            Some("invites") => &self.invite,
            _ => panic!("{pattern} takes an id: add a real one to this test"),
        }
    }
}

/// An organization with an applicant, whose case an administrator holds and whose mail was captured.
struct Home {
    things: Things,
    administrator: Browser,
    applicant: Browser,
}

async fn home(app: &TestApp) -> Home {
    let mut applicant = app.anonymous();
    register(&mut applicant, &[], &three_files()).await;
    let link = app.only_mail_to(EMAIL).await.link("/verify-email/");
    applicant.get(&link).await;
    applicant.submit("#verify-form", &[]).await.assert_status(200);
    let (case, documents) = case_of(app, EMAIL).await;
    let mut administrator = app.admin().await;
    administrator.get(&paths::verification(&case.id)).await;
    administrator.submit("#claim-form", &[]).await.assert_status(200);
    send_form(&mut administrator, "grace@demo.test", Role::Member).await.assert_status(200);
    upload(&mut administrator, b"email,role\nemmy@demo.test,member\n").await.assert_status(200);
    let (family, revocation) = of_sessions(app).await;
    let key = crate::api_keys::support::create(&mut administrator, "Import", &["users:read"]).await.path;
    let things = Things {
        api_key: key.trim_start_matches("/api-keys/").to_owned(),
        user: case.applicant_id.to_string(),
        case: case.id.to_string(),
        document: documents[0].id.to_string(),
        email: app.read(|c| emails::table.select(emails::id).first(c)).await,
        entry: app.read(|c| audit_entries::table.select(audit_entries::id).first(c)).await,
        passkey: passkey(app, &case.applicant_id).await,
        session: app.read(|c| sessions::table.select(sessions::id).first(c)).await,
        notification: notification(app, &case).await,
        invite: app.read(|c| invites::table.select(invites::id).first(c)).await,
        invite_file: app.read(|c| invite_batches::table.select(invite_batches::id).first(c)).await,
        family,
        revocation,
    };
    Home { things, administrator, applicant }
}

/// A passkey of somebody, that nobody could use.
async fn passkey(app: &TestApp, user: &UserId) -> String {
    let now = app.clock.now();
    let passkey = Passkey {
        id: PasskeyId::new(&app.random, now),
        user_id: user.clone(),
        name: "Phone".to_owned(),
        credential_id: "none".to_owned(),
        credential: "{}".to_owned(),
        created_at: now,
        last_used_at: None,
    };
    let id = passkey.id.to_string();
    app.db.write(move |c| store::passkeys::insert(c, &passkey)).await.unwrap();
    id
}

/// Something that the applicant is told.
async fn notification(app: &TestApp, case: &Case) -> String {
    let (random, now, case) = (app.random.clone(), app.clock.now(), case.clone());
    app.db
        .write(move |c| {
            let new = New {
                organization: &case.organization_id,
                user: &case.applicant_id,
                kind: Kind::System,
                severity: Severity::Low,
                title: "Hello",
                message: "Hello",
                data: json!({}),
                link: None,
            };
            notify(c, &random, now, &new)
        })
        .await
        .unwrap();
    app.read(|c| notifications::table.select(notifications::id).first(c)).await
}

/// Two token families of somebody: one that is live, and the revocation that ended the other.
async fn of_sessions(app: &TestApp) -> (String, String) {
    let member = app.add_person(Role::Member, &app.organization().await).await;
    drop((Program::of(app, &member).await, Program::of(app, &member).await));
    let families = sessions_of(app, &member).await;
    let act = Act::by_command(app.clock.now());
    let reason = Reason::parse("A test.").unwrap();
    let ended = revocations::actions::revoke_session(app, &act, &member.organization, &families[0], reason);
    let revocation = ended.await.unwrap().revocation.unwrap().id.to_string();
    (families[1].to_string(), revocation)
}

fn with_ids() -> Vec<Endpoint> {
    routes::table().into_iter().filter(|endpoint| endpoint.pattern.contains("{id}")).collect()
}

fn method(endpoint: &Endpoint) -> Method {
    endpoint.method.as_str().parse().unwrap()
}

/// A body that the API can read.
fn body_for(endpoint: &Endpoint) -> Value {
    if endpoint.pattern.contains("/users/") {
        json!({ "reason": "It was asked for" })
    } else if endpoint.pattern.contains("/api-keys/") {
        json!({})
    } else {
        json!({ "decision": "approve", "version": 2 })
    }
}

/// Asks as a page of the console would; `token` is the browser's CSRF token.
async fn ask(browser: &Browser, endpoint: &Endpoint, id: &str, token: &str) -> Page {
    let request = browser.request(method(endpoint), &endpoint.pattern.replace("{id}", id));
    let request = request.header("x-csrf-token", token);
    let request = match (endpoint.method.as_str(), paths::is_api(&endpoint.pattern)) {
        ("GET", _) => request,
        ("DELETE", _) => request.json(&json!({})),
        (_, true) => request.json(&body_for(endpoint)),
        (_, false) => request.form(&[("decision", "approve"), ("version", "2")]),
    };
    browser.send(request).await
}

async fn csrf(browser: &mut Browser) -> String {
    browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content")
}

/// What an answer says, but for what differs each time.
fn said(page: &Page) -> (u16, String) {
    let says = match serde_json::from_slice::<Value>(&page.bytes) {
        Ok(problem) => format!("{} {}", problem["code"], problem["detail"]),
        Err(_) => page.texts("h1, main p").join(" "),
    };
    (page.status.as_u16(), says)
}

async fn state(app: &TestApp) -> (Case, i64) {
    let (case, _) = case_of(app, EMAIL).await;
    let organization = case.organization_id.clone();
    let entries = audit_entries::table.filter(audit_entries::organization_id.eq(organization)).count();
    (case, app.read(move |c| entries.get_result(c)).await)
}

async fn what_is_real_here_is_not_there_for_another_organization(app: TestApp) {
    let Home { things, mut administrator, applicant } = home(&app).await;
    let token = csrf(&mut administrator).await;
    for endpoint in with_ids().iter().filter(|endpoint| endpoint.method == "GET") {
        let browser =
            if endpoint.pattern == paths::patterns::OWN_DOCUMENT { &applicant } else { &administrator };
        let page = ask(browser, endpoint, things.id_for(&endpoint.pattern), &token).await;
        assert_eq!(page.status, 200, "{endpoint:?} at home: {page:?}");
    }
    let before = state(&app).await;
    let elsewhere = app.add_organization("elsewhere").await;
    for role in Role::ALL.iter().copied() {
        let person = app.add_person(role, &elsewhere).await;
        let mut browser = app.browser_of(&person).await;
        let token = csrf(&mut browser).await;
        for endpoint in with_ids() {
            let real = ask(&browser, &endpoint, things.id_for(&endpoint.pattern), &token).await;
            let expected = if endpoint.access.admits(role) { 404 } else { 403 };
            assert_eq!(real.status, expected, "{role} {endpoint:?}: {real:?}");
            let unknown = ask(&browser, &endpoint, UNKNOWN, &token).await;
            assert_eq!(said(&real), said(&unknown), "{role} {endpoint:?}");
        }
        ask_the_api(&app, &person, role, &things).await;
    }
    let stranger = app.anonymous();
    let page = stranger.send(stranger.request(Method::GET, &paths::own_document(&things.document))).await;
    page.assert_status(404);
    assert_eq!(state(&app).await, before, "nothing was changed from elsewhere");
}

/// The same with an access token, as a program would.
async fn ask_the_api(app: &TestApp, person: &Person, role: Role, things: &Things) {
    let client = app.anonymous();
    let tokens: Value = {
        let body = json!({ "email": person.email, "password": person.password });
        client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await.json()
    };
    let token = tokens["access_token"].as_str().unwrap();
    for endpoint in with_ids().iter().filter(|endpoint| paths::is_api(&endpoint.pattern)) {
        let path = endpoint.pattern.replace("{id}", things.id_for(&endpoint.pattern));
        let request = client.request(method(endpoint), &path).bearer_auth(token);
        let request = match endpoint.method.as_str() {
            "GET" => request,
            "DELETE" => request.json(&json!({})),
            _ => request.json(&body_for(endpoint)),
        };
        let page = client.send(request).await;
        let expected = if endpoint.access.admits(role) { (404, "not_found") } else { (403, "not_permitted") };
        let problem: Value = page.json();
        let code = problem["code"].as_str().unwrap();
        assert_eq!((page.status.as_u16(), code), expected, "{role} {endpoint:?}");
    }
}

async fn lists_and_searches_show_nothing_of_another_organization(app: TestApp) {
    let Home { things, mut administrator, .. } = home(&app).await;
    let elsewhere: OrganizationId = app.add_organization("elsewhere").await;
    let person = app.add_person(Role::Admin, &elsewhere).await;
    let mut stranger = app.browser_of(&person).await;
    for path in [
        format!("{}?state=all", paths::VERIFICATIONS),
        format!("{}?state=all&q=lovelace", paths::VERIFICATIONS),
        paths::USERS.to_owned(),
        format!("{}?q=lovelace", paths::USERS),
        "/api/v1/users".to_owned(),
        paths::EMAILS.to_owned(),
        format!("{}?q=ada", paths::EMAILS),
        paths::AUDIT.to_owned(),
        "/api/v1/verifications".to_owned(),
    ] {
        let own = administrator.get(&path).await.body();
        let foreign = stranger.get(&path).await;
        foreign.assert_status(200);
        for id in [&things.case, &things.email, &things.entry, &things.user] {
            assert!(!foreign.body().contains(id.as_str()), "{path} shows {id}");
        }
        assert!(!foreign.body().contains("Ada Lovelace"), "{path}: {foreign:?}");
        assert!(
            [&things.case, &things.email, &things.entry, &things.user].iter().any(|id| own.contains(*id)),
            "{path}"
        );
    }
    let page = stranger.get(&format!("{}?q={}", paths::VERIFICATIONS, things.case)).await;
    page.assert_status(404);
}
