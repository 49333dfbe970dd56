//! What a decision changes: everything that belongs to it, once.

use chrono::TimeDelta;
use frontdesk::accounts::Status;
use frontdesk::documents::DocumentState;
use frontdesk::verifications::CaseState;

use super::support::{
    actions, applicant, case, documents_of, entries, pdf, png, reviewer_with, set_organization, submit, user,
};
use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    an_approval_opens_the_account_and_mails_a_temporary_password,
    the_approved_person_signs_in_with_it_and_has_to_change_it,
    an_activation_link_is_sent_where_that_is_the_rule,
    a_password_given_at_registration_is_kept_where_that_is_the_rule,
    a_rejection_gives_the_reason_and_a_way_to_submit_again,
    a_final_rejection_has_no_way_back,
    asking_again_names_the_documents_and_leaves_the_others,
    the_next_case_opens_after_a_decision,
    the_preview_is_the_mail_that_is_sent,
    choosing_a_reason_puts_its_words_into_an_untouched_message,
);

async fn an_approval_opens_the_account_and_mails_a_temporary_password(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), pdf("bill.pdf")]).await;
    let (grace, mut reviewer) = reviewer_with(&app, &ada).await;
    app.clock.advance(TimeDelta::minutes(2));
    let page = reviewer.submit("#decision-form", &[("decision", "approve")]).await;
    assert_eq!(page.assert_status(200).path, "/verifications");
    assert_eq!(page.text("#toasts .toast p"), "Approved Ada Lovelace.");

    let now = app.clock.now();
    let decided = case(&app, &ada).await;
    assert_eq!((decided.state, decided.decided_by), (CaseState::Approved, Some(grace.id.clone())));
    assert_eq!((decided.decided_at, decided.claimed_by), (Some(now), None));
    for document in documents_of(&app, &ada).await {
        assert_eq!(document.state, DocumentState::Approved);
        assert_eq!((document.reviewed_by, document.reviewed_at), (Some(grace.id.clone()), Some(now)));
    }
    let account = user(&app, &ada).await;
    assert_eq!((account.status, account.document_verified_at), (Status::Active, Some(now)));
    assert_eq!(account.password_expires_at, Some(now.plus(TimeDelta::hours(72))));
    assert!(account.must_change_password);

    let letter = app.only_mail_to(&ada.email).await;
    assert_eq!(letter.word_after("Temporary password:").chars().count(), 14);
    assert_eq!(letter.link("/login"), "/login");
    assert_eq!(actions(&app, &ada).await, ["verification.claimed", "verification.approved"]);
    let entry = entries(&app, &ada).await.pop().unwrap();
    assert_eq!(entry.actor_id.as_deref(), Some(grace.id.as_str()));
    assert!(!entry.after.unwrap().contains(&letter.word_after("Temporary password:")));
}

async fn the_approved_person_signs_in_with_it_and_has_to_change_it(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await;
    let password = app.only_mail_to(&ada.email).await.word_after("Temporary password:");
    let mut browser = app.anonymous();
    browser.get("/login").await;
    let page = browser.submit("#login-form", &[("email", &ada.email), ("password", &password)]).await;
    assert_eq!(page.assert_status(200).path, "/account/password");
    let page = browser.submit("#password-form", &[("new", "Note-G-1843!")]).await;
    assert!(page.assert_status(200).body().contains("Your password was changed."), "{page:?}");
}

async fn an_activation_link_is_sent_where_that_is_the_rule(engine: Engine) {
    let app = TestApp::start(engine, &[("APPROVAL_CREDENTIALS", "activation-link")]).await;
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    assert_eq!(user(&app, &ada).await.password_hash, None);
    let link = app.only_mail_to(&ada.email).await.link("/activate/");
    let mut browser = app.anonymous();
    browser.get(&link).await.assert_status(200);
    let page = browser.submit("#activate-form", &[("new", "Note-G-1843!")]).await;
    assert_eq!(page.assert_status(200).path, "/login");
    let page = browser.submit("#login-form", &[("email", &ada.email), ("password", "Note-G-1843!")]).await;
    assert_eq!(page.path, "/account");
}

async fn a_password_given_at_registration_is_kept_where_that_is_the_rule(engine: Engine) {
    let app = TestApp::start(engine, &[("APPROVAL_CREDENTIALS", "keep-password")]).await;
    let ada = applicant(&app, "Ada Lovelace").await;
    let hash = app.hasher.hash_here(&"Note-G-1843!".into()).unwrap();
    let set = format!("UPDATE users SET password_hash = '{hash}' WHERE id = '{}'", ada.id);
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(set), c)).await.unwrap();
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    let account = user(&app, &ada).await;
    assert_eq!((account.password_hash, account.must_change_password), (Some(hash), false));
    let letter = app.only_mail_to(&ada.email).await;
    assert!(letter.text.contains("the password you chose when you registered"), "{}", letter.text);
    // Without such a password a link takes its place.
    let emmy = applicant(&app, "Emmy Noether").await;
    let (_, mut reviewer) = reviewer_with(&app, &emmy).await;
    reviewer.submit("#decision-form", &[("decision", "approve")]).await.assert_status(200);
    app.only_mail_to(&emmy.email).await.link("/activate/");
}

