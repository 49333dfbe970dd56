//! Requests from other sites, told by `Origin` where a browser does not send `Sec-Fetch-Site`.

use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    without_an_address_of_its_own_the_application_is_where_it_is_asked,
    with_an_address_of_its_own_the_application_is_only_there,
);

/// The code of the answer to a sign-in that was sent to `host` from a page at `origin`.
async fn code(app: &TestApp, host: &str, origin: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(app.url.join("/api/v1/auth/login").unwrap());
    let body = json!({ "email": "nobody@demo.test", "password": "wrong" });
    let answer = request.header("host", host).header("origin", origin).json(&body).send().await.unwrap();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    body["code"].as_str().unwrap().to_owned()
}

fn host(app: &TestApp) -> String {
    format!("127.0.0.1:{}", app.url.port().unwrap())
}

async fn without_an_address_of_its_own_the_application_is_where_it_is_asked(app: TestApp) {
    let host = host(&app);
    assert_eq!(code(&app, &host, &format!("http://{host}")).await, "invalid_credentials");
    for foreign in ["https://evil.test", "null", "http://127.0.0.1:1"] {
        assert_eq!(code(&app, &host, foreign).await, "cross_site", "{foreign}");
    }
}

async fn with_an_address_of_its_own_the_application_is_only_there(engine: Engine) {
    let app = TestApp::start(engine, &[("APP_URL", "http://desk.demo.test:4711")]).await;
    let host = "desk.demo.test:4711";
    assert_eq!(code(&app, host, "http://desk.demo.test:4711").await, "invalid_credentials");
    for foreign in ["https://evil.test", "https://desk.demo.test:4711", "http://desk.demo.test", "null"] {
        assert_eq!(code(&app, host, foreign).await, "cross_site", "{foreign}");
    }
}
