//! The API of revocations: filters, lists, dry runs, the feed, a person's security.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Program, administrator, filled, open, sessions_of, sql};
use crate::harness::{TestApp, both_engines};

both_engines!(
    a_filter_counts_first_and_then_ends_what_matches,
    every_filter_finds_what_it_names_and_nothing_else,
    a_list_ends_the_sessions_of_those_it_names_and_an_unknown_one_stops_nothing,
    a_bad_filter_or_no_reason_is_told_by_its_field,
    another_organization_is_neither_touched_nor_counted,
    roles_without_the_permission_end_nothing,
    ending_many_asks_for_a_fresh_factor,
    a_dry_run_counts_by_the_rule_of_the_real_run,
    a_thousand_of_the_longest_addresses_fit_into_one_call,
    the_security_of_a_person_is_on_one_answer,
    the_security_of_a_person_says_how_much_there_is,
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
                "UPDATE sessions SET seen_at = '2026-02-19 00:00:00', idle_seconds = 2592000 WHERE id LIKE '%100000000003'",
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
        (json!({ "ip_range": "10.0.0.1" }), 2),
        (json!({ "ip_range": "10.0.0.0/8" }), 4),
        (json!({ "signed_in_before": "2026-02-01T00:00:00Z" }), 2),
        (json!({ "last_seen_before": "2026-02-20T00:00:00Z" }), 2),
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
        (json!({ "filter": { "colour": "red" }, "reason": "x" }), 400, "filter.colour"),
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
    assert_eq!(
        (&audit["revocations"][0]["own_sessions"], &families[0]["tokens_total"]),
        (&json!(1), &json!(2))
    );
    // The first token comes again: who, from where, and what it was exchanged for.
    let program = Program::of(&app, &person).await;
    program.refresh().await.assert_status(200);
    app.clock.advance(TimeDelta::seconds(11));
    program.refresh().await.assert_status(401);
    let audit: Value = admin.get(&format!("/api/v1/sessions/security-audit/{}", person.id)).await.json();
    let tokens = audit["families"][0]["tokens"].as_array().unwrap();
    let states: Vec<&Value> = tokens.iter().map(|token| &token["state"]).collect();
    assert_eq!(states, [&json!("reused"), &json!("ended")]);
    assert_eq!(tokens[0]["successor"], tokens[1]["id"]);
    assert_eq!(
        (&tokens[0]["issued_ip"], &tokens[0]["reused_ip"]),
        (&json!("127.0.0.1"), &json!("127.0.0.1"))
    );
    assert!(tokens[0]["spent_agent"].as_str().unwrap().contains("Firefox"));
    assert!(tokens[0]["reused_agent"].as_str().unwrap().contains("Firefox"));
    assert_eq!(tokens[0]["reused_at"], json!(app.clock.now()));
}

async fn the_security_of_a_person_says_how_much_there_is(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut stranger = app.anonymous();
    for _ in 0..5 {
        stranger.get(paths::LOGIN).await;
        stranger.submit("#login-form", &[("email", &person.email), ("password", "wrong")]).await;
    }
    app.clock.advance(TimeDelta::minutes(16));
    let admin = administrator(&app).await;
    let program = Program::of(&app, &person).await;
    // 59 tokens before the live one, and 24 families of others.
    let family = sessions_of(&app, &person).await[0].clone();
    let copies = |table: &str, columns: &str, values: &str, rows: u32| {
        format!(
            "INSERT INTO {table} ({columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             SELECT {values} FROM n, {table} WHERE "
        )
    };
    let tokens = copies(
        "refresh_tokens",
        "id, session_id, hash, created_at, expires_at, spent_at",
        "'00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), session_id, CAST(i AS TEXT), \
         '2026-03-01 00:00:00', expires_at, '2026-03-01 00:00:00'",
        59,
    );
    sql(&app, format!("{tokens} session_id = '{family}'")).await;
    let families = copies(
        "sessions",
        "id, organization_id, user_id, kind, hash, state, created_at, seen_at, expires_at, idle_seconds, ip, \
         user_agent, device",
        "'00000000-0000-7000-9000-' || CAST(100000000000 + i AS TEXT), organization_id, user_id, kind, \
         CAST(i AS TEXT), '{}', '2026-03-01 00:00:00', seen_at, expires_at, idle_seconds, ip, user_agent, device",
        24,
    );
    sql(&app, format!("{families} id = '{family}'")).await;
    let audit: Value = admin.get(&format!("/api/v1/sessions/security-audit/{}", person.id)).await.json();
    assert_eq!(audit["families"].as_array().unwrap().len(), 25);
    let first = &audit["families"][0];
    assert_eq!((first["tokens"].as_array().unwrap().len(), &first["tokens_total"]), (50, &json!(60)));
    assert_eq!(first["tokens"][49]["state"], "live");
    assert_eq!(audit["locks"].as_array().unwrap().len(), 1);
    assert_eq!((&audit["locks"][0]["failures"], &audit["locks"][0]["ip"]), (&json!(5), &json!("127.0.0.1")));
    drop(program);
}

async fn a_dry_run_counts_by_the_rule_of_the_real_run(app: TestApp) {
    let admin = administrator(&app).await;
    let person = filled(&app, 3, 2).await;
    // Of the list, only the one that the filter names too.
    let filter = json!({ "users": ["m1@many.test", "m2@many.test", person.email], "user": person.id });
    assert_eq!(matched(&admin, filter.clone()).await, 1);
    let answer = admin.call(Method::POST, REVOKE, json!({ "filter": filter, "reason": "x" })).await;
    assert_eq!(answer.json::<Value>(), json!({ "matched": 1, "revoked": 1 }));
    // A list that is too long for one is too long for the other.
    let users: Vec<String> = (0..1_001).map(|number| format!("m{number}@many.test")).collect();
    for dry_run in [true, false] {
        let body = json!({ "filter": { "users": users }, "reason": "x", "dry_run": dry_run });
        let answer = admin.call(Method::POST, REVOKE, body).await;
        answer.assert_status(422);
        assert_eq!(answer.json::<Value>()["errors"][0]["field"], "filter.users");
    }
}

async fn a_thousand_of_the_longest_addresses_fit_into_one_call(app: TestApp) {
    let admin = administrator(&app).await;
    filled(&app, 2, 2).await;
    let long = |number: usize| format!("{number:064}@{}.example.org", vec!["x".repeat(60); 2].join("."));
    let mut users: Vec<String> = (0..999).map(long).collect();
    users.push("m2@many.test".to_owned());
    let body = json!({ "filter": { "users": users }, "reason": "x" });
    assert!(body.to_string().len() > 3 * 64 * 1024);
    let answer = admin.call(Method::POST, REVOKE, body).await;
    assert_eq!(answer.json::<Value>(), json!({ "matched": 2, "revoked": 2 }));
    let body = json!({ "filter": { "users": ["x".repeat(600_000)] }, "reason": "x" });
    admin.call(Method::POST, REVOKE, body).await.assert_status(413);
}
