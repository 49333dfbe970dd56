//! `/api/v1/verifications`, as a program calls it.

use chrono::TimeDelta;
use frontdesk::access::Role;
use serde_json::{Value, json};

use super::support::{Program, applicant, png, submit};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_program_claims_reads_and_decides,
    before_a_claim_the_person_is_masked,
    a_list_has_pages_and_links_to_the_next,
    a_list_is_narrowed_as_in_the_console,
    a_filter_that_is_not_known_is_400,
    an_unknown_field_or_value_is_400_and_names_it,
    refusals_have_their_codes,
    documents_are_judged_one_by_one,
    only_reviewers_get_in,
    the_short_root_answers_the_same,
);

const SUBMITTED: &str = "verification.submitted";

async fn a_program_claims_reads_and_decides(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let organization = app.organization().await;
    let grace = app.add_person(Role::Reviewer, &organization).await;
    let program = Program::of(&app, &grace).await;
    let claimed: Value = program.post(&ada.api("/claim"), &json!({})).await.assert_status(200).json();
    assert_eq!(claimed["state"], "claimed");
    assert_eq!(claimed["claimed_by"], json!(grace.id));
    assert_eq!(claimed["claim_expires_at"], "2026-03-02T09:15:00.000000Z");
    assert_eq!(claimed["due_at"], "2026-03-03T09:00:00.000000Z");
    assert_eq!(claimed["version"], 2);
    assert_eq!(
        claimed["applicant"],
        json!({ "id": ada.id, "name": "Ada Lovelace", "email": ada.email, "masked": false })
    );
    assert_eq!(
        claimed["declared"],
        json!({ "kind": "passport", "number": "C01X00T47", "country": "DE", "expiry": "2031-05-17" })
    );
    let document = &claimed["documents"][0];
    assert_eq!((&document["id"], &document["kind"]), (&json!(ada.documents[0]), &json!("passport")));
    assert_eq!((&document["state"], &document["content_type"]), (&json!("pending"), &json!("image/png")));
    assert!(document["size"].as_i64().unwrap() > 0);
    let body = json!({ "decision": "approve", "version": 2 });
    let decided: Value = program.post(&ada.api("/decision"), &body).await.assert_status(200).json();
    assert_eq!((&decided["state"], &decided["claimed_by"]), (&json!("approved"), &Value::Null));
    assert_eq!(
        (&decided["decided_by"], &decided["documents"][0]["state"]),
        (&json!(grace.id), &json!("approved"))
    );
    let actions = decided["timeline"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap());
    let timeline: Vec<&str> =
        actions.filter(|action| action.starts_with("verification.") && *action != SUBMITTED).collect();
    assert_eq!(timeline, ["verification.claimed", "verification.approved"]);
    assert_eq!(program.get(&ada.api("")).await.json::<Value>(), decided);
    app.only_mail_to(&ada.email).await.word_after("Temporary password:");
}

async fn before_a_claim_the_person_is_masked(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let program = Program::reviewer(&app).await;
    let one: Value = program.get(&ada.api("")).await.json();
    let list: Value = program.get("/api/v1/verifications").await.json();
    for case in [&one, &list["items"][0]] {
        let masked = json!({ "id": ada.id, "name": "A. L.", "email": "a•••@demo.test", "masked": true });
        assert_eq!((&case["applicant"], &case["declared"]["number"]), (&masked, &Value::Null));
        assert!(!case.to_string().contains("Lovelace"));
    }
}

