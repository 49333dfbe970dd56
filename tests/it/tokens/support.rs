//! A program that signs in and calls.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Page, Person, TestApp};

pub const LOGIN: &str = "/api/v1/auth/login";
pub const REFRESH: &str = "/api/v1/auth/refresh";
pub const ME: &str = "/api/v1/auth/me";

/// The two tokens of a pair.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Tokens {
    #[track_caller]
    pub fn of(page: &Page) -> Self {
        let body: Value = page.assert_status(200).json();
        let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

/// Signs in as a program does.
pub async fn sign_in(app: &TestApp, person: &Person) -> Tokens {
    let client = app.anonymous();
    let body = json!({ "email": person.email, "password": person.password });
    Tokens::of(&client.send(client.request(Method::POST, LOGIN).json(&body)).await)
}

/// A call with an access token or an API key.
pub async fn call(client: &Browser, method: Method, path: &str, token: &str) -> Page {
    client.send(client.request(method, path).bearer_auth(token)).await
}

pub async fn refresh(client: &Browser, token: &str) -> Page {
    client.send(client.request(Method::POST, REFRESH).json(&json!({ "refresh_token": token }))).await
}

/// The stable word of a refusal.
#[track_caller]
pub fn code(page: &Page, status: u16) -> String {
    page.assert_status(status).json::<Value>()["code"].as_str().unwrap().to_owned()
}
