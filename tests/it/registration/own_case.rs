//! The applicant's own case: by the link of a mail, and signed in.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{self, Status};
use frontdesk::db::schema::organizations;
use frontdesk::documents::{DocumentId, DocumentState, store as documents};
use frontdesk::paths;
use frontdesk::verifications::CaseState;
use frontdesk::verifications::decision::Verdict;
use frontdesk::verifications::reasons::ReasonCode;
use reqwest::Method;

use super::support::{
    EMAIL, audited, case_of, decide, one_file, register, registered, stored, three_files, upload,
};
use crate::documents::samples;
use crate::harness::{Browser, TestApp, both_engines};

both_engines!(
    whoever_verified_the_address_sees_how_the_registration_goes,
    documents_that_were_asked_for_again_are_replaced_one_by_one,
    a_refused_file_leaves_the_case_and_the_link_as_they_were,
    of_two_submissions_by_one_link_one_counts,
    looking_at_the_case_uses_no_link_up,
    after_a_rejection_the_applicant_submits_anew,
    a_final_rejection_takes_nothing_any_more,
    a_page_that_is_out_of_date_changes_nothing,
    own_documents_are_shown_and_those_of_others_are_not_there,
    a_signed_in_member_sees_the_own_case,
    a_stranger_learns_how_to_get_in,
);

async fn case_link(app: &TestApp) -> String {
    let letters = app.mail_to(EMAIL).await;
    let letter = letters.iter().rfind(|letter| letter.text.contains("/case/link/"));
    letter.expect("a mail has the link to the case").link("/case/link/")
}

/// Registers with three files; a reviewer wants the first again. The link of the mail.
async fn asked_again(app: &TestApp) -> String {
    register(&mut app.anonymous(), &[], &three_files()).await;
    let (_, documents) = case_of(app, EMAIL).await;
    let about = [
        (documents[0].id.clone(), Verdict::Resubmit, ReasonCode::Unreadable),
        (documents[1].id.clone(), Verdict::Approve, ReasonCode::Other),
    ];
    decide(app, EMAIL, Verdict::Resubmit, Some("Take the picture by day."), &about).await;
    case_link(app).await
}

/// Registers and is rejected. The link of the mail.
async fn rejected(app: &TestApp) -> String {
    register(&mut app.anonymous(), &[], &one_file()).await;
    decide(app, EMAIL, Verdict::Reject, Some("The name is another one."), &[]).await;
    case_link(app).await
}

async fn at(app: &TestApp, link: &str) -> Browser {
    let mut browser = app.anonymous();
    let page = browser.get(link).await;
    assert_eq!(page.path, paths::CASE);
    browser
}

fn field(document: &DocumentId) -> String {
    format!("document-{document}")
}

async fn status(app: &TestApp) -> Status {
    app.read(|c| accounts::store::by_email_key(c, EMAIL)).await.unwrap().status
}

async fn whoever_verified_the_address_sees_how_the_registration_goes(app: TestApp) {
    let link = registered(&app, EMAIL).await;
    let mut browser = app.anonymous();
    browser.get(&link).await;
    let page = browser.submit("#verify-form", &[]).await;
    assert_eq!(page.attribute("main a.button", "href"), paths::CASE);
    let page = browser.get(paths::CASE).await;
    assert_eq!(page.text(".callout .title"), "We have your documents");
    assert_eq!(page.texts(".own-documents a"), ["passport.png"]);
    let words = page.text("main");
    assert!(words.contains("Confirmed") && words.contains("Analytical Society"), "{words}");
    assert!(!page.has("#documents-form"));
}

