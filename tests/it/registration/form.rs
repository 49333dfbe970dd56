//! The registration page.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::accounts::Status;
use frontdesk::db::schema::{users, verification_cases};
use frontdesk::documents::{CaseId, ContentType, DocumentKind, DocumentState, store as documents};
use frontdesk::{accounts, paths};

use super::support::{
    EMAIL, assert_nothing_kept, audited, one_file, register, stored, three_files, upload, with,
};
use crate::documents::samples;
use crate::harness::{Engine, Page, TestApp, both_engines};

both_engines!(
    no_registration_is_answered_before_its_two_steps,
    an_applicant_registers_with_three_files,
    every_refused_field_says_so_and_keeps_what_was_typed,
    a_known_address_is_answered_the_same_and_its_owner_is_told_once_an_hour,
    an_address_in_other_letters_is_the_same_address,
    two_registrations_of_one_address_at_once_make_one_user,
    a_password_is_asked_for_only_where_it_is_kept,
    only_listed_domains_may_register,
    a_form_without_its_token_is_refused_before_its_files_are_looked_at,
    the_page_after_registering_can_be_reloaded,
);

async fn an_applicant_registers_with_three_files(app: TestApp) {
    let mut browser = app.anonymous();
    let page = register(&mut browser, &[], &three_files()).await;
    page.assert_status(200);
    assert_eq!((page.path.as_str(), page.text("h1").as_str()), (paths::REGISTERED, "Check your email"));

    let user = app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap();
    assert_eq!((user.status, user.email_verified_at, user.password_hash), (Status::Pending, None, None));
    assert_eq!(user.phone.as_deref(), Some("+44 20 7946 0958"));

    let (case, state, version, submitted, due) = app
        .read(|c| {
            use verification_cases as t;
            t::table.select((t::id, t::state, t::version, t::submitted_at, t::due_at)).first::<(
                CaseId,
                String,
                i64,
                frontdesk::clock::Timestamp,
                frontdesk::clock::Timestamp,
            )>(c)
        })
        .await;
    assert_eq!((state.as_str(), version), ("waiting", 1));
    assert_eq!((submitted, due.since(submitted)), (app.clock.now(), TimeDelta::hours(24)));

    let id = case.clone();
    let rows = app.read(move |c| documents::by_case(c, &id)).await;
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row.position, row.file_name.as_str(), row.content_type, row.state, row.kind))
        .collect();
    let passport = |at, name, kind| (at, name, kind, DocumentState::Pending, DocumentKind::Passport);
    assert_eq!(
        shown,
        [
            passport(0, "front.jpg", ContentType::Jpeg),
            passport(1, "back.png", ContentType::Png),
            passport(2, "bill.pdf", ContentType::Pdf),
        ]
    );
    assert_eq!(rows[2].pages, Some(1));
    assert_eq!(stored(&app), 5, "three originals, and a rendition of each picture");

    let mail = app.only_mail_to(EMAIL).await;
    assert!(mail.link("/verify-email/").starts_with("/verify-email/"));
    let visitor = |action: &str| (action.to_owned(), "visitor".to_owned());
    assert_eq!(audited(&app, &user.id).await, [visitor("user.registered")]);
    assert_eq!(audited(&app, &case).await, [visitor("verification.submitted")]);
}

async fn every_refused_field_says_so_and_keeps_what_was_typed(app: TestApp) {
    let mut browser = app.anonymous();
    let changed = [
        ("email", "ada"),
        ("name", "  "),
        ("phone", "call me"),
        ("document_kind", ""),
        ("document_number", "\u{202E}47"),
        ("document_expiry", "2026-03-01"),
    ];
    let page = register(&mut browser, &changed, &[]).await;
    page.assert_status(422);
    assert_eq!(
        page.texts(".error-summary li"),
        [
            "Enter an email address like name@example.org.",
            "Enter a name.",
            "Enter a phone number with its country code, like +44 20 7946 0958.",
            "Choose what kind of document you send.",
            "Enter the number as it stands on the document, at most 40 letters and digits.",
            "This document has expired. Use one that is still valid.",
            "Choose at least one file that shows your document.",
        ]
    );
    assert_eq!(page.attribute("#email", "value"), "ada");
    assert_eq!(page.attribute("#phone", "value"), "call me");
    assert_eq!(page.attribute("#document_country option[selected]", "value"), "GB");
    assert_eq!(page.attribute("#document_expiry", "value"), "2026-03-01");
    assert!(page.text("title").starts_with("Error: "), "{}", page.text("title"));

    let page = browser.upload("#register-form", &[("email", EMAIL), ("name", "Ada")], &one_file()).await;
    page.assert_status(422);
    let beside = page.text("#documents-error");
    assert!(beside.contains("Choose your files again"), "{beside}");
    assert_nothing_kept(&app).await;
}

/// What differs between two answers though nothing was said: the request's id and the time.
fn comparable(page: &Page) -> (u16, Vec<u8>, Vec<String>) {
    let mut headers: Vec<String> = page
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (page.status.as_u16(), page.bytes.clone(), headers)
}

