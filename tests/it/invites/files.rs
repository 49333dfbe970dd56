//! Many invites from a CSV file.

use std::fmt::Write;

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::accounts::invites::State;
use frontdesk::paths;
use reqwest::Method;

use super::support::{EMAIL, all, audited, invited, send_form, upload, user};
use crate::harness::{Page, TestApp, both_engines};

both_engines!(
    the_preview_says_what_will_happen_to_each_row_and_sends_nothing,
    sending_makes_the_result_the_preview_promised,
    a_result_is_downloaded_without_formulas,
    a_row_is_looked_at_again_when_it_is_sent,
    sending_twice_sends_once,
    sending_a_file_asks_for_a_fresh_factor,
    a_file_that_cannot_be_read_is_refused_with_a_sentence,
    a_thousand_rows_are_sent,
    files_are_forgotten_and_their_invites_are_not,
    a_file_of_another_organization_is_not_there,
);

const FILE: &str = "email,role,name\n\
    ada@demo.test,reviewer,Ada Lovelace\n\
    MEMBER2@demo.test,member,\n\
    open@demo.test,member,\n\
    no address,member,\n\
    grace@demo.test,captain,Grace\n\
    emmy@demo.test,operator,Emmy\n\
    Ada@demo.test,member,\n\
    sofya@demo.test,member\n\
    =cmd|' /C calc'!A0,member,=1+1\n\
    karen@demo.test,member,\u{202E}neraK\n\
    mary@demo.test,member,محمد بن موسى\n";

/// The badges of the rows, in the order of the file.
fn results(page: &Page) -> Vec<String> {
    page.texts("tbody .badge")
}

/// An administrator's preview of the file: somebody has an account, somebody has an invite.
async fn previewed(app: &TestApp) -> (crate::harness::Browser, Page) {
    let mut admin = app.admin().await;
    app.add_person(Role::Member, &app.organization().await).await;
    invited(app, &mut admin, "open@demo.test", Role::Member).await;
    let page = upload(&mut admin, FILE.as_bytes()).await;
    (admin, page)
}

async fn the_preview_says_what_will_happen_to_each_row_and_sends_nothing(app: TestApp) {
    let (mut admin, page) = previewed(&app).await;
    assert_eq!(page.text("h1"), "What will happen");
    let expected = [
        "Will be invited",
        "Has an account",
        "Already invited",
        "Bad address",
        "Unknown role",
        "Role not allowed",
        "Duplicate",
        "Wrong columns",
        "Bad address",
        "Bad name",
        "Will be invited",
    ];
    assert_eq!(results(&page), expected);
    assert!(page.text("main").contains("The same address stands in line 2."), "{page:?}");
    assert!(page.text("main").contains("2 invitations will be sent"), "{page:?}");
    assert_eq!(app.count("invites").await, 1);
    assert!(app.mail_to(EMAIL).await.is_empty());
    let problems = format!("{}?show=problems", page.path);
    assert_eq!(results(&admin.get(&problems).await).len(), 9);
}

async fn sending_makes_the_result_the_preview_promised(app: TestApp) {
    let (mut admin, _) = previewed(&app).await;
    let page = admin.submit("#send-form", &[]).await;
    assert_eq!(page.text("h1"), "What was sent");
    let mut expected = vec!["Invited"];
    expected.extend(["Has an account", "Already invited", "Bad address", "Unknown role", "Role not allowed"]);
    expected.extend(["Duplicate", "Wrong columns", "Bad address", "Bad name", "Invited"]);
    assert_eq!(results(&page), expected);
    assert!(page.text("main").contains("2 invitations sent"), "{page:?}");
    let link = app.only_mail_to(EMAIL).await.link("/invite/");
    let page = app.anonymous().get(&link).await;
    assert_eq!(page.attribute("#name", "value"), "Ada Lovelace");
    assert_eq!(app.mail_to("mary@demo.test").await.len(), 1);
    assert_eq!(app.mail_to("open@demo.test").await.len(), 1, "nobody is asked twice");
    assert!(app.metrics.text().unwrap().contains("invites_created_total 3"));
    assert_eq!(audited(&app, "invite_file").await[0].0, "invite_file.sent");
}

async fn a_result_is_downloaded_without_formulas(app: TestApp) {
    let (mut admin, page) = previewed(&app).await;
    let address = format!("{}/result.csv", page.path);
    admin.submit("#send-form", &[]).await.assert_status(200);
    let file = admin.get(&address).await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").unwrap().starts_with("attachment; filename=\"invites-"));
    let body = file.body();
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines[0], "line,email,role,name,result,explanation");
    assert_eq!(lines[1], "2,ada@demo.test,reviewer,Ada Lovelace,invited,The invitation was sent.");
    assert_eq!(lines[7], "8,Ada@demo.test,member,,duplicate,The same address stands in line 2.");
    assert!(lines[9].starts_with("10,'=cmd|' /C calc'!A0,member,'=1+1,bad_address,"), "{}", lines[9]);
    assert_eq!(lines.len(), 12);
}

