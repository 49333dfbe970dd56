//! Two reviewers decide at once.

use frontdesk::verifications::CaseState;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Program, actions, applicant, case};
use crate::harness::{Browser, Page, TestApp, both_engines};

both_engines!(
    of_two_decisions_at_once_one_counts_and_the_other_keeps_its_text,
    of_two_calls_at_once_one_decides_and_the_other_gets_the_case_as_it_is,
);

/// A hundred each by form and by program.
const ROUNDS: usize = 100;

async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let mut form = vec![("csrf", browser.csrf()), ("version", "1".to_owned())];
    form.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.send(browser.request(Method::POST, path).form(&form)).await
}

async fn of_two_decisions_at_once_one_counts_and_the_other_keeps_its_text(app: TestApp) {
    let (mut one, mut other) = (app.reviewer().await, app.reviewer().await);
    one.get("/verifications").await;
    other.get("/verifications").await;
    let mut approvals = 0;
    for round in 0..ROUNDS {
        let ada = applicant(&app, &format!("Applicant {round}")).await;
        let path = format!("{}/decision", ada.page());
        let rejection =
            [("decision", "reject"), ("reason_code", "expired"), ("message", "Words that took an hour.")];
        let (approved, rejected) =
            tokio::join!(send(&one, &path, &[("decision", "approve")]), send(&other, &path, &rejection));
        let codes = (approved.status.as_u16(), rejected.status.as_u16());
        let decided = case(&app, &ada).await;
        match codes {
            (303, 409) => {
                assert_eq!(decided.state, CaseState::Approved);
                assert!(rejected.body().contains("Words that took an hour."), "{rejected:?}");
                approvals += 1;
            }
            (409, 303) => assert_eq!(decided.state, CaseState::Rejected),
            other => panic!("{other:?}: {approved:?} {rejected:?}"),
        }
        assert_eq!(decided.version, 2);
        assert_eq!(actions(&app, &ada).await.len(), 1, "decided once");
        assert_eq!(app.count("emails").await, i64::try_from(round).unwrap() + 1);
    }
    eprintln!("{approvals} of {ROUNDS} were approved");
}

async fn of_two_calls_at_once_one_decides_and_the_other_gets_the_case_as_it_is(app: TestApp) {
    let (one, other) = (Program::reviewer(&app).await, Program::reviewer(&app).await);
    for round in 0..ROUNDS {
        let ada = applicant(&app, &format!("Applicant {round}")).await;
        let path = ada.api("/decision");
        let first = json!({ "decision": "resubmit", "reason_code": "unreadable", "version": 1 });
        let second = json!({ "decision": "reject", "reason_code": "expired", "version": 1 });
        let (first, second) = tokio::join!(one.post(&path, &first), other.post(&path, &second));
        let mut answers = [first, second];
        answers.sort_by_key(|page| page.status);
        let won: Value = answers[0].assert_status(200).json();
        let lost: Value = answers[1].assert_status(409).json();
        assert_eq!((&lost["code"], &lost["current"]["state"]), (&json!("stale"), &won["state"]));
        assert_eq!(lost["current"]["version"], json!(2));
        assert_eq!(actions(&app, &ada).await.len(), 1);
        assert_eq!(app.count("emails").await, i64::try_from(round).unwrap() + 1);
    }
}