async fn a_known_address_is_answered_the_same_and_its_owner_is_told_once_an_hour(app: TestApp) {
    let mut browser = app.anonymous();
    let first = register(&mut browser, &[], &three_files()).await;
    let again = register(&mut browser, &[("name", "Charles Babbage")], &three_files()).await;
    assert_eq!(comparable(&first), comparable(&again));
    register(&mut browser, &[], &three_files()).await;
    assert_eq!((app.count("users").await, app.count("documents").await, stored(&app)), (1, 3, 5));

    let subjects = |letters: Vec<crate::harness::Letter>| {
        letters.into_iter().filter(|letter| letter.subject.contains("already")).count()
    };
    assert_eq!(app.mail_to(EMAIL).await.len(), 2, "the link, and one word that it exists");
    assert_eq!(subjects(app.mail_to(EMAIL).await), 1);
    app.clock.advance(TimeDelta::minutes(61));
    register(&mut browser, &[], &one_file()).await;
    assert_eq!(subjects(app.mail_to(EMAIL).await), 2);
    assert_eq!(
        app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap().name.as_str(),
        "Ada Lovelace"
    );
}

async fn an_address_in_other_letters_is_the_same_address(app: TestApp) {
    let mut browser = app.anonymous();
    register(&mut browser, &[], &one_file()).await;
    register(&mut browser, &[("email", " ADA@Demo.TEST ")], &one_file()).await;
    assert_eq!(app.count("users").await, 1);
}

async fn two_registrations_of_one_address_at_once_make_one_user(app: TestApp) {
    let mut browsers: Vec<_> = (0..4).map(|_| app.anonymous()).collect();
    let files = one_file();
    let all = browsers.iter_mut().map(|browser| register(browser, &[], &files));
    for page in futures_util::future::join_all(all).await {
        assert_eq!(page.path, paths::REGISTERED, "{page:?}");
    }
    let counts =
        (app.count("users").await, app.count("verification_cases").await, app.count("documents").await);
    assert_eq!(counts, (1, 1, 1));
    assert_eq!(stored(&app), 2);
}

async fn a_password_is_asked_for_only_where_it_is_kept(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    assert!(!app.anonymous().get(paths::REGISTER).await.has("#password"));

    let app = TestApp::start(engine, &[("APPROVAL_CREDENTIALS", "keep-password")]).await;
    let mut browser = app.anonymous();
    let page = register(&mut browser, &[], &one_file()).await;
    assert_eq!(page.texts(".error-summary li"), ["Choose a password."]);
    let page = register(&mut browser, &[("password", "lovelace")], &one_file()).await;
    let sentence = page.text("#password-error");
    assert!(
        sentence.contains("an upper-case letter") && sentence.contains("nothing like your name"),
        "{sentence}"
    );
    assert!(!page.body().contains("value=\"lovelace\""), "a password is never sent back");
    let page = register(&mut browser, &[("password", "Engine-1843!")], &one_file()).await;
    assert_eq!(page.path, paths::REGISTERED);
    let user = app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap();
    assert!(app.hasher.verify(&"Engine-1843!".into(), user.password_hash).await.unwrap());
}

async fn only_listed_domains_may_register(engine: Engine) {
    let app = TestApp::start(engine, &[("EMAIL_ALLOWED_DOMAINS", "example.edu")]).await;
    let mut browser = app.anonymous();
    let page = register(&mut browser, &[], &one_file()).await;
    page.assert_status(422);
    assert_eq!(page.texts(".error-summary li"), ["Use an address of example.edu."]);
    let page = register(&mut browser, &[("email", "ada@cs.example.edu")], &one_file()).await;
    assert_eq!(page.path, paths::REGISTERED);
    let kept: Vec<String> = app.read(|c| users::table.select(users::email).load(c)).await;
    assert_eq!(kept, ["ada@cs.example.edu"]);
}

async fn a_form_without_its_token_is_refused_before_its_files_are_looked_at(app: TestApp) {
    let mut browser = app.anonymous();
    browser.get(paths::REGISTER).await;
    let file = || reqwest::multipart::Part::bytes(samples::png()).file_name("passport.png");
    let bodies = [
        reqwest::multipart::Form::new().part("documents", file()),
        reqwest::multipart::Form::new().text("csrf", "0".repeat(64)).part("documents", file()),
        reqwest::multipart::Form::new().part("documents", file()).text("csrf", browser.csrf()),
        reqwest::multipart::Form::new().text("email", EMAIL),
    ];
    for body in bodies {
        let request = browser.request(reqwest::Method::POST, paths::REGISTER).multipart(body);
        let page = browser.send(request).await;
        page.assert_status(403);
        assert!(page.text("main").contains("out of date"), "{page:?}");
    }
    assert_nothing_kept(&app).await;
}

async fn the_page_after_registering_can_be_reloaded(app: TestApp) {
    let mut browser = app.anonymous();
    register(&mut browser, &[], &[upload("documents", "", samples::png())]).await;
    browser.get(paths::REGISTERED).await.assert_status(200);
    assert_eq!(app.count("users").await, 1);
}

async fn no_registration_is_answered_before_its_two_steps(engine: Engine) {
    let app = TestApp::start(engine, &[("ANSWER_FLOOR", "300ms")]).await;
    for _ in 0..2 {
        let mut browser = app.anonymous();
        browser.get(paths::REGISTER).await;
        let form = browser.prepare("#register-form", &with(&[]), &one_file());
        let asked = std::time::Instant::now();
        browser.send(form).await.assert_status(303);
        assert!(asked.elapsed() >= std::time::Duration::from_millis(600));
    }
}
