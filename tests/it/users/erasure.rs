//! Erasing a person: what goes, what stays, and that a crash or an outage between the steps leaves nothing readable.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Text;
use frontdesk::access::{Act, Actor, Means, Role, SessionId};
use frontdesk::accounts::Status;
use frontdesk::db::Connection;
use frontdesk::db::schema::emails;
use frontdesk::paths;
use frontdesk::revocations::actions::Request;
use frontdesk::revocations::{self, Reason, Scope};
use frontdesk::sessions::filter::Filter;
use frontdesk::users::actions::{erase, erasure};
use frontdesk::users::{Deed, Refusal};
use frontdesk::verifications::CaseState;
use reqwest::Method;
use serde_json::json;

use super::support::{REASON, actions, done, heard, is_in, set, somebody, user};
use crate::api_keys::support::Program;
use crate::harness::{Person, TestApp, both_engines};
use crate::registration::support::{EMAIL, register, three_files};
use crate::tokens::support::{REFRESH, call, sign_in};
use crate::verifications::support::{Applicant, applicant, case, documents_of};

both_engines!(
    an_erased_person_is_gone_from_every_table_but_the_audit_log,
    what_keys_tokens_and_changes_of_address_held_is_gone_too,
    the_last_mail_goes_out_before_its_address_is_forgotten,
    the_files_are_gone_and_what_was_decided_stays,
    the_address_can_register_again,
    an_open_case_leaves_the_queue,
    a_person_schedules_and_cancels_their_own_erasure,
    the_last_administrator_cannot_erase_themselves,
    nothing_more_is_done_about_an_erased_person,
);

fn person_of(applicant: &Applicant) -> Person {
    Person {
        id: applicant.id.clone(),
        organization: applicant.organization.clone(),
        name: "Ada Lovelace".to_owned(),
        email: applicant.email.clone(),
        password: "",
    }
}

fn actor(app: &TestApp, person: &Person, role: Role) -> Actor {
    Actor {
        user: person.id.clone(),
        organization: person.organization.clone(),
        organization_name: String::new(),
        session: SessionId::new(&app.random, app.clock.now()),
        role,
        name: person.name.clone(),
        email: person.email.clone(),
        means: Means::Cookie,
        key: None,
        must_change_password: false,
        must_enrol: false,
        factor_at: None,
    }
}

