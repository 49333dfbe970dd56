//! Who holds a case, and for how long.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::verifications::CaseState;
use frontdesk::verifications::actions::release_expired_claims;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::support::{Applicant, Program, actions, applicant, case, reviewer_with, submit_to};
use crate::harness::{Browser, Engine, Page, TestApp, both_engines};

both_engines!(
    a_claim_opens_the_case_to_its_holder_for_a_quarter_of_an_hour,
    an_open_page_keeps_its_claim,
    an_open_page_renews_three_times_in_the_life_of_its_claim,
    a_case_whose_page_was_left_is_free_unless_another_page_of_it_is_open,
    leaving_a_case_that_is_not_held_changes_nothing,
    a_page_whose_claim_has_ended_says_so,
    a_case_given_back_is_free,
    of_many_who_claim_at_once_one_gets_the_case,
    expired_claims_are_written_down_once_and_change_no_version,
    nobody_claims_their_own_case,
    a_case_of_another_organization_is_not_found,
);

async fn a_claim_opens_the_case_to_its_holder_for_a_quarter_of_an_hour(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (grace, mut holder) = reviewer_with(&app, &ada).await;
    let page = holder.get(&ada.page()).await;
    assert_eq!(page.text("h1"), "Ada Lovelace");
    assert!(page.text("#claim").contains("You handle this case until 09:15 UTC"), "{page:?}");
    assert!(page.body().contains("C01X00T47"));
    let mut other = app.reviewer().await;
    let page = other.get(&ada.page()).await;
    assert_eq!(page.text("h1"), "A. L.");
    assert!(page.text("#claim").contains(&format!("{} handles this case", grace.name)), "{page:?}");
    assert!(!page.has("#claim-form") && !page.has("#decision-form"));
    app.clock.advance(TimeDelta::minutes(15));
    let page = other.get(&ada.page()).await;
    assert!(page.has("#claim-form"), "{page:?}");
    assert_eq!(actions(&app, &ada).await, ["verification.claimed"]);
}

async fn an_open_page_keeps_its_claim(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    let version = case(&app, &ada).await.version;
    let page = holder.get(&ada.page()).await;
    assert_eq!(page.attribute("#claim", "hx-post"), format!("{}/renew", ada.page()));
    assert_eq!(page.attribute("#claim", "hx-trigger"), "every 300s");
    for _ in 0..4 {
        app.clock.advance(TimeDelta::minutes(10));
        holder.hx("#renew-form", &[]).await.assert_status(200);
    }
    let kept = case(&app, &ada).await;
    assert_eq!((kept.state_at(app.clock.now()), kept.version), (CaseState::Claimed, version));
    // Without scripts a button does the same.
    let page = holder.submit("#renew-form", &[]).await;
    assert!(page.text("#claim").contains("until 09:55 UTC"), "{page:?}");
}

async fn an_open_page_renews_three_times_in_the_life_of_its_claim(engine: Engine) {
    let app = TestApp::start(engine, &[("CLAIM_LIFE", "90s")]).await;
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    let page = holder.get(&ada.page()).await;
    assert_eq!(page.attribute("#claim", "hx-trigger"), "every 30s");
}

/// What the page of the browser says when it goes away.
async fn leave(browser: &Browser, ada: &Applicant) -> Page {
    let leave = browser.request(Method::POST, &format!("{}/leave", ada.page()));
    browser.send(leave.form(&[("csrf", browser.csrf())])).await
}

async fn a_case_whose_page_was_left_is_free_unless_another_page_of_it_is_open(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    let page = holder.get(&ada.page()).await;
    assert_eq!(page.attribute("#claim", "data-leave"), format!("{}/leave", ada.page()));
    let version = case(&app, &ada).await.version;
    leave(&holder, &ada).await.assert_status(204);
    // The next page of the same case says that it is there.
    app.clock.advance(TimeDelta::seconds(2));
    holder.submit("#renew-form", &[]).await.assert_status(200);
    app.clock.advance(TimeDelta::minutes(1));
    let mut other = app.reviewer().await;
    assert!(!other.get(&ada.page()).await.has("#claim-form"));
    assert_eq!(case(&app, &ada).await.version, version);
    leave(&holder, &ada).await.assert_status(204);
    app.clock.advance(TimeDelta::seconds(15));
    other.get(&ada.page()).await;
    other.submit("#claim-form", &[]).await.assert_status(200);
    assert!(other.get(&ada.page()).await.has("#decision-form"));
}

async fn leaving_a_case_that_is_not_held_changes_nothing(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    let mut other = app.reviewer().await;
    other.get("/account").await;
    let before = case(&app, &ada).await;
    leave(&other, &ada).await.assert_status(204);
    assert_eq!(case(&app, &ada).await, before);
    // What is about to end anyway is not made longer.
    holder.get(&ada.page()).await;
    app.clock.advance(TimeDelta::seconds(14 * 60 + 55));
    leave(&holder, &ada).await.assert_status(204);
    assert_eq!(case(&app, &ada).await.claim_expires_at, before.claim_expires_at);
}