async fn documents_that_were_asked_for_again_are_replaced_one_by_one(app: TestApp) {
    let link = asked_again(&app).await;
    let (before, old) = case_of(&app, EMAIL).await;
    let mut browser = at(&app, &link).await;
    let page = browser.get(paths::CASE).await;
    assert_eq!(page.text(".callout .title"), "We need some of your documents again");
    assert!(page.text(".callout").contains("Take the picture by day."), "{page:?}");
    let hint = page.text("#documents-form .hint");
    assert!(hint.starts_with("The document cannot be read. Send a sharp, well-lit picture"), "{hint}");
    app.clock.advance(TimeDelta::hours(2));

    let name = field(&old[0].id);
    let files = [upload(&name, "sharper.png", samples::png())];
    let page = browser.upload("#documents-form", &[], &files).await;
    assert_eq!(
        (page.path.as_str(), page.text("h1").as_str()),
        (paths::CASE_RECEIVED, "We have your documents")
    );

    let (case, now) = case_of(&app, EMAIL).await;
    assert_eq!(
        (case.id.clone(), case.state, case.version),
        (before.id, CaseState::Waiting, before.version + 1)
    );
    assert_eq!(
        (case.submitted_at, case.due_at),
        (app.clock.now(), app.clock.now().plus(TimeDelta::hours(24)))
    );
    assert_eq!((case.decided_by, case.message), (None, None));
    let shown: Vec<_> =
        now.iter().map(|one| (one.position, one.file_name.as_str(), one.state, one.kind)).collect();
    let kind = old[0].kind;
    assert_eq!(
        shown,
        [
            (0, "sharper.png", DocumentState::Pending, kind),
            (1, "back.png", DocumentState::Approved, kind),
            (2, "bill.pdf", DocumentState::Pending, kind),
        ]
    );
    let id = case.id.clone();
    let all = app.read(move |c| documents::by_case(c, &id)).await;
    assert_eq!((all.len(), all[0].state), (4, DocumentState::Replaced));
    assert_eq!(stored(&app), 7, "the replaced file is kept as evidence");
    assert_eq!(audited(&app, &case.id).await.last().unwrap().0, "verification.resubmitted");
    assert_eq!(audited(&app, &old[0].id).await.last().unwrap().0, "document.replaced");

    let page = app.anonymous().get(&link).await;
    assert_eq!(page.text(".callout .title"), "This link was used already");

    let about = [(now[0].id.clone(), Verdict::Resubmit, ReasonCode::Incomplete)];
    decide(&app, EMAIL, Verdict::Resubmit, None, &about).await;
    let page = at(&app, &case_link(&app).await).await.get(paths::CASE).await;
    assert_eq!(page.texts(".own-documents a"), ["sharper.png", "back.png", "bill.pdf"]);
    assert_eq!(page.texts(".own-documents .badge"), ["Needed again", "Accepted", "Not checked yet"]);
}

async fn a_refused_file_leaves_the_case_and_the_link_as_they_were(app: TestApp) {
    let link = asked_again(&app).await;
    let (before, old) = case_of(&app, EMAIL).await;
    let files_before = stored(&app);
    let mut browser = at(&app, &link).await;
    let name = field(&old[0].id);

    let page = browser.upload("#documents-form", &[], &[]).await;
    page.assert_status(422);
    assert_eq!(page.texts(".error-summary li"), ["Choose the new file for “front.jpg”."]);
    let two = [upload(&name, "a.png", samples::png()), upload(&name, "b.png", samples::png())];
    let page = browser.upload("#documents-form", &[], &two).await;
    assert_eq!(page.texts(".error-summary li"), ["Choose one file for “front.jpg”."]);
    let page = browser.upload("#documents-form", &[], &[upload(&name, "a.pdf", b"%PDF-1.7".to_vec())]).await;
    page.assert_status(422);
    assert!(page.text(".error-summary li").starts_with("“a.pdf” is"), "{page:?}");

    assert_eq!(case_of(&app, EMAIL).await.0, before);
    assert_eq!(stored(&app), files_before);
    let good = [upload(&name, "a.png", samples::png())];
    assert_eq!(browser.upload("#documents-form", &[], &good).await.path, paths::CASE_RECEIVED);
}

async fn of_two_submissions_by_one_link_one_counts(app: TestApp) {
    let link = asked_again(&app).await;
    let (_, old) = case_of(&app, EMAIL).await;
    let (mut first, mut second) = (at(&app, &link).await, at(&app, &link).await);
    let name = field(&old[0].id);
    let files = [upload(&name, "a.png", samples::png())];
    let pages = tokio::join!(
        first.upload("#documents-form", &[], &files),
        second.upload("#documents-form", &[], &files),
    );
    let received = [&pages.0, &pages.1].iter().filter(|page| page.path == paths::CASE_RECEIVED).count();
    assert_eq!(received, 1, "{pages:?}");
    assert_eq!(case_of(&app, EMAIL).await.1.len(), 3);
    assert_eq!(stored(&app), 7);
}

async fn looking_at_the_case_uses_no_link_up(app: TestApp) {
    let link = asked_again(&app).await;
    for _ in 0..5 {
        let page = at(&app, &link).await.get(paths::CASE).await;
        assert!(page.has("#documents-form"), "{page:?}");
    }
    app.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let page = app.anonymous().get(&link).await;
    assert_eq!(page.text(".callout .title"), "This link is no longer valid");
}

async fn after_a_rejection_the_applicant_submits_anew(app: TestApp) {
    let link = rejected(&app).await;
    let (first, _) = case_of(&app, EMAIL).await;
    assert_eq!(status(&app).await, Status::Rejected);
    let mut browser = at(&app, &link).await;
    let page = browser.get(paths::CASE).await;
    assert!(page.text(".callout").contains("The name is another one."), "{page:?}");

    let fields = [("document_kind", "national_id"), ("document_expiry", "2020-01-01")];
    let page = browser.upload("#documents-form", &fields, &[]).await;
    page.assert_status(422);
    assert_eq!(
        page.texts(".error-summary li"),
        [
            "This document has expired. Use one that is still valid.",
            "Choose at least one file that shows your document."
        ]
    );
    assert_eq!(page.attribute("#document_kind option[selected]", "value"), "national_id");
    let files = [upload("documents", "card.jpg", samples::jpeg())];
    let page = browser.upload("#documents-form", &[("document_expiry", "2031-01-01")], &files).await;
    assert_eq!(page.path, paths::CASE_RECEIVED, "{page:?}");

    let (second, documents) = case_of(&app, EMAIL).await;
    assert_ne!(second.id, first.id);
    assert_eq!((second.state, second.declared_kind.as_str()), (CaseState::Waiting, "national_id"));
    assert_eq!((documents.len(), status(&app).await), (1, Status::Pending));
    assert_eq!(audited(&app, &second.id).await[0].0, "verification.submitted");
}

