//! The case page as a whole.

use chrono::TimeDelta;
use frontdesk::access::Role;

use super::support::{applicant, pdf, png, reviewer_with, submit};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_case_shows_what_to_compare_and_what_happened,
    an_address_that_is_not_verified_and_a_document_that_expires_are_marked,
    hostile_text_stays_text,
    a_decision_is_refused_without_the_token,
    an_unknown_case_is_not_found,
);

async fn a_case_shows_what_to_compare_and_what_happened(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), pdf("bill.pdf")]).await;
    app.clock.advance(TimeDelta::minutes(10));
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.get(&ada.page()).await;
    assert_eq!(page.texts(".panel h2"), ["Compare with the documents", "Decision", "Applicant", "History"]);
    let facts: Vec<String> = page.texts(".facts > div");
    for fact in ["Name Ada Lovelace", "Document Passport", "Issued by Germany", "Valid until 2031-05-17"] {
        assert!(facts.iter().any(|shown| shown == fact), "{fact} in {facts:?}");
    }
    assert_eq!(page.texts(".finding-name"), ["front.png", "bill.pdf"]);
    assert_eq!(page.text(".timeline p:first-child"), "Claimed the case.");
    insta::assert_snapshot!("the_decision_form", form(&page));
}

/// The form with what changes from run to run taken out.
fn form(page: &crate::harness::Page) -> String {
    let html = page.html();
    let selector = scraper::Selector::parse("#decision-form").unwrap();
    let text = html.select(&selector).next().unwrap().html();
    let ids = without_ids(&text);
    ids.replace("><", ">\n<")
}

/// Ids and tokens replaced by what they are.
fn without_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let run: String = rest[at..].chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
        shown.push_str(&rest[..at]);
        match run.len() {
            36.. if run[..36].matches('-').count() == 4 => {
                shown.push_str("ID");
                shown.push_str(&run[36..]);
            }
            64 => shown.push_str("TOKEN"),
            _ => shown.push_str(&run),
        }
        rest = &rest[at + run.len()..];
    }
    shown + rest
}

async fn an_address_that_is_not_verified_and_a_document_that_expires_are_marked(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    for change in [
        format!("UPDATE users SET email_verified_at = NULL WHERE id = '{}'", ada.id),
        format!("UPDATE verification_cases SET declared_expiry = '2026-03-01' WHERE id = '{}'", ada.case),
    ] {
        app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(change), c)).await.unwrap();
    }
    let page = app.reviewer().await.get(&ada.page()).await;
    let badges = page.texts(".facts .badge");
    assert!(
        badges.contains(&"Not verified".to_owned()) && badges.contains(&"Expired".to_owned()),
        "{badges:?}"
    );
}

async fn hostile_text_stays_text(app: TestApp) {
    let ada = submit(&app, "<b hx-get=/x hx-trigger=load>", &[png("<img src=x onerror=y>.png")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let typed = "</textarea><script>alert(1)</script>";
    let sent = [("decision", "reject"), ("reason_code", "other"), ("message", typed)];
    let page = reviewer.submit("#preview-mail", &sent).await;
    assert_eq!(page.text("h1"), "<b hx-get=/x hx-trigger=load>");
    assert!(!page.has("main b") && !page.has("main script") && !page.has("[onerror]"), "{page:?}");
    assert_eq!(page.text("textarea"), typed);
}

async fn a_decision_is_refused_without_the_token(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, reviewer) = reviewer_with(&app, &ada).await;
    let path = format!("{}/decision", ada.page());
    let request = reviewer.request(reqwest::Method::POST, &path);
    reviewer.send(request.form(&[("decision", "approve"), ("version", "2")])).await.assert_status(403);
    let mut analyst = app.signed_in(Role::Analyst).await;
    analyst.get(&ada.page()).await.assert_status(403);
}

async fn an_unknown_case_is_not_found(app: TestApp) {
    let mut reviewer = app.reviewer().await;
    for id in ["nonsense", "019cadc6-9a80-79fd-b453-d693ca5589f5", "..%2f"] {
        reviewer.get(&format!("/verifications/{id}")).await.assert_status(404);
    }
}
