//! The feed of ended sessions: every end at least once, whoever ended it and however late its transaction was kept.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::paths;
use frontdesk::users::Deed;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Program, administrator, filled, sessions_of, sql};
use crate::harness::{TestApp, both_engines};
use crate::users::support::{REASON, done};

both_engines!(
    the_feed_hands_out_every_end_once_it_is_kept,
    an_end_that_is_kept_late_behind_a_full_page_is_handed_out,
    the_feed_says_where_to_go_on_and_refuses_what_it_does_not_know,
    whoever_ended_a_session_it_is_in_the_feed,
);

async fn feed(admin: &Program, query: &str) -> Value {
    let answer = admin.get(&format!("/api/v1/sessions/revoked?{query}")).await;
    answer.assert_status(200).json()
}

fn sids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["sid"].as_str().unwrap().to_owned()).collect()
}

fn next(page: &Value) -> &str {
    page["next_cursor"].as_str().unwrap()
}

async fn the_feed_hands_out_every_end_once_it_is_kept(app: TestApp) {
    let admin = administrator(&app).await;
    let start = app.clock.now();
    let first = filled(&app, 3, 1).await;
    let empty = feed(&admin, &format!("since={start}")).await;
    assert_eq!(empty["items"], json!([]));
    for user in ["m1@many.test", "m2@many.test", first.email.as_str()] {
        app.clock.advance(TimeDelta::seconds(60));
        let body = json!({ "filter": { "users": [user] }, "reason": "x" });
        admin.call(Method::POST, "/api/v1/sessions/revoke", body).await.assert_status(200);
    }
    let page = feed(&admin, &format!("since={start}&limit=2")).await;
    assert_eq!(sids(&page).len(), 2);
    let page = feed(&admin, &format!("cursor={}&limit=2", next(&page))).await;
    let session = sessions_of(&app, &first).await[0].to_string();
    assert_eq!(page["items"], json!([{ "sid": session, "at": app.clock.now() }]));
    // What ended within the last seconds comes again, since another transaction may be kept late.
    let again = feed(&admin, &format!("cursor={}", next(&page))).await;
    assert_eq!(sids(&again), [session]);
    app.clock.advance(TimeDelta::seconds(31));
    let settled = feed(&admin, &format!("cursor={}", next(&again))).await;
    let settled = feed(&admin, &format!("cursor={}", next(&settled))).await;
    assert_eq!(settled["items"], json!([]));
}

async fn an_end_that_is_kept_late_behind_a_full_page_is_handed_out(app: TestApp) {
    let admin = administrator(&app).await;
    let person = filled(&app, 4, 1).await;
    let start = app.clock.now();
    app.clock.advance(TimeDelta::seconds(20));
    let now = app.clock.now();
    let ended = now.minus(TimeDelta::seconds(5));
    sql(
        &app,
        format!(
            "UPDATE sessions SET ended_at = '{}' WHERE device = 'Firefox on Linux' AND ip LIKE '10.%'",
            ended.naive()
        ),
    )
    .await;
    let page = feed(&admin, &format!("since={start}&limit=2")).await;
    assert_eq!(sids(&page).len(), 2, "a full page");
    // A transaction that had begun before the others is kept only now, with its own moment.
    let late = sessions_of(&app, &person).await[0].to_string();
    let moment = now.minus(TimeDelta::seconds(9));
    sql(&app, format!("UPDATE sessions SET ended_at = '{}' WHERE id = '{late}'", moment.naive())).await;
    let mut seen = sids(&page);
    let mut cursor = next(&page).to_owned();
    for _ in 0..8 {
        app.clock.advance(TimeDelta::seconds(1));
        let page = feed(&admin, &format!("cursor={cursor}&limit=2")).await;
        seen.extend(sids(&page));
        next(&page).clone_into(&mut cursor);
    }
    assert!(seen.contains(&late), "{seen:?}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "and all others");
}

async fn the_feed_says_where_to_go_on_and_refuses_what_it_does_not_know(app: TestApp) {
    let admin = administrator(&app).await;
    let answer = admin.get("/v1/sessions/revoked?limit=7").await;
    let page: Value = answer.assert_status(200).json();
    let link = answer.header("link").unwrap();
    let expected = format!("/v1/sessions/revoked?limit=7&cursor={}>; rel=\"next\"", next(&page));
    assert!(link.ends_with(&expected), "{link}");
    let page_cursor = "MTc2Nzk0ODAwMDAwMDAwMC4wMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA";
    for (bad, code) in [
        ("since=yesterday", "bad_query"),
        ("cursor=x", "bad_cursor"),
        (&format!("cursor={page_cursor}"), "bad_cursor"),
        ("limit=0", "bad_query"),
        ("limit=201", "bad_query"),
        ("from=2026-03-02T09:00:00Z", "bad_query"),
    ] {
        let answer = admin.get(&format!("/api/v1/sessions/revoked?{bad}")).await;
        answer.assert_status(400);
        assert_eq!(answer.json::<Value>()["code"], code, "{bad}");
    }
}

async fn whoever_ended_a_session_it_is_in_the_feed(app: TestApp) {
    let admin = administrator(&app).await;
    let organization = app.organization().await;
    let start = app.clock.now();
    let mut ended = Vec::new();
    // By signing out.
    let one = app.add_person(Role::Member, &organization).await;
    let mut browser = app.browser_of(&one).await;
    browser.get(paths::ACCOUNT).await;
    browser.submit("#sign-out", &[]).await;
    ended.push(sessions_of(&app, &one).await[0].to_string());
    // With the account.
    let two = app.add_person(Role::Member, &organization).await;
    drop(app.browser_of(&two).await);
    done(&mut app.admin().await, &two, Deed::Suspend, &[("reason", REASON)]).await;
    ended.push(sessions_of(&app, &two).await[0].to_string());
    // Since its token was copied.
    let three = app.add_person(Role::Member, &organization).await;
    let program = Program::of(&app, &three).await;
    program.refresh().await.assert_status(200);
    app.clock.advance(TimeDelta::seconds(11));
    program.refresh().await.assert_status(401);
    ended.push(sessions_of(&app, &three).await[0].to_string());
    let mut seen = sids(&feed(&admin, &format!("since={start}")).await);
    seen.sort();
    ended.sort();
    assert_eq!(seen, ended);
}