/// Schedules it, lets the grace go by and runs the job.
async fn erase(app: &TestApp, person: &Person) {
    let (act, admin) = (Act::by_system(app.clock.now()), somebody(app, Role::Admin).await);
    let admin = actor(app, &admin, Role::Admin);
    let when = erasure::schedule(app, &act, &admin, &person.id, None).await.unwrap().unwrap();
    assert_eq!(when, app.clock.now().plus(TimeDelta::days(14)));
    app.send_mail().await;
    app.clock.advance(TimeDelta::days(14));
    app.run_jobs().await;
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every row of every table, as text.
fn dump(c: &mut Connection) -> Vec<(String, String)> {
    let (tables, columns) = if c.is_postgres() {
        (
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' \
             AND table_type = 'BASE TABLE'",
            "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' \
             AND table_name = '{}'",
        )
    } else {
        ("SELECT name FROM sqlite_master WHERE type = 'table'", "SELECT name FROM pragma_table_info('{}')")
    };
    let mut rows = Vec::new();
    for table in diesel::sql_query(tables).load::<Name>(c).unwrap() {
        let columns: Vec<Name> = diesel::sql_query(columns.replace("{}", &table.name)).load(c).unwrap();
        let parts: Vec<String> =
            columns.iter().map(|one| format!("coalesce(CAST(\"{}\" AS TEXT), '')", one.name)).collect();
        let all = format!("SELECT {} AS name FROM \"{}\"", parts.join(" || ' | ' || "), table.name);
        let found: Vec<Name> = diesel::sql_query(all).load(c).unwrap();
        rows.extend(found.into_iter().map(|row| (table.name.clone(), row.name)));
    }
    rows
}

/// Erases somebody: each of these words was in a table before, and is in none but the audit log after. Answers what
/// the other tables hold then.
async fn erased_without(app: &TestApp, person: &Person, words: &[&str]) -> Vec<(String, String)> {
    let before = app.read(|c| Ok(dump(c))).await;
    for word in words {
        assert!(before.iter().any(|(_, row)| row.contains(word)), "{word} was there");
    }
    erase(app, person).await;
    app.send_mail().await;
    app.clock.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    let mut after = app.read(|c| Ok(dump(c))).await;
    after.retain(|(table, _)| table != "audit_entries");
    for (table, row) in &after {
        for word in words {
            let left = row.to_lowercase().contains(&word.to_lowercase());
            assert!(!left, "{word} is left in {table}: {row}");
        }
    }
    after
}

async fn an_erased_person_is_gone_from_every_table_but_the_audit_log(app: TestApp) {
    let mut visitor = app.anonymous();
    let fields = [("name", "Zenobia Quux"), ("phone", "+44 20 7946 0958"), ("document_number", "C01X00T47")];
    register(&mut visitor, &fields, &three_files()).await;
    let link = app.only_mail_to(EMAIL).await.link("/verify-email/");
    visitor.get(&link).await;
    visitor.submit("#verify-form", &[]).await.assert_status(200);
    let (case, _) = crate::registration::support::case_of(&app, EMAIL).await;
    let person = Person {
        id: case.applicant_id.clone(),
        organization: case.organization_id.clone(),
        name: "Zenobia Quux".to_owned(),
        email: EMAIL.to_owned(),
        password: "",
    };
    let mut admin = app.admin().await;
    admin.get(&paths::verification(&case.id)).await;
    admin.submit("#claim-form", &[]).await.assert_status(200);
    let why =
        [("decision", "reject"), ("reason_code", "expired"), ("message", "Dear Zenobia, it is too old.")];
    admin.submit("#decision-form", &why).await.assert_status(200);
    set(&app, &person.id, "last_login_ip = '203.0.113.77', last_login_agent = 'Quuxfox'").await;
    put_out_by_list(&app, &person).await;
    let words = [EMAIL, "Zenobia", "Quux", "7946 0958", "C01X00T47", "203.0.113.77"];
    erased_without(&app, &person, &words).await;
    let row = user(&app, &person).await;
    assert_eq!((row.name.as_str(), row.status, row.erase_at), ("Erased person", Status::Banned, None));
    assert!(row.erased_at.is_some());
    let actions = actions(&app, &person).await;
    assert_eq!(actions.last().map(String::as_str), Some("user.erased"));
    assert!(actions.contains(&"user.email_verified".to_owned()), "the log is whole: {actions:?}");
}

/// Ends the sessions of a list that names somebody in several spellings, in a search that names them too.
async fn put_out_by_list(app: &TestApp, person: &Person) {
    let list =
        [person.email.clone(), person.email.to_uppercase(), person.id.to_string(), "babbage".to_owned()];
    let request = Request {
        organization: person.organization.clone(),
        scope: Scope::Users,
        filter: Filter { person: vec![person.email.to_uppercase()], ..Filter::default() },
        list: Some(list.into()),
        reason: Reason::parse("A leak.").unwrap(),
        counted_at: None,
    };
    let act = Act::by_system(app.clock.now()).known_as(&person.id, &person.name);
    revocations::actions::revoke(app, &act, request).await.unwrap();
    let twice = "revocation_lines WHERE outcome = 'repeated'";
    assert_eq!(app.count(twice).await, 2);
}

async fn what_keys_tokens_and_changes_of_address_held_is_gone_too(app: TestApp) {
    let program = Program::of(&app).await;
    let (_, key) = program.key(&["verifications:read"]).await;
    let client = app.anonymous();
    call(&client, Method::GET, "/api/v1/verifications", &key).await.assert_status(200);
    let bob = program.person.clone();
    let tokens = sign_in(&app, &bob).await;
    let named = client.request(Method::POST, REFRESH).json(&json!({ "refresh_token": tokens.refresh }));
    client.send(named.header("user-agent", "Quuxfox/1.0")).await.assert_status(200);
    let mut browser = app.browser_of(&bob).await;
    browser.get(paths::ACCOUNT_EMAIL).await;
    browser.submit("#address-form", &[("email", "quux@demo.test")]).await.assert_status(200);
    let confirm = app.mail_to("quux@demo.test").await.pop().unwrap().link("/confirm-address/");
    let words = ["quux@demo.test", "Quuxfox", bob.email.as_str()];
    for (table, row) in erased_without(&app, &bob, &words).await {
        let has_place = matches!(table.as_str(), "refresh_tokens" | "api_keys" | "known_devices");
        assert!(!(has_place && row.contains("127.0.0.1")), "an address is left in {table}: {row}");
    }
    call(&client, Method::GET, "/api/v1/verifications", &key).await.assert_status(401);
    assert_eq!(app.anonymous().get(&confirm).await.text("h1"), "This link is no longer valid");
}

async fn the_last_mail_goes_out_before_its_address_is_forgotten(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    erase(&app, &bob).await;
    // The row is blank by now; the mail that tells it is the only one left with the address.
    assert_eq!(user(&app, &bob).await.name.as_str(), "Erased person");
    let letter = app.only_mail_to(&bob.email).await;
    assert!(letter.text.contains("were erased"), "{letter:?}");
    app.clock.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    assert!(app.mail_to(&bob.email).await.is_empty());
    let mut support = app.signed_in(Role::Support).await;
    let page = support.get(&paths::user(&bob.id)).await;
    let mail = page.attribute("#mails tbody a", "href");
    for part in ["", "?part=text"] {
        let page = support.get(&format!("{mail}{part}")).await;
        assert!(page.assert_status(200).text(".callout").contains("What it said was erased"), "{page:?}");
    }
    support.get(&format!("{mail}/preview")).await.assert_status(404);
    support.get(&format!("{mail}/captured")).await.assert_status(404);
    // Nothing is left to do.
    let unfinished = app.read(|c| frontdesk::users::store::erasure::unfinished(c, 10)).await;
    assert!(unfinished.is_empty());
}

async fn the_files_are_gone_and_what_was_decided_stays(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let mut reviewer = app.reviewer().await;
    reviewer.get(&ada.page()).await;
    reviewer.submit("#claim-form", &[]).await.assert_status(200);
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    let before = documents_of(&app, &ada).await.remove(0);
    assert!(app.files.get(&before.original_file).unwrap().is_some());
    erase(&app, &person_of(&ada)).await;
    let after = documents_of(&app, &ada).await.remove(0);
    for file in [Some(&before.original_file), before.rendition_file.as_ref()].into_iter().flatten() {
        assert!(app.files.get(file).unwrap().is_none(), "{file} is still there");
    }
    assert_eq!(
        (&after.sha256, after.state, &after.reviewed_by),
        (&before.sha256, before.state, &before.reviewed_by)
    );
    assert!(after.is_purged() && after.file_name.as_str() == "erased");
    assert_eq!(case(&app, &ada).await.state, CaseState::Approved);
    let mut reviewer = app.reviewer().await;
    let page = reviewer.get(&ada.page()).await;
    assert!(page.assert_status(200).text(".viewer").contains("were erased"), "{page:?}");
    reviewer.get(&paths::document(&ada.documents[0])).await.assert_status(404);
}

async fn the_address_can_register_again(app: TestApp) {
    register(&mut app.anonymous(), &[], &three_files()).await;
    let (case, _) = crate::registration::support::case_of(&app, EMAIL).await;
    let first = Person {
        id: case.applicant_id,
        organization: case.organization_id,
        name: String::new(),
        email: EMAIL.to_owned(),
        password: "",
    };
    erase(&app, &first).await;
    register(&mut app.anonymous(), &[], &three_files()).await;
    let (case, _) = crate::registration::support::case_of(&app, EMAIL).await;
    assert_ne!(case.applicant_id, first.id);
}

async fn an_open_case_leaves_the_queue(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    erase(&app, &person_of(&ada)).await;
    let mut reviewer = app.reviewer().await;
    let page = reviewer.get(paths::VERIFICATIONS).await;
    assert_eq!(page.text(".empty .title"), "Nothing waits");
    let page = reviewer.get(&ada.page()).await;
    assert!(page.assert_status(200).body().contains("Verification closed by erasure"), "{page:?}");
    assert!(!page.has("#decision-form") && !page.has("#claim-form"));
}

async fn a_person_schedules_and_cancels_their_own_erasure(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let me = actor(&app, &bob, Role::Member);
    let act = Act::by_system(app.clock.now()).known_as(&bob.id, &bob.name);
    let first = erasure::schedule(&app, &act, &me, &bob.id, None).await.unwrap().unwrap();
    app.clock.advance(TimeDelta::days(1));
    let later = Act { at: app.clock.now(), ..act.clone() };
    let again = erasure::schedule(&app, &later, &me, &bob.id, None).await.unwrap().unwrap();
    assert_eq!(again, first, "asked for again, nothing is put off");
    erasure::cancel(&app, &later, &me, &bob.id, None).await.unwrap().unwrap();
    erasure::cancel(&app, &later, &me, &bob.id, None).await.unwrap().unwrap();
    assert_eq!(actions(&app, &bob).await, ["user.erasure_scheduled", "user.erasure_cancelled"]);
    assert_eq!(user(&app, &bob).await.erase_at, None);
    // Nobody else of the organization who may not manage users does it for them.
    let support = somebody(&app, Role::Support).await;
    let other = actor(&app, &support, Role::Support);
    let refused = erasure::schedule(&app, &later, &other, &bob.id, None).await.unwrap();
    assert_eq!(refused.unwrap_err(), Refusal::NotPermitted);
    let mut hub = app.hub.listen();
    erasure::schedule(&app, &later, &me, &bob.id, None).await.unwrap().unwrap();
    assert_eq!(heard(&mut hub, &bob), 0);
    app.clock.advance(TimeDelta::days(14));
    assert_eq!(erase::erase_due(&app).await.unwrap(), 1);
    assert_eq!(erase::erase_due(&app).await.unwrap(), 0);
    assert_eq!(heard(&mut hub, &bob), 1);
    assert!(!is_in(&mut browser).await);
    let (id, now) = (bob.id.clone(), app.clock.now());
    assert_eq!(app.read(move |c| frontdesk::sessions::store::count_live(c, &id, now)).await, 0);
}

async fn the_last_administrator_cannot_erase_themselves(app: TestApp) {
    let last = somebody(&app, Role::Admin).await;
    let me = actor(&app, &last, Role::Admin);
    let act = Act::by_system(app.clock.now());
    let refused = erasure::schedule(&app, &act, &me, &last.id, None).await.unwrap();
    assert_eq!(refused.unwrap_err(), Refusal::LastAdministrator);
    somebody(&app, Role::Operator).await;
    erasure::schedule(&app, &act, &me, &last.id, None).await.unwrap().unwrap();
}

async fn nothing_more_is_done_about_an_erased_person(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    // A mail that waits for its time is not sent any more.
    let mut admin = app.admin().await;
    done(&mut admin, &bob, Deed::Suspend, &[("reason", REASON)]).await;
    done(&mut admin, &bob, Deed::ResetPassword, &[("reason", REASON)]).await;
    let later = app.clock.now().plus(TimeDelta::days(30));
    app.db
        .write(move |c| {
            let waits = emails::next_attempt_at.eq(Some(later));
            diesel::update(emails::table)
                .set((waits, emails::expires_at.eq(None::<frontdesk::clock::Timestamp>)))
                .execute(c)
        })
        .await
        .unwrap();
    erase(&app, &bob).await;
    let cancelled = emails::table.filter(emails::status.eq("cancelled")).count();
    assert_eq!(app.read(move |c| cancelled.get_result::<i64>(c)).await, 1);
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user(&bob.id)).await;
    assert!(page.text(".callout").contains("This person was erased"), "{page:?}");
    assert!(!page.has("#acts"), "{page:?}");
    let page = admin.get(&paths::user_deed(&bob.id, Deed::Unban)).await;
    assert!(page.assert_status(200).text(".callout").contains("Nothing more can be done"));
    assert_eq!(admin.get("/users?status=banned").await.texts("tbody a"), ["Erased person"]);
}
