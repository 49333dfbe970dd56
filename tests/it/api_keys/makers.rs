//! A key does nothing that whoever made it may not do at that moment, and what it does stands in their name.

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{KEYS, Program, issued};
use crate::harness::{Person, TestApp, both_engines};
use crate::tokens::support::{call, code, sign_in};
use crate::users::support::set;

both_engines!(
    a_key_rests_while_its_maker_is_suspended,
    a_scope_opens_nothing_that_the_maker_may_not_do_any_more,
    replacing_a_key_makes_it_work_in_another_name,
    a_key_for_users_reads_and_changes_them,
    a_key_for_sessions_reads_and_ends_them,
    a_key_for_invites_invites_members_in_the_name_of_its_maker,
    a_key_cannot_put_its_maker_out,
);

const USERS: &str = "/api/v1/users";
const INVITES: &str = "/api/v1/invites";

async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

/// Sends a body with a key.
async fn send(app: &TestApp, method: Method, path: &str, key: &str, body: &Value) -> crate::harness::Page {
    let client = app.anonymous();
    client.send(client.request(method, path).bearer_auth(key).json(body)).await
}

async fn a_key_rests_while_its_maker_is_suspended(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, key) = program.key(&["users:read"]).await;
    let colleague = Program::of(&app).await;
    let client = app.anonymous();
    for status in ["suspended", "banned", "pending", "rejected"] {
        set(&app, &program.person.id, &format!("status = '{status}'")).await;
        let refused = call(&client, Method::GET, USERS, &key).await;
        assert_eq!(code(&refused, 401), "api_key_maker_inactive", "{status}");
        let listed: Value = colleague.send(Method::GET, KEYS, &json!({})).await.json();
        assert_eq!(listed["items"][0]["state"], "paused", "{status}");
    }
    set(&app, &program.person.id, "status = 'suspended'").await;
    let mut console = app.browser_of(&colleague.person).await;
    let list = console.get(paths::API_KEYS).await;
    let told = format!("{} is suspended", program.person.name);
    assert!(list.text("tbody tr").contains(&told), "{list:?}");
    let page = console.get(&format!("{}/{id}", paths::API_KEYS)).await;
    assert!(page.text("main").contains(&format!("Paused: {told}")), "{page:?}");
    assert_eq!(page.text("main .badge"), "Paused");
    set(&app, &program.person.id, "status = 'active'").await;
    call(&client, Method::GET, USERS, &key).await.assert_status(200);
}

async fn a_scope_opens_nothing_that_the_maker_may_not_do_any_more(app: TestApp) {
    let program = Program::of(&app).await;
    let person = member(&app).await;
    let (id, key) = program.key(&["users:manage", "invites:manage"]).await;
    set(&app, &program.person.id, "role = 'support'").await;
    let suspend = format!("{USERS}/{}/suspend", person.id);
    let refused = send(&app, Method::POST, &suspend, &key, &json!({ "reason": "Left." })).await;
    assert_eq!(code(&refused, 403), "api_key_maker_not_permitted");
    let client = app.anonymous();
    assert_eq!(code(&call(&client, Method::GET, INVITES, &key).await, 403), "api_key_maker_not_permitted");
    // Support may look at users still.
    call(&client, Method::GET, USERS, &key).await.assert_status(200);
    let page = app.admin().await.get(&format!("{}/{id}", paths::API_KEYS)).await;
    let resting = format!("not while {} has the role Support", program.person.name);
    assert_eq!(page.text("main").matches(&resting).count(), 2, "{page:?}");
    set(&app, &program.person.id, "role = 'admin'").await;
    send(&app, Method::POST, &suspend, &key, &json!({ "reason": "Left." })).await.assert_status(200);
}

async fn replacing_a_key_makes_it_work_in_another_name(app: TestApp) {
    let program = Program::of(&app).await;
    let (id, old) = program.key(&["users:read"]).await;
    set(&app, &program.person.id, "status = 'suspended'").await;
    let colleague = Program::of(&app).await;
    let rotated = colleague.send(Method::POST, &format!("{KEYS}/{id}/rotate"), &json!({})).await;
    let (_, new) = issued(&rotated);
    assert_eq!(rotated.json::<Value>()["api_key"]["created_by"], json!(colleague.person.id));
    let client = app.anonymous();
    call(&client, Method::GET, USERS, &new).await.assert_status(200);
    assert_eq!(code(&call(&client, Method::GET, USERS, &old).await, 401), "api_key_maker_inactive");
}

