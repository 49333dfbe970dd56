//! The API of revocations: filters, lists, dry runs, the feed, a person's security.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Program, administrator, filled, open, sessions_of};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_filter_counts_first_and_then_ends_what_matches,
    every_filter_finds_what_it_names_and_nothing_else,
    a_list_ends_the_sessions_of_those_it_names_and_an_unknown_one_stops_nothing,
    a_bad_filter_or_no_reason_is_told_by_its_field,
    another_organization_is_neither_touched_nor_counted,
    roles_without_the_permission_end_nothing,
    ending_many_asks_for_a_fresh_factor,
    the_feed_hands_out_every_end_once_it_is_kept,
    the_security_of_a_person_is_on_one_answer,
);

const REVOKE: &str = "/api/v1/sessions/revoke";

async fn matched(admin: &Program, filter: Value) -> i64 {
    let answer = admin.call(Method::POST, REVOKE, json!({ "filter": filter, "dry_run": true })).await;
    answer.assert_status(200);
    let answer: Value = answer.json();
    assert_eq!(answer["revoked"], 0);
    answer["matched"].as_i64().unwrap()
}

async fn a_filter_counts_first_and_then_ends_what_matches(app: TestApp) {
    filled(&app, 5, 3).await;
    let admin = administrator(&app).await;
    let filter = json!({ "role": "member", "kind": "browser" });
    assert_eq!(matched(&admin, filter.clone()).await, 16);
    assert_eq!(open(&app).await, 17, "a dry run ends nothing");
    assert_eq!(app.count("revocations").await, 0);
    let body = json!({ "filter": filter, "reason": "All members sign in anew.", "dry_run": false });
    let answer: Value = admin.call(Method::POST, REVOKE, body).await.json();
    assert_eq!(answer, json!({ "matched": 16, "revoked": 16 }));
    assert_eq!(open(&app).await, 1, "the administrator’s own is no member’s");
    assert_eq!(app.count("notifications WHERE kind = 'session_revoked'").await, 6);
    assert_eq!(app.count("emails WHERE kind = 'session_revoked'").await, 6);
    assert_eq!(app.count("sessions WHERE revocation_id IS NOT NULL").await, 16);
}

async fn every_filter_finds_what_it_names_and_nothing_else(app: TestApp) {
    let admin = administrator(&app).await;
    let model = filled(&app, 4, 2).await;
    app.db
        .write(|c| {
            for statement in [
                "UPDATE sessions SET country = 'DE', ip = '192.0.2.7' WHERE id LIKE '%100000000001'",
                "UPDATE sessions SET ip = '2001:db8::7' WHERE id LIKE '%100000000002'",
                "UPDATE sessions SET seen_at = '2026-01-01 00:00:00' WHERE id LIKE '%100000000003'",
                "UPDATE sessions SET created_at = '2026-01-01 00:00:00' WHERE id LIKE '%100000000004'",
            ] {
                diesel::sql_query(statement).execute(c)?;
            }
            Ok::<_, frontdesk::error::AppError>(())
        })
        .await
        .unwrap();
    let user = "00000000-0000-7000-8000-100000000001";
    for (filter, count) in [
        (json!({ "country": "de" }), 2),
        (json!({ "ip_range": "192.0.2.0/24" }), 2),
        (json!({ "ip_range": "192.0.2.7" }), 2),
        (json!({ "ip_range": "192.0.2.8" }), 0),
        (json!({ "ip_range": "2001:db8::/32" }), 2),
        // Three people with two sessions each in 10.0.0.0/8, but those of the third are unused for too long.
        (json!({ "ip_range": "10.0.0.1" }), 1),
        (json!({ "ip_range": "10.0.0.0/8" }), 2),
        (json!({ "signed_in_before": "2026-02-01T00:00:00Z" }), 2),
        (json!({ "last_seen_before": "2026-02-01T00:00:00Z" }), 0),
        (json!({ "kind": "api" }), 1),
        (json!({ "role": "admin" }), 1),
        (json!({ "user": user }), 2),
        (json!({ "user": user, "country": "FR" }), 0),
        (json!({ "users": [model.email, user] }), 3),
        (json!({ "users": ["m1@many.test"], "ip_range": "10.0.0.0/8" }), 0),
    ] {
        assert_eq!(matched(&admin, filter.clone()).await, count, "{filter}");
    }
}