async fn a_page_whose_claim_has_ended_says_so(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    holder.get(&ada.page()).await;
    app.clock.advance(TimeDelta::minutes(20));
    let fragment = holder.hx("#renew-form", &[]).await;
    assert!(fragment.assert_status(409).has("#claim-form"), "{fragment:?}");
    let page = holder.submit("#renew-form", &[]).await;
    assert!(page.assert_status(409).text(".callout").contains("Your claim has ended"), "{page:?}");
}

async fn a_case_given_back_is_free(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut holder) = reviewer_with(&app, &ada).await;
    holder.get(&ada.page()).await;
    app.clock.advance(TimeDelta::minutes(1));
    let page = holder.submit("#release-form", &[]).await;
    assert_eq!(page.assert_status(200).path, "/verifications");
    assert!(page.text("#toasts").contains("The case is free again."));
    let free = case(&app, &ada).await;
    assert_eq!((free.state, free.claimed_by, free.claim_expires_at), (CaseState::Waiting, None, None));
    assert_eq!(actions(&app, &ada).await, ["verification.claimed", "verification.released"]);
}

async fn of_many_who_claim_at_once_one_gets_the_case(app: TestApp) {
    let programs = join_all((0..4).map(|_| Program::reviewer(&app))).await;
    for round in 0..25 {
        let ada = applicant(&app, &format!("Applicant {round}")).await;
        let claim = ada.api("/claim");
        let nothing = json!({});
        let claims = programs.iter().map(|program| program.post(&claim, &nothing));
        let answers = join_all(claims).await;
        let mut codes: Vec<u16> = answers.iter().map(|page| page.status.as_u16()).collect();
        codes.sort_unstable();
        assert_eq!(codes, [200, 409, 409, 409]);
        assert_eq!(actions(&app, &ada).await.len(), 1);
    }
}

async fn expired_claims_are_written_down_once_and_change_no_version(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (grace, _) = reviewer_with(&app, &ada).await;
    assert_eq!(release_expired_claims(&app).await.unwrap(), 0);
    let before = case(&app, &ada).await;
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(release_expired_claims(&app).await.unwrap(), 1);
    assert_eq!(release_expired_claims(&app).await.unwrap(), 0);
    let after = case(&app, &ada).await;
    assert_eq!((after.state, after.version, after.claimed_by), (CaseState::Waiting, before.version, None));
    let entries = super::support::entries(&app, &ada).await;
    let last = entries.last().unwrap();
    assert_eq!((last.action.as_str(), last.actor_kind.as_str()), ("verification.claim_expired", "system"));
    assert!(last.before.as_ref().unwrap().contains(grace.id.as_str()));
}

async fn nobody_claims_their_own_case(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let organization = app.organization().await;
    let reviewer = app.add_person(Role::Reviewer, &organization).await;
    let (own, me) = (ada.case.clone(), reviewer.id.clone());
    let change = format!("UPDATE verification_cases SET applicant_id = '{me}' WHERE id = '{own}'");
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(change), c)).await.unwrap();
    let program = Program::of(&app, &reviewer).await;
    let answer = program.post(&ada.api("/claim"), &json!({})).await;
    assert_eq!(answer.assert_status(403).json::<serde_json::Value>()["code"], "own_case");
    let answer = program.post(&ada.api("/decision"), &json!({ "decision": "approve", "version": 1 })).await;
    assert_eq!(answer.assert_status(403).json::<serde_json::Value>()["code"], "own_case");
    let page = app.browser_of(&reviewer).await.get(&ada.page()).await;
    assert!(page.text("#claim").contains("These are your own documents") && !page.has("#claim-form"));
}

async fn a_case_of_another_organization_is_not_found(app: TestApp) {
    let foreign = app.add_organization("other").await;
    let ada = submit_to(&app, &foreign, "Ada Lovelace", &[super::support::png("a.png")]).await;
    let mut reviewer = app.reviewer().await;
    reviewer.get(&ada.page()).await.assert_status(404);
    reviewer.get(&format!("/documents/{}", ada.documents[0])).await.assert_status(404);
    reviewer.get("/verifications").await;
    for act in ["claim", "renew", "release", "decision", "decision/preview"] {
        let path = format!("{}/{act}", ada.page());
        let form = [("csrf", reviewer.csrf()), ("decision", "approve".to_owned())];
        reviewer.send(reviewer.request(Method::POST, &path).form(&form)).await.assert_status(404);
    }
    let program = Program::reviewer(&app).await;
    program.get(&ada.api("")).await.assert_status(404);
    for act in ["/claim", "/release", "/decision"] {
        let body =
            if act == "/decision" { json!({ "decision": "approve", "version": 1 }) } else { json!({}) };
        program.post(&ada.api(act), &body).await.assert_status(404);
    }
    assert!(!reviewer.get("/verifications?state=all").await.has("tbody tr"));
    assert_eq!(case(&app, &ada).await.version, 1);
}