async fn a_row_is_looked_at_again_when_it_is_sent(app: TestApp) {
    let mut admin = app.admin().await;
    upload(&mut admin, b"email,role\nada@demo.test,member\nmember3@demo.test,member\n").await;
    let send = admin.prepare("#send-form", &[], &[]);
    let mut colleague = app.admin().await;
    send_form(&mut colleague, EMAIL, Role::Member).await.assert_status(200);
    app.add_person(Role::Member, &app.organization().await).await;
    assert!(user(&app, "member3@demo.test").await.is_some());
    let path = admin.send(send).await.header("location").unwrap().to_owned();
    assert_eq!(results(&admin.get(&path).await), ["Already invited", "Has an account"]);
    assert_eq!(app.mail_to(EMAIL).await.len(), 1);
}

async fn sending_twice_sends_once(app: TestApp) {
    let mut admin = app.admin().await;
    let mut file = String::from("email,role\n");
    for number in 0..60 {
        writeln!(file, "person{number}@demo.test,member").unwrap();
    }
    upload(&mut admin, file.as_bytes()).await;
    let sends = (0..4).map(|_| admin.send(admin.prepare("#send-form", &[], &[])));
    for page in futures_util::future::join_all(sends).await {
        page.assert_status(303);
    }
    assert_eq!(app.count("invites").await, 60);
    assert_eq!(app.count("emails").await, 60);
}

async fn sending_a_file_asks_for_a_fresh_factor(app: TestApp) {
    let mut admin = app.admin().await;
    let page = upload(&mut admin, b"email,role\nada@demo.test,member\n").await;
    app.clock.advance(TimeDelta::minutes(11));
    let sent = admin.send(admin.prepare("#send-form", &[], &[])).await;
    assert!(sent.assert_status(307).header("location").unwrap().starts_with("/account/confirm"), "{sent:?}");
    assert_eq!(app.count("invites").await, 0);
    let page = admin.get(&page.path).await;
    assert!(page.text("main").contains("Confirm that it is you"), "{page:?}");
}

async fn a_file_that_cannot_be_read_is_refused_with_a_sentence(app: TestApp) {
    let mut admin = app.admin().await;
    let large = format!("email,role\n{}", "x".repeat(1024 * 1024));
    let many = format!("email,role\n{}", "ada@demo.test,member\n".repeat(1_001));
    let cases: [(&[u8], &str); 7] = [
        (b"", "The first line must name the columns"),
        (b"ada@demo.test,member\n", "The first line must name the columns"),
        (b"email,role,phone\nada@demo.test,member,1\n", "the column “phone”"),
        (b"email,role\n", "no rows"),
        (b"email,role\nJos\xe9@demo.test,member\n", "UTF-8"),
        (large.as_bytes(), "larger than 1 MB"),
        (many.as_bytes(), "more than 1,000 rows"),
    ];
    for (bytes, words) in cases {
        let page = upload(&mut admin, bytes).await;
        page.assert_status(422);
        assert!(page.text(".error-summary").contains(words), "{words} in {page:?}");
    }
    admin.get(paths::INVITE_FILE).await;
    let page = admin.submit("#file-form", &[]).await;
    assert!(page.assert_status(422).text(".error-summary").contains("Choose a CSV file."), "{page:?}");
    assert_eq!(app.count("invite_batches").await, 0);
}

async fn a_thousand_rows_are_sent(app: TestApp) {
    let mut admin = app.admin().await;
    let mut file = String::from("\u{feff}email;role;name\r\n");
    for number in 0..1_000 {
        write!(file, "person{number}@demo.test;member;Person {number}\r\n").unwrap();
    }
    let page = upload(&mut admin, file.as_bytes()).await;
    assert!(page.text("main").contains("1,000 invitations will be sent"), "{page:?}");
    let page = admin.submit("#send-form", &[]).await;
    assert!(page.text("main").contains("1,000 invitations sent"), "{page:?}");
    assert_eq!(app.count("emails").await, 1_000);
}

async fn files_are_forgotten_and_their_invites_are_not(app: TestApp) {
    let mut admin = app.admin().await;
    let unsent = upload(&mut admin, b"email,role\ngrace@demo.test,member\n").await.path;
    let sent = upload(&mut admin, b"email,role\nada@demo.test,member\n").await.path;
    admin.submit("#send-form", &[]).await.assert_status(200);
    app.clock.advance(TimeDelta::hours(25));
    app.run_jobs().await;
    let mut admin = app.admin().await;
    admin.get(&unsent).await.assert_status(404);
    admin.get(&sent).await.assert_status(200);
    app.clock.advance(TimeDelta::days(30));
    app.run_jobs().await;
    let mut admin = app.admin().await;
    admin.get(&sent).await.assert_status(404);
    let left = (app.count("invite_batches").await, app.count("invite_batch_rows").await);
    assert_eq!((left, app.count("invites").await), ((0, 0), 1));
}

async fn a_file_of_another_organization_is_not_there(app: TestApp) {
    let (_, page) = previewed(&app).await;
    let elsewhere = app.add_organization("elsewhere").await;
    let stranger = app.add_person(Role::Operator, &elsewhere).await;
    let mut browser = app.browser_of(&stranger).await;
    let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    for (method, path) in [
        (Method::GET, page.path.clone()),
        (Method::POST, page.path.clone()),
        (Method::GET, format!("{}/result.csv", page.path)),
    ] {
        let request = browser.request(method, &path).header("x-csrf-token", &csrf);
        browser.send(request).await.assert_status(404);
    }
    let invites = all(&app, &app.organization().await).await;
    assert!(invites.len() == 1 && invites[0].state(app.clock.now()) == State::Open);
}
