//! Pages of other origins: those that the operator named may call the API, and nobody else.

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{Browser, Engine, Page, TestApp, both_engines};
use crate::tokens::support::{LOGIN, ME, code, sign_in};

both_engines!(
    a_named_origin_may_call_the_api,
    another_origin_may_not,
    no_origin_may_use_our_cookies,
    pages_are_shared_with_nobody,
);

const OURS: &str = "https://app.example.org";
const OTHER: &str = "https://evil.test";

async fn open(engine: Engine) -> TestApp {
    TestApp::start(engine, &[("CORS_ORIGIN", "https://app.example.org, https://other.example.org")]).await
}

/// As a browser sends what a page of `origin` asks for.
fn from(origin: &str, request: RequestBuilder) -> RequestBuilder {
    let mut headers = HeaderMap::new();
    headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    headers.insert("origin", origin.parse().unwrap());
    request.headers(headers)
}

async fn preflight(client: &Browser, origin: &str, path: &str) -> Page {
    let request = client.request(Method::OPTIONS, path).header("access-control-request-method", "POST");
    client.send(from(origin, request)).await
}

async fn a_named_origin_may_call_the_api(engine: Engine) {
    let app = open(engine).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let client = app.anonymous();
    let asked = preflight(&client, OURS, LOGIN).await;
    assert_eq!(asked.assert_status(204).header("access-control-allow-origin"), Some(OURS));
    assert!(asked.header("access-control-allow-headers").unwrap().contains("Authorization"));
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    let body = json!({ "email": person.email, "password": person.password });
    let signed_in = client.send(from(OURS, client.request(Method::POST, LOGIN).json(&body))).await;
    assert_eq!(signed_in.assert_status(200).header("access-control-allow-origin"), Some(OURS));
    assert!(signed_in.headers.get_all("vary").iter().any(|value| value.as_bytes() == b"Origin"));
    let token = sign_in(&app, &person).await.access;
    let me = client.send(from(OURS, client.request(Method::GET, ME).bearer_auth(token))).await;
    assert!(me.assert_status(200).header("access-control-expose-headers").unwrap().contains("RateLimit"));
    // Refusals can be read too.
    let refused = client.send(from(OURS, client.request(Method::GET, ME).bearer_auth("x"))).await;
    assert_eq!(refused.assert_status(401).header("access-control-allow-origin"), Some(OURS));
}

async fn another_origin_may_not(engine: Engine) {
    let app = open(engine).await;
    let client = app.anonymous();
    let asked = preflight(&client, OTHER, LOGIN).await;
    assert_eq!(asked.header("access-control-allow-origin"), None);
    let body = json!({ "email": "x@demo.test", "password": "x" });
    let sent = client.send(from(OTHER, client.request(Method::POST, LOGIN).json(&body))).await;
    assert_eq!(code(&sent, 403), "cross_site");
    assert_eq!(sent.header("access-control-allow-origin"), None);
}

async fn no_origin_may_use_our_cookies(engine: Engine) {
    let app = open(engine).await;
    let admin = app.admin().await;
    let path = "/api/v1/auth/logout";
    let sent = admin.send(from(OURS, admin.request(Method::POST, path))).await;
    assert_eq!(code(&sent, 403), "cross_site");
}

async fn pages_are_shared_with_nobody(engine: Engine) {
    let app = open(engine).await;
    let client = app.anonymous();
    let page = client.send(from(OURS, client.request(Method::GET, paths::LOGIN))).await;
    assert_eq!(page.assert_status(200).header("access-control-allow-origin"), None);
    let asked = preflight(&client, OURS, paths::LOGIN).await;
    assert_eq!(asked.header("access-control-allow-origin"), None);
}
