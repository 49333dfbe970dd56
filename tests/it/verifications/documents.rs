//! Opening documents: the bytes, who may, and the trace it leaves.

use frontdesk::audit::{self, Entry, Target};
use frontdesk::documents::files::StoredName;

use super::support::{Applicant, applicant, documents_of, pdf, png, reviewer_with, submit};
use crate::documents::samples;
use crate::harness::{Page, TestApp, both_engines};

both_engines!(
    a_document_opens_for_the_holder_as_what_it_is,
    a_pdf_is_shown_sandboxed,
    before_the_claim_and_for_others_a_document_stays_closed,
    once_decided_every_reviewer_may_look,
    each_opening_of_a_document_is_recorded,
    of_many_openings_at_once_one_is_recorded,
    a_file_that_was_changed_or_lost_is_not_shown,
    the_page_leads_to_each_document_without_scripts,
);

fn address(applicant: &Applicant, index: usize) -> String {
    format!("/documents/{}", applicant.documents[index])
}

async fn openings(app: &TestApp, applicant: &Applicant, index: usize) -> Vec<Entry> {
    let (organization, id) = (applicant.organization.clone(), applicant.documents[index].to_string());
    app.read(move |c| audit::for_target(c, &organization, Target("document", &id))).await
}

async fn a_document_opens_for_the_holder_as_what_it_is(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("Großer Pass \"1\".png")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.get(&address(&ada, 0)).await;
    assert_eq!(page.assert_status(200).bytes, samples::png());
    assert_safe(&page);
    assert_eq!(page.header("content-type"), Some("image/png"));
    let name = "inline; filename*=UTF-8''Gro%C3%9Fer%20Pass%20%221%22.png";
    assert_eq!(page.header("content-disposition"), Some(name));
}

fn assert_safe(page: &Page) {
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), Some(value));
    }
    assert_eq!(page.header("x-frame-options"), None);
}

/// What the frame shows, without the wishes to the browser's viewer behind the #.
fn framed(page: &Page) -> String {
    page.attribute(".stage iframe", "src").split('#').next().unwrap().to_owned()
}

async fn a_pdf_is_shown_sandboxed(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[pdf("bill")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.get(&ada.page()).await;
    assert_eq!(framed(&page), address(&ada, 0));
    assert!(!page.has("iframe[sandbox]"), "browsers do not draw a PDF in a sandboxed frame");
    let page = reviewer.get(&address(&ada, 0)).await;
    assert_safe(&page);
    assert_eq!(page.bytes, samples::pdf::pdf());
    assert_eq!(page.header("content-type"), Some("application/pdf"));
    assert_eq!(page.header("content-disposition"), Some("inline; filename*=UTF-8''bill.pdf"));
}

async fn before_the_claim_and_for_others_a_document_stays_closed(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let mut other = app.reviewer().await;
    let page = other.get(&ada.page()).await;
    assert!(page.text(".viewer").contains("Claim the case to open it."));
    assert!(!page.body().contains(&address(&ada, 0)));
    other.get(&address(&ada, 0)).await.assert_status(403);
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    holder.get(&address(&ada, 0)).await.assert_status(200);
    other.get(&address(&ada, 0)).await.assert_status(403);
    app.clock.advance(chrono::TimeDelta::minutes(15));
    holder.get(&address(&ada, 0)).await.assert_status(403);
    assert_eq!(openings(&app, &ada, 0).await.len(), 1);
    holder.get("/documents/nonsense").await.assert_status(404);
}

async fn once_decided_every_reviewer_may_look(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    holder.submit("#decision-form", &[("decision", "approve")]).await;
    app.reviewer().await.get(&address(&ada, 0)).await.assert_status(200);
    let mut support = app.signed_in(frontdesk::access::Role::Support).await;
    support.get(&address(&ada, 0)).await.assert_status(403);
}

async fn each_opening_of_a_document_is_recorded(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), png("back.png")]).await;
    let (grace, mut reviewer) = reviewer_with(&app, &ada).await;
    for _ in 0..3 {
        reviewer.get(&address(&ada, 0)).await.assert_status(200);
        app.clock.advance(chrono::TimeDelta::seconds(19));
    }
    let entry = &openings(&app, &ada, 0).await[0];
    assert_eq!(entry.action, "document.opened");
    assert_eq!(entry.actor_id.as_deref(), Some(grace.id.as_str()));
    assert_eq!(openings(&app, &ada, 0).await.len(), 1);
    assert!(openings(&app, &ada, 1).await.is_empty());
    // The viewer asks for it several times within a minute; later it is opened again.
    app.clock.advance(chrono::TimeDelta::seconds(3));
    reviewer.get(&address(&ada, 0)).await.assert_status(200);
    assert_eq!(openings(&app, &ada, 0).await.len(), 2);
    let page = reviewer.get(&ada.page()).await;
    assert!(page.text(".timeline").contains("Opened: Passport"), "{page:?}");
    // Another claim of the same reviewer, and another reviewer.
    reviewer.submit("#release-form", &[]).await;
    reviewer.get(&ada.page()).await;
    reviewer.submit("#claim-form", &[]).await;
    reviewer.get(&address(&ada, 0)).await.assert_status(200);
    assert_eq!(openings(&app, &ada, 0).await.len(), 3);
    reviewer.get(&ada.page()).await;
    reviewer.submit("#release-form", &[]).await;
    let (_, mut other) = reviewer_with(&app, &ada).await;
    other.get(&address(&ada, 0)).await.assert_status(200);
    assert_eq!(openings(&app, &ada, 0).await.len(), 4);
}

async fn of_many_openings_at_once_one_is_recorded(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, reviewer) = reviewer_with(&app, &ada).await;
    let requests = (0..12).map(|_| reviewer.send(reviewer.request(reqwest::Method::GET, &address(&ada, 0))));
    for page in futures_util::future::join_all(requests).await {
        page.assert_status(200);
    }
    assert_eq!(openings(&app, &ada, 0).await.len(), 1);
}

async fn a_file_that_was_changed_or_lost_is_not_shown(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), png("back.png")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let files: Vec<StoredName> =
        documents_of(&app, &ada).await.into_iter().filter_map(|document| document.rendition_file).collect();
    assert!(app.files.delete(&files[0]).unwrap());
    reviewer.get(&address(&ada, 0)).await.assert_status(404);
    assert!(app.files.delete(&files[1]).unwrap());
    app.files.put(&files[1], &mut b"FDF1 something else entirely, put in its place".as_slice()).unwrap();
    reviewer.get(&address(&ada, 1)).await.assert_status(404);
}

async fn the_page_leads_to_each_document_without_scripts(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), pdf("bill.pdf")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.get(&ada.page()).await;
    assert_eq!(page.attribute(".stage img", "src"), address(&ada, 0));
    let second = page.attribute(&format!("#sheet-{}", ada.documents[1]), "href");
    let page = reviewer.get(&second).await;
    assert_eq!(framed(&page), address(&ada, 1));
    assert!(page.text(".viewer-title").contains("bill.pdf"));
}
