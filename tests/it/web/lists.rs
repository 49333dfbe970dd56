//! Lists of the API read on where they were left, whatever is added meanwhile.

use chrono::TimeDelta;
use frontdesk::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, TestApp, both_engines};
use crate::tokens::support::{call, sign_in};
use crate::verifications::support::applicant;

both_engines!(a_list_is_read_to_its_end_once_while_rows_are_added);

/// The ids on a page, and the address of the next.
async fn page(client: &Browser, token: &str, path: &str) -> (Vec<String>, Option<String>) {
    let page = call(client, Method::GET, path, token).await;
    let body: Value = page.assert_status(200).json();
    let ids = body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
    let link = page.header("link").map(|link| {
        let address = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        let address = url::Url::parse(address).unwrap();
        format!("{}?{}", address.path(), address.query().unwrap())
    });
    assert_eq!(link.is_some(), body["next_cursor"].is_string());
    (ids.collect(), link)
}

/// Adds a row to each list.
async fn add(app: &TestApp, client: &Browser, token: &str, number: usize) {
    app.clock.advance(TimeDelta::seconds(1));
    // With an applicant comes a user and a case.
    applicant(app, &format!("Ada {number}")).await;
    for (path, body) in [
        ("invites", json!({ "email": format!("guest{number}@demo.test"), "role": "member" })),
        ("api-keys", json!({ "name": format!("Key {number}"), "scopes": ["users:read"] })),
    ] {
        let request = client.request(Method::POST, &format!("/api/v1/{path}")).bearer_auth(token);
        client.send(request.json(&body)).await.assert_status(201);
    }
}

async fn a_list_is_read_to_its_end_once_while_rows_are_added(app: TestApp) {
    let operator = app.add_person(Role::Operator, &app.organization().await).await;
    let token = sign_in(&app, &operator).await.access;
    let client = app.anonymous();
    for number in 0..5 {
        add(&app, &client, &token, number).await;
    }
    for (turn, list) in ["users", "verifications", "invites", "api-keys"].into_iter().enumerate() {
        let (all, end) = page(&client, &token, &format!("/api/v1/{list}?limit=200")).await;
        assert!(all.len() >= 5 && end.is_none(), "{list}");
        let mut seen = Vec::new();
        let mut next = Some(format!("/api/v1/{list}?limit=2"));
        let mut pages = 0;
        while let Some(path) = next {
            let (ids, link) = page(&client, &token, &path).await;
            seen.extend(ids);
            next = link;
            pages += 1;
            if pages < 3 {
                add(&app, &client, &token, 10 * (turn + 1) + pages).await;
            }
        }
        // What was there at the beginning, in its order; of what came later nothing twice.
        let old: Vec<&String> = seen.iter().filter(|id| all.contains(id)).collect();
        assert_eq!(old, all.iter().collect::<Vec<_>>(), "{list}");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{list}");
    }
}
