//! Keys made through their own doors.

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Page, Person, TestApp};
use crate::tokens::support::sign_in;

pub const KEYS: &str = "/api/v1/api-keys";

/// Makes a key in the console; the browser ends on the page of the key.
pub async fn create(browser: &mut Browser, name: &str, scopes: &[&str]) -> Page {
    browser.get(paths::NEW_API_KEY).await;
    let mut fields = vec![("name", name)];
    fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
    let shown = browser.submit("#key-form", &fields).await;
    shown.assert_status(200);
    let link = shown.attribute("main a.button", "href");
    browser.get(&link).await
}

/// An administrator's program.
#[derive(Debug)]
pub struct Program {
    pub person: Person,
    pub client: Browser,
    token: String,
}

impl Program {
    pub async fn of(app: &TestApp) -> Self {
        let organization = app.organization().await;
        let person = app.add_person(Role::Admin, &organization).await;
        Self::signed_in(app, person).await
    }

    pub async fn signed_in(app: &TestApp, person: Person) -> Self {
        let token = sign_in(app, &person).await.access;
        Self { person, client: app.anonymous(), token }
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Page {
        let request = self.client.request(method, path).bearer_auth(&self.token).json(body);
        self.client.send(request).await
    }

    /// Asks with an `Idempotency-Key`.
    pub async fn send_once(&self, path: &str, key: &str, body: &Value) -> Page {
        let request = self.client.request(Method::POST, path).bearer_auth(&self.token).json(body);
        self.client.send(request.header("idempotency-key", key)).await
    }

    /// Makes a key; its id and its whole text.
    pub async fn key(&self, scopes: &[&str]) -> (String, String) {
        let page = self.send(Method::POST, KEYS, &json!({ "name": "Import", "scopes": scopes })).await;
        issued(&page)
    }
}

/// The id and the text of a key that was just made.
#[track_caller]
pub fn issued(page: &Page) -> (String, String) {
    let body: Value = page.assert_status(201).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&body["api_key"]["id"]), text(&body["key"]))
}
