//! Decisions that are refused, and what the reviewer sees then.

use chrono::TimeDelta;
use frontdesk::documents::DocumentState;
use frontdesk::verifications::CaseState;

use super::support::{applicant, case, documents_of, png, reviewer_with, submit, user};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_form_that_is_not_complete_comes_back_as_it_was_typed,
    somebody_decided_meanwhile_is_told_with_what_was_typed,
    a_claim_that_ended_leaves_the_form_as_it_was_typed,
    a_claim_that_another_reviewer_took_is_told,
    a_case_without_documents_is_not_decided,
    a_suspended_account_is_not_opened_by_an_approval,
    a_refused_decision_changes_nothing,
);

async fn a_form_that_is_not_complete_comes_back_as_it_was_typed(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), png("back.png")]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let document = format!("document-{}", ada.documents[0]);
    for (sent, field, sentence) in [
        (vec![("message", "Kept")], "decision", "Choose what you decide."),
        (vec![("decision", "reject")], "reason_code", "Choose a reason, or write one in the message."),
        (
            vec![("decision", "reject"), ("reason_code", "other")],
            "message",
            "Write the reason: the applicant is told nothing else.",
        ),
        (
            vec![("decision", "resubmit"), ("message", "Kept")],
            "documents",
            "Choose which documents to ask for again.",
        ),
        (
            vec![("decision", "approve"), (document.as_str(), "reject")],
            "documents",
            "Not every document is accepted: reject the case, or ask for documents again.",
        ),
    ] {
        reviewer.get(&ada.page()).await;
        let page = reviewer.submit("#decision-form", &sent).await;
        assert_eq!(page.assert_status(422).text(".error-summary a"), sentence);
        assert_eq!(page.attribute(".error-summary a", "href"), format!("#{field}"));
        assert!(page.has(&format!("#{field}")), "nothing to go to for {field}");
        for (name, value) in sent {
            let kept = match name {
                "message" => page.text("textarea") == value,
                "reason_code" => page.has(&format!("#reason_code option[selected][value={value}]")),
                name => page.has(&format!("[name={name:?}][value={value}][checked]")),
            };
            assert!(kept, "{name} = {value} is gone in {page:?}");
        }
    }
    assert_eq!(case(&app, &ada).await.state, CaseState::Claimed);
}

async fn somebody_decided_meanwhile_is_told_with_what_was_typed(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut slow) = reviewer_with(&app, &ada).await;
    slow.get(&ada.page()).await;
    app.clock.advance(TimeDelta::minutes(16));
    let (fast_one, mut fast) = reviewer_with(&app, &ada).await;
    fast.submit("#decision-form", &[("decision", "reject"), ("reason_code", "expired")]).await;
    let typed = "A long text\nthat took some time.";
    let page = slow
        .submit(
            "#decision-form",
            &[("decision", "reject"), ("reason_code", "unreadable"), ("message", typed)],
        )
        .await;
    page.assert_status(409);
    assert!(page.text(".callout").contains("Somebody decided meanwhile"), "{page:?}");
    assert_eq!(page.text("#claim .title"), format!("Rejected by {}", fast_one.name));
    assert!(page.text("#claim").contains("Reason: Expired"));
    assert!(page.text("#kept").contains("Not readable"), "{page:?}");
    assert!(page.body().contains("A long text\nthat took some time."));
    assert!(!page.has("#decision-form"));
    assert_eq!(case(&app, &ada).await.reason_code.as_deref(), Some("expired"));
    assert_eq!(app.count("emails").await, 1);
}

async fn a_claim_that_ended_leaves_the_form_as_it_was_typed(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut slow) = reviewer_with(&app, &ada).await;
    slow.get(&ada.page()).await;
    app.clock.advance(TimeDelta::minutes(16));
    let (_, mut other) = reviewer_with(&app, &ada).await;
    other.submit("#release-form", &[]).await;
    let sent = [("decision", "reject"), ("reason_code", "expired"), ("message", "My own words.")];
    let page = slow.submit("#decision-form", &sent).await;
    assert!(page.assert_status(409).text(".callout").contains("This case has changed meanwhile"));
    assert_eq!(page.text("textarea"), "My own words.");
    // The case is free: the same form, sent again, is for its present version.
    let page = slow.submit("#decision-form", &[]).await;
    assert_eq!(page.assert_status(200).text("#toasts .toast p"), "Rejected Ada Lovelace.");
    assert_eq!(case(&app, &ada).await.message.as_deref(), Some("My own words."));
}

async fn a_claim_that_another_reviewer_took_is_told(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let mut late = app.reviewer().await;
    late.get(&ada.page()).await;
    let (grace, _) = reviewer_with(&app, &ada).await;
    let page = late.submit("#claim-form", &[]).await;
    assert!(page.assert_status(409).text(".callout").contains("Somebody else was faster"), "{page:?}");
    assert!(page.text("#claim").contains(&grace.name));
}

async fn a_case_without_documents_is_not_decided(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[]).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    for decision in ["approve", "resubmit"] {
        reviewer.get(&ada.page()).await;
        let page = reviewer.submit("#decision-form", &[("decision", decision)]).await;
        assert!(page.assert_status(400).body().contains("This case has no documents"), "{page:?}");
    }
}

async fn a_suspended_account_is_not_opened_by_an_approval(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let suspend = format!("UPDATE users SET status = 'suspended' WHERE id = '{}'", ada.id);
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(suspend), c)).await.unwrap();
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.submit("#decision-form", &[("decision", "approve")]).await;
    assert!(page.assert_status(409).text(".callout").contains("suspended or closed"), "{page:?}");
    let page = reviewer.submit("#decision-form", &[("decision", "reject"), ("reason_code", "expired")]).await;
    page.assert_status(200);
    assert_eq!(user(&app, &ada).await.status.as_str(), "suspended");
}

async fn a_refused_decision_changes_nothing(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    // The mail cannot be frozen: its table is away. Nothing of the approval may stay.
    let away = "ALTER TABLE emails RENAME TO emails_away";
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(away), c)).await.unwrap();
    let before = (case(&app, &ada).await, app.count("audit_entries").await);
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(500);
    assert_eq!((case(&app, &ada).await, app.count("audit_entries").await), before);
    assert_eq!(documents_of(&app, &ada).await[0].state, DocumentState::Pending);
    let account = user(&app, &ada).await;
    assert_eq!((account.status.as_str(), account.password_hash), ("pending", None));
    let back = "ALTER TABLE emails_away RENAME TO emails";
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(back), c)).await.unwrap();
    reviewer.get(&ada.page()).await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
}