async fn a_rejection_gives_the_reason_and_a_way_to_submit_again(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (grace, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.submit("#decision-form", &[("decision", "reject"), ("reason_code", "expired")]).await;
    assert_eq!(page.text("#toasts .toast p"), "Rejected Ada Lovelace.");
    let decided = case(&app, &ada).await;
    assert_eq!((decided.state, decided.reason_code.as_deref()), (CaseState::Rejected, Some("expired")));
    let told = "The document has expired. Send one that is still valid.";
    assert_eq!(decided.message.as_deref(), Some(told));
    let document = documents_of(&app, &ada).await.pop().unwrap();
    assert_eq!((document.state, document.reviewed_by), (DocumentState::Rejected, Some(grace.id)));
    assert_eq!(document.reason_code.as_deref(), Some("expired"));
    let account = user(&app, &ada).await;
    assert_eq!((account.status, account.document_verified_at), (Status::Rejected, None));
    let letter = app.only_mail_to(&ada.email).await;
    assert!(letter.text.contains(told), "{}", letter.text);
    letter.link("/case/link/");
    let entry = entries(&app, &ada).await.pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.reason.as_deref()), ("verification.rejected", Some("expired")));
    // Colleagues see what was decided, and why.
    let page = app.reviewer().await.get(&ada.page()).await;
    assert_eq!(page.text("#claim .title"), format!("Rejected by {}", grace.name));
    assert!(page.text("#claim").contains(told) && page.text("h1") == "Ada Lovelace", "{page:?}");
}

async fn a_final_rejection_has_no_way_back(app: TestApp) {
    set_organization(&app, "allow_resubmission = false").await;
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let own = "The seal is missing.\nIt has to be whole.";
    let sent = [("decision", "reject"), ("reason_code", "other"), ("message", own)];
    reviewer.submit("#decision-form", &sent).await.assert_status(200);
    let letter = app.only_mail_to(&ada.email).await;
    assert!(letter.text.contains("This decision is final") && !letter.text.contains("/case/"));
    assert!(letter.text.contains("The seal is missing."), "{}", letter.text);
    assert_eq!(case(&app, &ada).await.message.as_deref(), Some(own));
    assert_eq!(app.count("one_time_tokens").await, 0);
}

async fn asking_again_names_the_documents_and_leaves_the_others(app: TestApp) {
    let files = [png("front.png"), png("back.png"), pdf("bill.pdf")];
    let ada = submit(&app, "Ada Lovelace", &files).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let field = |prefix: &str, index: usize| format!("{prefix}-{}", ada.documents[index]);
    let page = reviewer
        .submit(
            "#decision-form",
            &[
                ("decision", "resubmit"),
                (&field("document", 0), "approve"),
                (&field("document", 1), "resubmit"),
                (&field("reason", 1), "unreadable"),
                ("message", "Photos taken by day are easiest to read."),
            ],
        )
        .await;
    assert_eq!(page.text("#toasts .toast p"), "Asked Ada Lovelace for documents again.");
    let documents = documents_of(&app, &ada).await;
    let states: Vec<DocumentState> = documents.iter().map(|document| document.state).collect();
    assert_eq!(states, [DocumentState::Approved, DocumentState::AskedAgain, DocumentState::Pending]);
    assert_eq!(documents[1].reason_code.as_deref(), Some("unreadable"));
    assert_eq!(case(&app, &ada).await.state, CaseState::ResubmissionAsked);
    assert_eq!(user(&app, &ada).await.status, Status::Pending);
    let letter = app.only_mail_to(&ada.email).await;
    assert!(letter.text.contains("Passport (back.png): The document cannot be read."), "{}", letter.text);
    assert!(letter.text.contains("Photos taken by day") && !letter.text.contains("front.png"));
    letter.link("/case/link/");
}

async fn the_next_case_opens_after_a_decision(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    app.clock.advance(TimeDelta::minutes(1));
    let emmy = applicant(&app, "Emmy Noether").await;
    app.clock.advance(TimeDelta::minutes(1));
    let sofya = applicant(&app, "Sofya Kovalevskaya").await;
    // Somebody else is at the second one.
    let _other = reviewer_with(&app, &emmy).await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let page = reviewer.submit("#decision-form", &[("decision", "approve")]).await;
    assert_eq!(page.path, sofya.page());
    assert!(page.has("#claim-form"), "{page:?}");
    reviewer.submit("#claim-form", &[]).await;
    let page = reviewer.submit("#decision-form", &[("decision", "approve")]).await;
    assert_eq!(page.path, "/verifications");
}

async fn the_preview_is_the_mail_that_is_sent(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let sent = [("decision", "reject"), ("reason_code", "incomplete"), ("message", "Page 3 is missing.")];
    let page = reviewer.submit("#preview-mail", &sent).await;
    assert_eq!(page.assert_status(200).text("textarea"), "Page 3 is missing.");
    let (subject, text) = (page.text("#preview h3"), page.text("#preview pre"));
    assert_eq!(case(&app, &ada).await.state, CaseState::Claimed);
    assert_eq!(app.count("emails").await, 0);
    reviewer.submit("#decide", &[]).await.assert_status(200);
    let letter = app.only_mail_to(&ada.email).await;
    let link = app.link(&letter.link("/case/link/"));
    let received = letter.text.replace(&link, "••••").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!((subject, text), (letter.subject, received));
}

async fn choosing_a_reason_puts_its_words_into_an_untouched_message(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let expired = "The document has expired. Send one that is still valid.";
    let page = reviewer.submit("#preview-mail", &[("decision", "reject"), ("reason_code", "expired")]).await;
    assert_eq!(page.text("textarea"), expired);
    let page = reviewer.submit("#preview-mail", &[("reason_code", "other")]).await;
    assert_eq!(page.text("textarea"), "");
    let own = [("reason_code", "unreadable"), ("message", "My own words.")];
    let page = reviewer.submit("#preview-mail", &own).await;
    assert_eq!(page.text("textarea"), "My own words.");
}