async fn a_key_for_users_reads_and_changes_them(app: TestApp) {
    let program = Program::of(&app).await;
    let person = member(&app).await;
    let (_, reading) = program.key(&["users:read"]).await;
    let (_, managing) = program.key(&["users:manage"]).await;
    let client = app.anonymous();
    let one = format!("{USERS}/{}", person.id);
    for key in [&reading, &managing] {
        for path in [USERS, &one] {
            call(&client, Method::GET, path, key).await.assert_status(200);
        }
        let role = json!({ "role": "support", "reason": "Moved." });
        assert_eq!(code(&send(&app, Method::PATCH, &one, key, &role).await, 403), "api_key_not_allowed");
    }
    for verb in ["suspend", "reinstate", "unlock", "force-password-reset"] {
        let (path, body) = (format!("{one}/{verb}"), json!({ "reason": "Asked for." }));
        assert_eq!(code(&send(&app, Method::POST, &path, &reading, &body).await, 403), "scope_missing");
        send(&app, Method::POST, &path, &managing, &body).await.assert_status(200);
    }
}

async fn a_key_for_sessions_reads_and_ends_them(app: TestApp) {
    let program = Program::of(&app).await;
    let person = member(&app).await;
    let tokens = sign_in(&app, &person).await;
    let (_, reading) = program.key(&["sessions:read"]).await;
    let (_, ending) = program.key(&["sessions:revoke"]).await;
    let client = app.anonymous();
    let audit = format!("/api/v1/sessions/security-audit/{}", person.id);
    for key in [&reading, &ending] {
        call(&client, Method::GET, "/api/v1/sessions/revoked", key).await.assert_status(200);
        call(&client, Method::GET, &audit, key).await.assert_status(200);
    }
    let told: Value = call(&client, Method::GET, &audit, &ending).await.json();
    let family = told["families"][0]["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/api/v1/sessions/revoke-family/{family}"),
        format!("/api/v1/sessions/revoke-user/{}", person.id),
    ] {
        assert_eq!(code(&call(&client, Method::DELETE, &path, &reading).await, 403), "scope_missing");
        call(&client, Method::DELETE, &path, &ending).await.assert_status(200);
    }
    call(&client, Method::GET, crate::tokens::support::ME, &tokens.access).await.assert_status(401);
    let feed: Value = call(&client, Method::GET, "/api/v1/sessions/revoked", &reading).await.json();
    assert_eq!(feed["items"][0]["sid"], json!(family));
    let many = json!({ "filter": { "role": "member" }, "reason": "All of them." });
    let refused = send(&app, Method::POST, "/api/v1/sessions/revoke", &ending, &many).await;
    assert_eq!(code(&refused, 403), "api_key_not_allowed");
}

async fn a_key_for_invites_invites_members_in_the_name_of_its_maker(app: TestApp) {
    let program = Program::of(&app).await;
    let maker = &program.person.name;
    let (_, key) = program.key(&["invites:manage"]).await;
    let body = json!({ "email": "ada@demo.test", "role": "member" });
    let made: Value = send(&app, Method::POST, INVITES, &key, &body).await.assert_status(201).json();
    assert_eq!(made["invited_by"], json!(maker));
    let letter = app.only_mail_to("ada@demo.test").await;
    assert!(letter.text.contains(maker) && !letter.text.contains("Import"), "{}", letter.text);
    let client = app.anonymous();
    let listed: Value = call(&client, Method::GET, INVITES, &key).await.assert_status(200).json();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["invited_by"]), (&made["id"], &json!(maker)));
    let staff = json!({ "email": "grace@demo.test", "role": "support" });
    assert_eq!(code(&send(&app, Method::POST, INVITES, &key, &staff).await, 403), "api_key_not_allowed");
    // Accepted as any other: the maker's role stands behind it.
    let token = letter.link("/invite/").trim_start_matches("/invite/").to_owned();
    let answer = json!({ "name": "Ada Lovelace", "password": "Analytical-Engine-1843" });
    let accept = client.request(Method::POST, &format!("{INVITES}/{token}/accept")).json(&answer);
    client.send(accept).await.assert_status(201);
    let other = json!({ "email": "emmy@demo.test", "role": "member" });
    let other: Value = send(&app, Method::POST, INVITES, &key, &other).await.assert_status(201).json();
    let path = format!("{INVITES}/{}", other["id"].as_str().unwrap());
    call(&client, Method::DELETE, &path, &key).await.assert_status(204);
}

async fn a_key_cannot_put_its_maker_out(app: TestApp) {
    let program = Program::of(&app).await;
    let (_, key) = program.key(&["users:manage"]).await;
    let path = format!("{USERS}/{}/suspend", program.person.id);
    let refused = send(&app, Method::POST, &path, &key, &json!({ "reason": "Left." })).await;
    assert_eq!(code(&refused, 403), "own_account");
    let detail = refused.json::<Value>()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("made the key"), "{detail}");
}
