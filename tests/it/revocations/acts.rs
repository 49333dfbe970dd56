//! What always comes with the end of a session: reason, who, when, count, a notification and a mail.

use diesel::prelude::*;
use frontdesk::access::{Role, SessionId};
use frontdesk::db::schema::{audit_entries, notifications, sessions};
use frontdesk::live::{Ended, Event};
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Program, administrator, filled, sessions_of};
use crate::api_keys::support::Program as Keys;
use crate::harness::{TestApp, both_engines};
use crate::tokens::support::code;

both_engines!(
    a_session_that_is_ended_leaves_its_reason_its_doer_a_notification_and_a_mail,
    a_family_that_is_ended_stops_its_tokens_at_once,
    everything_of_a_person_ends_with_one_notification_and_one_mail,
    whoever_ends_their_own_session_is_signed_out,
    connections_are_told_after_the_sessions_have_ended,
    the_reason_for_ones_own_session_is_kept,
    a_key_ends_sessions_of_others_and_knows_none_of_its_own,
    a_person_with_many_sessions_is_put_out_beside_the_request,
);

async fn a_session_that_is_ended_leaves_its_reason_its_doer_a_notification_and_a_mail(app: TestApp) {
    let admin = administrator(&app).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.browser_of(&person).await;
    let mut other = app.browser_of(&person).await;
    drop(app.mail_to(&person.email).await);
    let before = app.mail_to(&person.email).await.len();
    let id = sessions_of(&app, &person).await[0].clone();
    let path = format!("/api/v1/sessions/{id}");
    let answer = admin.call(Method::DELETE, &path, json!({ "reason": "Your laptop was found." })).await;
    assert_eq!(answer.json::<Value>(), json!({ "revoked": 1 }));

    let page = browser.get(paths::ACCOUNT).await;
    assert!(page.path.starts_with(paths::LOGIN), "the next request goes to sign-in: {}", page.path);
    assert_eq!(other.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "the other session lives");
    let (sought, now) = (id.clone(), app.clock.now());
    let (ended_at, reason, by): (Option<frontdesk::clock::Timestamp>, Option<String>, Option<String>) = app
        .read(move |c| {
            let columns = (sessions::ended_at, sessions::end_reason, sessions::ended_by);
            sessions::table.find(sought).select(columns).first(c)
        })
        .await;
    assert_eq!((ended_at, reason.as_deref()), (Some(now), Some("Your laptop was found.")));
    assert!(by.is_some());
    let told: Vec<(String, String)> = {
        let user = person.id.clone();
        app.read(move |c| {
            notifications::table
                .filter(notifications::user_id.eq(user))
                .filter(notifications::kind.eq("session_revoked"))
                .select((notifications::title, notifications::message))
                .load(c)
        })
        .await
    };
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, "One of your sessions was ended: Your laptop was found.");
    let mails = app.mail_to(&person.email).await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails.last().unwrap().text.contains("Your laptop was found."));
    let (target, reason, after): (String, Option<String>, Option<String>) = app
        .read(|c| {
            audit_entries::table
                .filter(audit_entries::action.eq("session.revoked"))
                .select((audit_entries::target_id, audit_entries::reason, audit_entries::after))
                .first(c)
        })
        .await;
    assert_eq!((target, reason.as_deref()), (id.to_string(), Some("Your laptop was found.")));
    let after: Value = serde_json::from_str(&after.unwrap()).unwrap();
    assert_eq!((&after["revoked"], &after["people"]), (&json!(1), &json!(1)));

    let again = admin.call(Method::DELETE, &path, json!({})).await;
    assert_eq!(again.json::<Value>(), json!({ "revoked": 0 }), "it is over already");
}

async fn a_family_that_is_ended_stops_its_tokens_at_once(app: TestApp) {
    let admin = administrator(&app).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &person).await;
    let mut browser = app.browser_of(&person).await;
    let sessions = sessions_of(&app, &person).await;
    program.get("/api/v1/auth/me").await.assert_status(200);
    let browsers = format!("/v1/sessions/revoke-family/{}", sessions[1]);
    admin.call(Method::DELETE, &browsers, json!({})).await.assert_status(404);
    let path = format!("/v1/sessions/revoke-family/{}", sessions[0]);
    let answer = admin.call(Method::DELETE, &path, json!({ "reason": "The key was published." })).await;
    assert_eq!(answer.json::<Value>(), json!({ "revoked": 1 }));
    program.get("/api/v1/auth/me").await.assert_status(401);
    program.refresh().await.assert_status(401);
    assert_eq!(browser.get(paths::ACCOUNT).await.path, paths::ACCOUNT, "the browser is another session");
}

async fn everything_of_a_person_ends_with_one_notification_and_one_mail(app: TestApp) {
    let admin = administrator(&app).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &person).await;
    let mut browsers = [app.browser_of(&person).await, app.browser_of(&person).await];
    let before = app.mail_to(&person.email).await.len();
    let path = format!("/api/v1/sessions/revoke-user/{}", person.id);
    let answer = admin.call(Method::DELETE, &path, json!({})).await;
    assert_eq!(answer.json::<Value>(), json!({ "revoked": 3 }));
    program.get("/api/v1/auth/me").await.assert_status(401);
    for browser in &mut browsers {
        assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    }
    assert_eq!(app.mail_to(&person.email).await.len(), before + 1);
    assert_eq!(app.count("notifications WHERE kind = 'session_revoked'").await, 1);
    admin.get("/api/v1/auth/me").await.assert_status(200);
}