async fn a_list_ends_the_sessions_of_those_it_names_and_an_unknown_one_stops_nothing(app: TestApp) {
    let admin = administrator(&app).await;
    filled(&app, 4, 2).await;
    let users = ["m1@many.test", "nobody@many.test", "M1@many.test", "00000000-0000-7000-8000-100000000003"];
    let body = json!({ "filter": { "users": users }, "reason": "Shared passwords." });
    let answer: Value = admin.call(Method::POST, REVOKE, body).await.json();
    assert_eq!(answer, json!({ "matched": 4, "revoked": 4 }));
    assert_eq!(app.count("revocation_lines WHERE outcome = 'found' AND revoked = 2").await, 2);
    assert_eq!(app.count("revocation_lines WHERE outcome = 'unknown'").await, 1);
    assert_eq!(app.count("revocation_lines WHERE outcome = 'repeated'").await, 1);
    assert_eq!(app.count("emails WHERE kind = 'session_revoked'").await, 2);
}

async fn a_bad_filter_or_no_reason_is_told_by_its_field(app: TestApp) {
    let admin = administrator(&app).await;
    for (body, status, field) in [
        (json!({ "filter": {}, "reason": "x" }), 422, "filter"),
        (json!({ "filter": { "ip_range": "here" }, "reason": "x" }), 422, "filter.ip_range"),
        (json!({ "filter": { "country": "Germany" }, "reason": "x" }), 422, "filter.country"),
        (json!({ "filter": { "kind": "api" } }), 422, "reason"),
        (json!({ "filter": { "colour": "red" }, "reason": "x" }), 400, "colour"),
        (json!({ "filter": { "kind": "api" }, "reason": "x", "force": true }), 400, "force"),
    ] {
        let answer = admin.call(Method::POST, REVOKE, body.clone()).await;
        answer.assert_status(status);
        let problem: Value = answer.json();
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    assert_eq!(app.count("revocations").await, 0);
}

async fn another_organization_is_neither_touched_nor_counted(app: TestApp) {
    let elsewhere = app.add_organization("elsewhere").await;
    let foreign = app.add_person(Role::Member, &elsewhere).await;
    let program = Program::of(&app, &foreign).await;
    let session = sessions_of(&app, &foreign).await[0].clone();
    let admin = administrator(&app).await;
    for path in [
        format!("/v1/sessions/{session}"),
        format!("/v1/sessions/revoke-family/{session}"),
        format!("/v1/sessions/revoke-user/{}", foreign.id),
    ] {
        admin.call(Method::DELETE, &path, json!({})).await.assert_status(404);
    }
    admin.get(&format!("/v1/sessions/security-audit/{}", foreign.id)).await.assert_status(404);
    assert_eq!(matched(&admin, json!({ "role": "member" })).await, 0);
    assert_eq!(matched(&admin, json!({ "user": foreign.id })).await, 0);
    assert_eq!(matched(&admin, json!({ "users": [foreign.email] })).await, 0);
    let body = json!({ "filter": { "users": [foreign.email], "role": "member" }, "reason": "x" });
    let answer: Value = admin.call(Method::POST, REVOKE, body).await.json();
    assert_eq!(answer["revoked"], 0);
    program.get("/api/v1/auth/me").await.assert_status(200);
}

async fn roles_without_the_permission_end_nothing(app: TestApp) {
    let organization = app.organization().await;
    let victim = app.add_person(Role::Member, &organization).await;
    drop(app.browser_of(&victim).await);
    let session = sessions_of(&app, &victim).await[0].clone();
    for role in [Role::Member, Role::Reviewer, Role::Support] {
        let program = Program::of(&app, &app.add_person(role, &organization).await).await;
        let body = json!({ "filter": { "role": "member" }, "reason": "x" });
        program.call(Method::POST, REVOKE, body).await.assert_status(403);
        let user = format!("/v1/sessions/revoke-user/{}", victim.id);
        program.call(Method::DELETE, &user, json!({})).await.assert_status(403);
        // Nobody learns from it that the session exists.
        program.call(Method::DELETE, &format!("/v1/sessions/{session}"), json!({})).await.assert_status(404);
    }
    let analyst = Program::of(&app, &app.add_person(Role::Analyst, &organization).await).await;
    let answer = analyst.call(Method::DELETE, &format!("/v1/sessions/{session}"), json!({})).await;
    answer.assert_status(200);
}

async fn ending_many_asks_for_a_fresh_factor(app: TestApp) {
    let admin = administrator(&app).await;
    app.clock.advance(TimeDelta::minutes(11));
    let body = json!({ "filter": { "role": "member" }, "reason": "x" });
    let answer = admin.call(Method::POST, REVOKE, body).await;
    answer.assert_status(403);
    assert_eq!(answer.json::<Value>()["code"], "fresh_factor_required");
}

async fn the_feed_hands_out_every_end_once_it_is_kept(app: TestApp) {
    let admin = administrator(&app).await;
    let start = app.clock.now();
    let first = filled(&app, 3, 1).await;
    let feed = |query: String| {
        let admin = &admin;
        async move { admin.get(&format!("/api/v1/sessions/revoked?{query}")).await.json::<Value>() }
    };
    let empty = feed(format!("since={start}")).await;
    assert_eq!(empty["items"], json!([]));
    for user in ["m1@many.test", "m2@many.test", first.email.as_str()] {
        app.clock.advance(TimeDelta::seconds(30));
        let body = json!({ "filter": { "users": [user] }, "reason": "x" });
        admin.call(Method::POST, REVOKE, body).await.assert_status(200);
    }
    let page = feed(format!("since={start}&limit=2")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = page["next_cursor"].as_str().unwrap();
    let page = feed(format!("cursor={next}&limit=2")).await;
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    let session = sessions_of(&app, &first).await[0].clone();
    assert_eq!(items[0], json!({ "sid": session, "at": app.clock.now() }));
    // What was kept within the last seconds comes again, since another transaction may be kept late.
    let again = feed(format!("cursor={}", page["next_cursor"].as_str().unwrap())).await;
    assert_eq!(again["items"].as_array().unwrap().len(), 1);
    app.clock.advance(TimeDelta::seconds(11));
    let settled = feed(format!("cursor={}", page["next_cursor"].as_str().unwrap())).await;
    let settled = feed(format!("cursor={}", settled["next_cursor"].as_str().unwrap())).await;
    assert_eq!(settled["items"], json!([]));
    for bad in ["since=yesterday", "cursor=x", "limit=0"] {
        admin.get(&format!("/api/v1/sessions/revoked?{bad}")).await.assert_status(400);
    }
}

async fn the_security_of_a_person_is_on_one_answer(app: TestApp) {
    let admin = administrator(&app).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut stranger = app.anonymous();
    stranger.get(paths::LOGIN).await;
    stranger.submit("#login-form", &[("email", &person.email), ("password", "wrong")]).await;
    let program = Program::of(&app, &person).await;
    program.refresh().await.assert_status(200);
    drop(app.browser_of(&person).await);
    let family = sessions_of(&app, &person).await[0].clone();
    let path = format!("/api/v1/sessions/revoke-family/{family}");
    admin.call(Method::DELETE, &path, json!({ "reason": "The key was published." })).await.assert_status(200);
    let audit: Value = admin.get(&format!("/api/v1/sessions/security-audit/{}", person.id)).await.json();
    assert_eq!(audit["user"]["email"], person.email.as_str());
    assert_eq!(audit["sessions"].as_array().unwrap().len(), 2);
    let families = audit["families"].as_array().unwrap();
    assert_eq!((families.len(), &families[0]["state"]), (1, &json!("ended")));
    let tokens = families[0]["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 2, "the first was exchanged for the second");
    assert!(tokens[0]["spent_at"].is_string() && tokens[1]["spent_at"].is_null());
    assert_eq!(audit["failures"][0]["reason"], "credentials");
    assert_eq!(audit["revocations"][0]["reason"], "The key was published.");
    assert!(!audit["devices"].as_array().unwrap().is_empty());
    assert_eq!(audit["locks"], json!([]));
}