async fn a_list_has_pages_and_links_to_the_next(app: TestApp) {
    for number in 0..5 {
        applicant(&app, &format!("Applicant {number}")).await;
        app.clock.advance(TimeDelta::minutes(1));
    }
    let program = Program::reviewer(&app).await;
    let mut path = "/api/v1/verifications?state=waiting&limit=2".to_owned();
    let mut seen = Vec::new();
    for expected in [2, 2, 1] {
        let page = program.get(&path).await;
        let body: Value = page.assert_status(200).json();
        let items = body["items"].as_array().unwrap();
        assert_eq!(items.len(), expected);
        seen.extend(items.iter().map(|item| item["submitted_at"].as_str().unwrap().to_owned()));
        match (page.header("link"), body["next_cursor"].as_str()) {
            (Some(link), Some(cursor)) => {
                let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
                assert!(next.starts_with(&app.link("/api/v1/")) && next.contains(cursor), "{next}");
                path = next.strip_prefix(&app.link("")).unwrap().to_owned();
            }
            (None, None) => assert_eq!(expected, 1),
            other => panic!("{other:?}"),
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(seen, sorted);
}

async fn a_list_is_narrowed_as_in_the_console(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    applicant(&app, "Emmy Noether").await;
    let program = Program::reviewer(&app).await;
    program.post(&ada.api("/claim"), &json!({})).await.assert_status(200);
    for (query, found) in [
        ("", 2),
        ("?state=", 2),
        ("?state=all", 2),
        ("?state=mine", 1),
        ("?state=waiting", 1),
        ("?q=name:emmy", 1),
    ] {
        let page = program.get(&format!("/api/v1/verifications{query}")).await;
        let body: Value = page.assert_status(200).json();
        assert_eq!(body["items"].as_array().unwrap().len(), found, "{query}");
        assert_eq!(body["next_cursor"], Value::Null);
    }
}

async fn a_filter_that_is_not_known_is_400(app: TestApp) {
    let program = Program::reviewer(&app).await;
    for (query, code) in [
        ("state=open", "bad_query"),
        ("q=colour:red", "bad_query"),
        ("limit=0", "bad_query"),
        ("limit=201", "bad_query"),
        ("limit=many", "bad_query"),
        ("cursor=nonsense", "bad_cursor"),
    ] {
        let page = program.get(&format!("/api/v1/verifications?{query}")).await;
        let problem: Value = page.assert_status(400).json();
        assert_eq!(problem["code"], code, "{query}");
    }
}

async fn an_unknown_field_or_value_is_400_and_names_it(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let program = Program::reviewer(&app).await;
    for (body, named) in [
        (json!({ "decision": "approve", "version": 1, "colour": "red" }), "colour"),
        (json!({ "decision": "approve" }), "version"),
        (json!({ "decision": "maybe", "version": 1 }), "decision"),
        (json!({ "decision": "reject", "reason_code": "ugly", "version": 1 }), "reason_code"),
        (
            json!({ "decision": "approve", "version": 1, "documents": [{ "id": "x", "decision": "approve" }] }),
            "documents[0].id",
        ),
        (
            json!({ "decision": "approve", "version": 1,
                "documents": [{ "id": ada.documents[0], "decision": "approve", "note": "" }] }),
            "documents[0].note",
        ),
    ] {
        let problem: Value = program.post(&ada.api("/decision"), &body).await.assert_status(400).json();
        assert_eq!(problem["code"], "bad_json", "{body}");
        assert_eq!(problem["errors"][0]["field"], named, "{body}");
    }
}

async fn refusals_have_their_codes(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (holder, other) = (Program::reviewer(&app).await, Program::reviewer(&app).await);
    holder.post(&ada.api("/claim"), &json!({})).await.assert_status(200);
    let approve = |version: i64| json!({ "decision": "approve", "version": version });
    let reject = json!({ "decision": "reject", "version": 2 });
    for (program, act, body, status, code) in [
        (&other, "/claim", json!({}), 409, "claimed"),
        (&other, "/release", json!({}), 409, "not_claimed"),
        (&other, "/decision", approve(2), 409, "claimed"),
        (&holder, "/decision", approve(1), 409, "stale"),
        (&holder, "/decision", reject, 422, "invalid"),
    ] {
        let problem: Value = program.post(&ada.api(act), &body).await.assert_status(status).json();
        assert_eq!(problem["code"], code, "{act} {body}");
        if status == 409 {
            assert_eq!(
                (&problem["current"]["state"], &problem["current"]["version"]),
                (&json!("claimed"), &json!(2))
            );
        }
    }
    holder.post(&ada.api("/claim"), &json!({})).await.assert_status(200);
    holder.post(&ada.api("/decision"), &approve(2)).await.assert_status(200);
    let problem: Value = holder.post(&ada.api("/decision"), &approve(3)).await.assert_status(409).json();
    assert_eq!((&problem["code"], &problem["current"]["state"]), (&json!("stale"), &json!("approved")));
    let emmy = submit(&app, "Emmy Noether", &[]).await;
    let problem: Value = holder.post(&emmy.api("/decision"), &approve(1)).await.assert_status(400).json();
    assert_eq!(problem["code"], "no_documents");
}

async fn documents_are_judged_one_by_one(app: TestApp) {
    let ada = submit(&app, "Ada Lovelace", &[png("front.png"), png("back.png")]).await;
    let program = Program::reviewer(&app).await;
    let body = json!({ "decision": "resubmit", "version": 1, "documents": [
        { "id": ada.documents[0], "decision": "approve" },
        { "id": ada.documents[1], "decision": "resubmit", "reason_code": "incomplete" },
    ] });
    let case: Value = program.post(&ada.api("/decision"), &body).await.assert_status(200).json();
    assert_eq!(case["state"], "resubmission_asked");
    let states = |name: &str| -> Vec<Value> {
        case["documents"].as_array().unwrap().iter().map(|document| document[name].clone()).collect()
    };
    assert_eq!(states("state"), [json!("approved"), json!("asked_again")]);
    assert_eq!(states("reason_code"), [Value::Null, json!("incomplete")]);
}

async fn only_reviewers_get_in(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let organization = app.organization().await;
    for role in [Role::Support, Role::Analyst, Role::Member] {
        let person = app.add_person(role, &organization).await;
        let program = Program::of(&app, &person).await;
        program.get("/api/v1/verifications").await.assert_status(403);
        program.get(&ada.api("")).await.assert_status(403);
        program.post(&ada.api("/claim"), &json!({})).await.assert_status(403);
    }
    let nobody = app.anonymous();
    let request = nobody.request(reqwest::Method::GET, &ada.api(""));
    nobody.send(request).await.assert_status(401);
}

async fn the_short_root_answers_the_same(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let program = Program::reviewer(&app).await;
    let long: Value = program.get(&ada.api("")).await.json();
    let short: Value =
        program.get(&format!("/v1/verifications/{}", ada.case)).await.assert_status(200).json();
    assert_eq!(long, short);
}
