//! Ending the sessions of a list of people in the console: typed, as a file, confirmed, row by row.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;

use super::bulk::until_over;
use super::support::{filled, open};
use crate::harness::{Browser, Page, TestApp, Upload, both_engines};

both_engines!(
    a_typed_list_is_counted_confirmed_and_told_row_by_row,
    a_file_is_taken_as_it_is,
    a_list_that_cannot_be_taken_is_told_at_its_field,
    the_people_of_a_long_list_end_beside_the_request,
    a_list_that_nobody_confirms_is_forgotten,
    a_list_without_open_sessions_has_nothing_to_confirm,
);

async fn typed(admin: &mut Browser, list: &str) -> Page {
    let page = admin.get(paths::SESSIONS).await;
    admin.get(&page.attribute("#end-list", "href")).await.assert_status(200);
    admin.submit("#list-form", &[("list", list)]).await
}

async fn a_typed_list_is_counted_confirmed_and_told_row_by_row(app: TestApp) {
    filled(&app, 4, 2).await;
    let mut admin = app.admin().await;
    let list = "# shared a password\r\nm1@many.test\r\n\r\n00000000-0000-7000-8000-100000000003 # by id\r\n\
                babbage\r\nM1@many.test\r\n";
    let page = typed(&mut admin, list).await;
    assert_eq!((page.text("h1").as_str(), page.text("#matched").as_str()), ("End 4 sessions", "4"));
    assert!(page.text(".callout").contains("Line 5: babbage"), "{page:?}");
    assert_eq!(open(&app).await, 10, "nothing is ended yet");
    app.clock.advance(TimeDelta::minutes(1));
    app.run_jobs().await;
    assert_eq!(open(&app).await, 10, "and nobody works on it");
    assert!(!admin.get(paths::REVOCATIONS).await.has("tbody"), "it is no revocation yet");
    let waiting = page.path.clone();
    admin.get(&waiting).await;
    let page = admin.submit("#revoke-form", &[("reason", ""), ("count", "5")]).await;
    page.assert_status(422);
    assert!(page.text(".error-summary").contains("Type 4 to confirm."), "{page:?}");
    let page = admin.submit("#revoke-form", &[("reason", "Shared passwords."), ("count", "4")]).await;
    assert_eq!((page.text("h1").as_str(), page.path.as_str()), ("4 sessions ended", waiting.as_str()));
    let csv = admin.get(&page.attribute("#result", "href")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let expected = "line,user,outcome,sessions_ended\r\n\
                    2,m1@many.test,ended,2\r\n\
                    4,00000000-0000-7000-8000-100000000003,ended,2\r\n\
                    5,babbage,no such user,0\r\n\
                    6,M1@many.test,named before,0\r\n";
    assert_eq!(csv.body(), expected);
    assert_eq!(open(&app).await, 6);
    assert_eq!(app.count("emails WHERE kind = 'session_revoked'").await, 2);
    // Sent once more, it changes nothing.
    let csrf = admin.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let request = admin.request(Method::POST, &format!("{waiting}/begin")).form(&[("csrf", csrf)]);
    admin.send(request).await.assert_status(303);
    assert_eq!(app.count("revocations").await, 1);
}

async fn a_file_is_taken_as_it_is(app: TestApp) {
    let person = filled(&app, 3, 1).await;
    let mut admin = app.admin().await;
    admin.get(paths::PEOPLE_REVOCATION).await;
    let bytes = [b"\xef\xbb\xbfm1@many.test\nb\xffbbage\n", person.email.as_bytes()].concat();
    let file = Upload { field: "file", name: "list.txt", content_type: "text/plain", bytes };
    let page = admin.upload("#file-form", &[], &[file]).await;
    assert_eq!(page.assert_status(200).text("#matched"), "2", "{page:?}");
    assert!(page.text(".callout").contains("Line 2: b\u{fffd}bbage"), "{page:?}");
    let page = admin.submit("#revoke-form", &[("reason", "Left."), ("count", "2")]).await;
    assert_eq!(page.text("h1"), "2 sessions ended");
}

async fn a_list_that_cannot_be_taken_is_told_at_its_field(app: TestApp) {
    let mut admin = app.admin().await;
    let page = typed(&mut admin, "# nobody\n").await;
    assert_eq!(
        page.assert_status(422).text("#list-error"),
        "Error: Write at least one id or address.",
        "{page:?}"
    );
    assert!(page.body().contains("# nobody"), "what was typed is kept");
    let page = admin.upload("#file-form", &[], &[]).await;
    assert_eq!(page.assert_status(422).text("#file-error"), "Error: Choose a file.", "{page:?}");
    let many = |lines: usize| Upload {
        field: "file",
        name: "list.txt",
        content_type: "text/plain",
        bytes: "x@y.z\n".repeat(lines).into_bytes(),
    };
    let page = admin.upload("#file-form", &[], &[many(20_001)]).await;
    assert!(page.assert_status(422).text("#file-error").contains("at most 20000 people"), "{page:?}");
    let page = admin.upload("#file-form", &[], &[many(200_000)]).await;
    assert!(page.assert_status(422).text("#file-error").contains("larger than 1 MB"), "{page:?}");
    assert_eq!(app.count("revocations").await, 0);
    let mut support = app.signed_in(Role::Support).await;
    assert!(!support.get(paths::SESSIONS).await.has("#end-list"));
    support.get(paths::PEOPLE_REVOCATION).await.assert_status(403);
}

async fn the_people_of_a_long_list_end_beside_the_request(app: TestApp) {
    filled(&app, 300, 2).await;
    let mut admin = app.admin().await;
    let list: Vec<String> = (1..=300).map(|number| format!("m{number}@many.test")).collect();
    let list = list.join("\n");
    let page = typed(&mut admin, &list).await;
    assert_eq!(page.text("#matched"), "600");
    let page = admin.submit("#revoke-form", &[("reason", "Shared passwords."), ("count", "600")]).await;
    page.assert_status(200);
    let id = page.path.rsplit('/').next().unwrap().to_owned();
    until_over(&app, &id).await;
    let page = admin.get(&page.path.clone()).await;
    assert_eq!(page.text("h1"), "600 sessions ended");
    assert_eq!(app.count("revocation_lines WHERE revoked = 2").await, 300);
}

async fn a_list_that_nobody_confirms_is_forgotten(app: TestApp) {
    filled(&app, 1, 1).await;
    let mut admin = app.admin().await;
    let page = typed(&mut admin, "m1@many.test").await;
    let mut support = app.signed_in(Role::Support).await;
    support.get(&page.path).await.assert_status(404);
    app.clock.advance(TimeDelta::hours(23));
    app.run_jobs().await;
    assert_eq!((app.count("revocations").await, app.count("revocation_lines").await), (1, 1));
    app.clock.advance(TimeDelta::hours(2));
    app.run_jobs().await;
    assert_eq!((app.count("revocations").await, app.count("revocation_lines").await), (0, 0));
}

async fn a_list_without_open_sessions_has_nothing_to_confirm(app: TestApp) {
    let mut admin = app.admin().await;
    let page = typed(&mut admin, "babbage").await;
    assert!(page.text(".empty").contains("No open session matches any more."), "{page:?}");
    assert!(page.text(".callout").contains("Line 1: babbage"), "{page:?}");
    assert!(!page.has("#revoke-form"));
}