async fn whoever_ends_their_own_session_is_signed_out(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &person).await;
    let mut browser = app.browser_of(&person).await;
    let own: Value = program.get("/api/v1/sessions").await.json();
    let items = own["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let (current, other): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| item["current"] == true);
    assert_eq!((current[0]["kind"].as_str(), other[0]["kind"].as_str()), (Some("api"), Some("browser")));
    let path = |item: &Value| format!("/api/v1/sessions/{}", item["id"].as_str().unwrap());
    let answer = program.call(Method::DELETE, &path(other[0]), json!({})).await;
    assert_eq!(answer.json::<Value>(), json!({ "revoked": 1 }));
    assert!(browser.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    program.call(Method::DELETE, &path(current[0]), json!({})).await.assert_status(200);
    program.get("/api/v1/auth/me").await.assert_status(401);
    let stranger = app.add_person(Role::Member, &app.organization().await).await;
    drop(app.browser_of(&stranger).await);
    let theirs = sessions_of(&app, &stranger).await[0].clone();
    let program = Program::of(&app, &person).await;
    let answer = program.call(Method::DELETE, &format!("/api/v1/sessions/{theirs}"), json!({})).await;
    answer.assert_status(404);
}

async fn connections_are_told_after_the_sessions_have_ended(app: TestApp) {
    let admin = administrator(&app).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    drop(app.browser_of(&person).await);
    let id = sessions_of(&app, &person).await[0].clone();
    let mut events = app.hub.listen();
    admin.call(Method::DELETE, &format!("/api/v1/sessions/{id}"), json!({})).await.assert_status(200);
    let expected = Event::SessionsEnded {
        organization: person.organization.clone(),
        user: person.id.clone(),
        sessions: Ended::Some(vec![id]),
    };
    assert_eq!(events.try_recv().unwrap(), expected);
}

async fn end_reason(app: &TestApp, id: &SessionId) -> Option<String> {
    let id = id.clone();
    app.read(move |c| sessions::table.find(id).select(sessions::end_reason).first(c)).await
}

async fn the_reason_for_ones_own_session_is_kept(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    drop((app.browser_of(&person).await, app.browser_of(&person).await));
    let program = Program::of(&app, &person).await;
    let own = sessions_of(&app, &person).await;
    for (id, body, kept) in [
        (&own[0], json!({ "reason": "I lost my phone." }), "I lost my phone."),
        (&own[1], json!({}), "ended by its owner"),
    ] {
        let answer = program.call(Method::DELETE, &format!("/v1/sessions/{id}"), body).await;
        assert_eq!(answer.json::<Value>(), json!({ "revoked": 1 }));
        assert_eq!(end_reason(&app, id).await.as_deref(), Some(kept));
    }
    let entry = "audit_entries WHERE action = 'session.ended' AND reason = 'I lost my phone.'";
    assert_eq!(app.count(entry).await, 1);
}

async fn a_key_ends_sessions_of_others_and_knows_none_of_its_own(app: TestApp) {
    let maker = Keys::of(&app).await;
    let (_, key) = maker.key(&["sessions:revoke"]).await;
    let (_, reader) = maker.key(&["sessions:read"]).await;
    let person = app.add_person(Role::Member, &maker.person.organization).await;
    drop(app.browser_of(&person).await);
    drop(app.browser_of(&maker.person).await);
    let end = async |id: &SessionId, key: &str| {
        let request = maker.client.request(Method::DELETE, &format!("/api/v1/sessions/{id}"));
        maker.client.send(request.bearer_auth(key).json(&json!({ "reason": "A leak." }))).await
    };
    let theirs = sessions_of(&app, &person).await[0].clone();
    assert_eq!(code(&end(&theirs, &reader).await, 403), "scope_missing");
    assert_eq!(end(&theirs, &key).await.json::<Value>(), json!({ "revoked": 1 }));
    // That of its maker is somebody's as any other: told to them, with the key as its doer.
    let makers = sessions_of(&app, &maker.person).await.last().unwrap().clone();
    assert_eq!(end(&makers, &key).await.json::<Value>(), json!({ "revoked": 1 }));
    assert_eq!(
        app.count("audit_entries WHERE action = 'session.revoked' AND actor_kind = 'api_key'").await,
        2
    );
    assert_eq!(app.count("notifications WHERE kind = 'session_revoked'").await, 2);
    let elsewhere = app.add_organization("elsewhere").await;
    let foreign = app.add_person(Role::Member, &elsewhere).await;
    drop(app.browser_of(&foreign).await);
    let foreign = sessions_of(&app, &foreign).await[0].clone();
    assert_eq!(code(&end(&foreign, &key).await, 404), "not_found");
}

async fn a_person_with_many_sessions_is_put_out_beside_the_request(app: TestApp) {
    let admin = administrator(&app).await;
    filled(&app, 2, 501).await;
    let of = |number: u32| format!("/v1/sessions/revoke-user/00000000-0000-7000-8000-10000000000{number}");
    let answer: Value = admin.call(Method::DELETE, &of(1), json!({})).await.json();
    let job = answer["job"].as_str().expect("more than 500 are a job").to_owned();
    super::bulk::until_over(&app, &job).await;
    let status: Value = admin.get(&format!("/v1/sessions/revocations/{job}")).await.json();
    assert_eq!((&status["state"], &status["revoked"]), (&json!("done"), &json!(501)));
}