async fn a_final_rejection_takes_nothing_any_more(app: TestApp) {
    let link = rejected(&app).await;
    let mut browser = at(&app, &link).await;
    let all = organizations::table;
    let forbid = diesel::update(all).set(organizations::allow_resubmission.eq(false));
    app.db.write(move |c| forbid.execute(c)).await.unwrap();
    let before = stored(&app);
    let page = browser.upload("#documents-form", &[("document_kind", "passport")], &one_file()).await;
    page.assert_status(409);
    let page = browser.get(paths::CASE).await;
    assert!(!page.has("#documents-form"));
    assert!(page.text(".callout").contains("This decision is final"), "{page:?}");
    assert_eq!((stored(&app), app.count("verification_cases").await), (before, 1));
}

async fn a_page_that_is_out_of_date_changes_nothing(app: TestApp) {
    let link = asked_again(&app).await;
    let (_, old) = case_of(&app, EMAIL).await;
    let mut browser = at(&app, &link).await;
    let other = field(&old[2].id);
    let body = reqwest::multipart::Form::new()
        .text("csrf", browser.csrf())
        .part(other, reqwest::multipart::Part::bytes(samples::png()).file_name("a.png"));
    let request = browser.request(Method::POST, paths::CASE_DOCUMENTS).multipart(body);
    browser.send(request).await.assert_status(409);
    assert_eq!(stored(&app), 5);
    assert!(browser.get(paths::CASE).await.has("#documents-form"));
}

async fn own_documents_are_shown_and_those_of_others_are_not_there(app: TestApp) {
    let link = asked_again(&app).await;
    let (_, own) = case_of(&app, EMAIL).await;
    register(&mut app.anonymous(), &[("email", "charles@demo.test")], &one_file()).await;
    let (_, foreign) = case_of(&app, "charles@demo.test").await;
    let mut browser = at(&app, &link).await;

    let page = browser.get(&paths::own_document(&own[0].id)).await;
    page.assert_status(200);
    assert_eq!(page.header("content-type"), Some("image/jpeg"));
    assert!(page.header("content-security-policy").unwrap().contains("sandbox"));
    assert!(page.bytes.starts_with(b"\xFF\xD8\xFF"));
    let page = browser.get(&paths::own_document(&own[2].id)).await;
    assert_eq!(page.bytes, samples::pdf::pdf());
    assert_eq!(audited(&app, &own[2].id).await.last().unwrap().0, "document.opened_by_applicant");

    browser.get(&paths::own_document(&foreign[0].id)).await.assert_status(404);
    browser.get("/case/documents/nonsense").await.assert_status(404);
    app.anonymous().get(&paths::own_document(&own[0].id)).await.assert_status(404);

    let organization = app.add_organization("elsewhere").await;
    let reviewer = app.add_person(Role::Reviewer, &organization).await;
    let mut elsewhere = app.browser_of(&reviewer).await;
    for path in [paths::own_document(&own[0].id), paths::document(&own[0].id)] {
        elsewhere.get(&path).await.assert_status(404);
    }
}

async fn a_signed_in_member_sees_the_own_case(engine: crate::harness::Engine) {
    let app = TestApp::start(engine, &[("APPROVAL_CREDENTIALS", "keep-password")]).await;
    let password = ("password", "Engine-1843!");
    register(&mut app.anonymous(), &[password], &one_file()).await;
    decide(&app, EMAIL, Verdict::Approve, None, &[]).await;
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    browser.submit("#login-form", &[("email", EMAIL), password]).await.assert_status(200);
    let page = browser.get(paths::CASE).await;
    assert_eq!(page.text(".callout .title"), "Your documents were approved");
    assert_eq!(page.texts(".own-documents .badge"), ["Accepted"]);

    let organization = app.organization().await;
    let member = app.add_person(Role::Member, &organization).await;
    let page = app.browser_of(&member).await.get(paths::CASE).await;
    assert!(page.text("main").contains("You have not sent any documents"), "{page:?}");
}

async fn a_stranger_learns_how_to_get_in(app: TestApp) {
    let page = app.anonymous().get(paths::CASE).await;
    assert_eq!(page.text(".callout .title"), "Open the link in our email");
    let page = app.anonymous().get("/case/link/0123456789abcdef").await;
    assert_eq!(page.text(".callout .title"), "This link is not complete");
}
