//! The demo: everybody finds something to do in it, and no start makes it twice or in the wrong place.
#![cfg(test)]

mod program;

use std::collections::{BTreeSet, VecDeque};

use diesel::prelude::*;
use frontdesk::access::{Permission, Role};
use frontdesk::db::schema::emails;
use frontdesk::demo::people::{STAFF, member_address};
use frontdesk::demo::{self, Found, MAILS};
use scraper::Selector;

use crate::harness::{Browser, Page, TestApp, both_engines};

const PASSWORD: &str = "Engine-1843-show";

both_engines!(
    everybody_of_the_demo_finds_something_on_every_page_of_their_role,
    a_database_with_data_of_its_own_is_left_alone,
);

async fn everybody_of_the_demo_finds_something_on_every_page_of_their_role(app: TestApp) {
    assert_eq!(demo::look(&app).await.unwrap(), Found::Empty);
    demo::fill(&app, &PASSWORD.into()).await.unwrap();
    assert_eq!(demo::look(&app).await.unwrap(), Found::Ours);
    let (waiting, kept) = (waiting_mails(&app).await, kept_mails(&app).await);
    assert_eq!(app.count("emails").await, i64::try_from(MAILS).unwrap() + kept + waiting);
    assert!(waiting > 4, "those of invites and of a copied token leave with the first start");
    let mut walked = BTreeSet::new();
    for staff in STAFF {
        let mut browser = app.anonymous();
        let first = sign_in(&mut browser, &staff.address(), PASSWORD).await;
        first.assert_status(200);
        assert!(!first.path.starts_with("/login"), "{} is at {first:?}", staff.local);
        if walked.insert(staff.role) {
            walk(&mut browser, &first).await;
            lists_are_filled(&mut browser, staff.role).await;
        }
    }
    members_are_told_what_their_case_says(&app).await;
    kept_links_work(&app).await;
    documents_open(&app).await;
    another_start_changes_only_the_password(&app).await;
}

async fn sign_in(browser: &mut Browser, email: &str, password: &str) -> Page {
    browser.get("/login").await;
    browser.submit("#login-form", &[("email", email), ("password", password)]).await
}

async fn kept_mails(app: &TestApp) -> i64 {
    app.count("captured_messages").await
}

async fn waiting_mails(app: &TestApp) -> i64 {
    app.read(|c| emails::table.filter(emails::status.eq("queued")).count().get_result(c)).await
}

/// Follows links from page to page, one of every kind; each page must be there.
async fn walk(browser: &mut Browser, first: &Page) {
    let mut to_see: VecDeque<String> = links(first).into();
    let mut seen = BTreeSet::new();
    while let Some(path) = to_see.pop_front() {
        if !seen.insert(kind(&path)) {
            continue;
        }
        let page = browser.get(&path).await;
        page.assert_status(200);
        if page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            to_see.extend(links(&page));
        }
    }
    assert!(seen.len() > 5, "only {seen:?} was there to be seen");
}

fn links(page: &Page) -> Vec<String> {
    let html = page.html();
    let selector = Selector::parse("a[href^='/']").unwrap();
    html.select(&selector).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
}

/// The path with the same letter for all ids and cursors.
fn kind(path: &str) -> String {
    let is_id = |part: &&str| part.len() > 20;
    path.split(['/', '=', '&']).filter(|part| !is_id(part)).collect::<Vec<_>>().join("/")
}

async fn lists_are_filled(browser: &mut Browser, role: Role) {
    let lists: [(Permission, &[&str]); 5] = [
        (Permission::SeeUsers, &["/users", "/users?status=locked", "/sessions", "/sessions?state=ended"]),
        (Permission::ManageUsers, &["/invites", "/invites?state=expired", "/api-keys"]),
        (
            Permission::DecideVerifications,
            &[
                "/verifications",
                "/verifications?state=claimed",
                "/verifications?state=resubmission_asked",
                "/verifications?state=approved",
                "/verifications?state=rejected",
                "/verifications?q=overdue:yes",
            ],
        ),
        (Permission::SearchMail, &["/emails", "/emails?status=problem", "/emails?status=withheld"]),
        (Permission::SearchAudit, &["/audit", "/audit?area=verification", "/audit?area=document"]),
    ];
    for (permission, paths) in lists {
        for path in paths.iter().filter(|_| role.allows(permission)) {
            let page = browser.get(path).await;
            assert!(page.has("table tbody tr"), "{role} sees nothing in {page:?}");
        }
    }
}

async fn members_are_told_what_their_case_says(app: &TestApp) {
    for (index, told) in [(0, None), (30, Some("still being checked")), (52, Some("was not accepted"))] {
        let mut browser = app.anonymous();
        let page = sign_in(&mut browser, &member_address(index), PASSWORD).await;
        match told {
            None => assert!(page.assert_status(200).path.starts_with("/account"), "{page:?}"),
            Some(words) => assert!(page.assert_status(422).body().contains(words), "{page:?}"),
        }
    }
}

/// Those who did not verify their address have the mail; so have those who were asked again.
async fn kept_links_work(app: &TestApp) {
    let mut browser = app.anonymous();
    let letter = app.only_mail_to(&member_address(35)).await;
    browser.get(&letter.link("/verify-email/")).await;
    let page = browser.submit("main form", &[]).await;
    page.assert_status(200);
    assert!(page.body().contains("verified") || page.body().contains("confirmed"), "{page:?}");
    let letter = app.only_mail_to(&member_address(59)).await;
    let page = app.anonymous().get(&letter.link("/case/link/")).await;
    page.assert_status(200);
}

async fn documents_open(app: &TestApp) {
    let mut browser = app.anonymous();
    sign_in(&mut browser, "reviewer@demo.test", PASSWORD).await;
    let list = browser.get("/verifications?state=approved").await;
    let case = links(&list).into_iter().find(|link| link.len() > 40).unwrap();
    let page = browser.get(&case).await;
    let shown = page.html();
    let sources: Vec<&str> = shown
        .select(&Selector::parse("[src^='/documents/'], [data^='/documents/']").unwrap())
        .filter_map(|element| element.attr("src").or(element.attr("data")))
        .collect();
    assert!(!sources.is_empty(), "no document is shown in {page:?}");
    for source in sources {
        let file = browser.send(browser.request(reqwest::Method::GET, source)).await;
        assert!(file.assert_status(200).bytes.len() > 1_000, "{file:?}");
    }
}

async fn another_start_changes_only_the_password(app: &TestApp) {
    let tables = ["users", "verification_cases", "documents", "emails", "audit_entries"];
    let mut before = Vec::new();
    for table in tables {
        before.push(app.count(table).await);
    }
    demo::prepare(app, Found::Ours, &"Another-1844-show".into()).await.unwrap();
    for (table, rows) in tables.into_iter().zip(before) {
        assert_eq!(app.count(table).await, rows, "{table}");
    }
    let mut browser = app.anonymous();
    sign_in(&mut browser, "admin@demo.test", PASSWORD).await.assert_status(422);
    sign_in(&mut browser, "admin@demo.test", "Another-1844-show").await.assert_status(200);
}

async fn a_database_with_data_of_its_own_is_left_alone(app: TestApp) {
    app.signed_in(Role::Admin).await;
    let found = demo::look(&app).await.unwrap();
    assert_eq!(found, Found::Foreign);
    assert!(found.refusal().unwrap().contains("data of its own"));
}
