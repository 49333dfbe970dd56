//! The web kit: headers, assets, compression, fragments, limits.

use frontdesk::access::Role;
use frontdesk::{paths, routes};
use reqwest::Method;
use serde_json::Value;

use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    every_answer_has_the_security_headers_and_a_request_id,
    over_https_cookies_are_bound_to_the_host_and_the_transport,
    assets_are_kept_for_a_year_and_sent_compressed,
    what_answers_get_answers_head_without_a_body,
    pages_are_compressed_and_never_kept,
    htmx_gets_the_main_part_and_caches_are_told,
    a_request_id_that_was_sent_comes_back,
    a_form_that_is_too_large_is_refused_whole,
    failures_of_the_api_are_problems_and_those_of_pages_are_pages,
    the_theme_is_kept_and_leads_back,
    an_address_behind_a_trusted_proxy_is_the_one_that_is_recorded,
);

async fn every_answer_has_the_security_headers_and_a_request_id(app: TestApp) {
    let browser = app.anonymous();
    let addresses =
        [paths::LOGIN, paths::HEALTH, "/nowhere", "/api/v1/nowhere", paths::AUDIT, paths::OPENAPI];
    for address in addresses {
        let page = browser.send(browser.request(Method::GET, address)).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{address}: {policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{address}");
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{address}");
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"), "{address}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{address}");
        assert!(page.header("x-request-id").unwrap().len() > 20, "{address}");
        assert_eq!(page.header("strict-transport-security"), None, "{address}");
    }
}

async fn over_https_cookies_are_bound_to_the_host_and_the_transport(engine: Engine) {
    let app = TestApp::start(engine, &[("APP_URL", "https://desk.example.org")]).await;
    let browser = app.anonymous();
    let request = browser.request(Method::GET, paths::LOGIN).header("host", "desk.example.org");
    let page = browser.send(request).await;
    let cookie = page.assert_status(200).header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("Secure") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    assert!(page.header("strict-transport-security").is_some());
    browser.send(browser.request(Method::GET, paths::LOGIN)).await.assert_status(400);
    let probe = browser.send(browser.request(Method::GET, "/health/liveness")).await;
    probe.assert_status(200);
}

async fn assets_are_kept_for_a_year_and_sent_compressed(app: TestApp) {
    let mut browser = app.anonymous();
    let sheet = browser.get(paths::LOGIN).await.attribute("link[rel=stylesheet]", "href");
    for (accepted, sent) in [("br, gzip", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
        let request = browser.request(Method::GET, &sheet).header("accept-encoding", accepted);
        let page = browser.send(request).await;
        assert_eq!(page.assert_status(200).header("content-encoding"), sent);
        assert!(page.header("cache-control").unwrap().contains("immutable"));
    }
    browser.send(browser.request(Method::HEAD, &sheet)).await.assert_status(200);
    browser.get("/assets/app-000000000000.css").await.assert_status(404);
}

async fn what_answers_get_answers_head_without_a_body(app: TestApp) {
    let browser = app.anonymous();
    for path in [paths::LOGIN, "/api/openapi.json", "/v1/password-reset/validate/none", "/health/liveness"] {
        let page = browser.send(browser.request(Method::HEAD, path)).await;
        assert!(page.assert_status(200).bytes.is_empty(), "{path}");
    }
    browser.send(browser.request(Method::HEAD, "/logout")).await.assert_status(405);
}

async fn pages_are_compressed_and_never_kept(app: TestApp) {
    let browser = app.anonymous();
    let request = browser.request(Method::GET, paths::LOGIN).header("accept-encoding", "br");
    let page = browser.send(request).await;
    assert_eq!(
        (page.header("content-encoding"), page.header("cache-control")),
        (Some("br"), Some("no-store"))
    );
}

async fn htmx_gets_the_main_part_and_caches_are_told(app: TestApp) {
    let mut browser = app.signed_in(Role::Admin).await;
    let whole = browser.get(paths::AUDIT).await;
    let part = browser.hx_get(paths::AUDIT).await;
    assert!(whole.has("main") && whole.body().starts_with("<!DOCTYPE html>"));
    assert!(!part.body().contains("<html") && !part.body().is_empty());
    for page in [whole, part] {
        assert!(page.headers.get_all("vary").iter().any(|value| value.as_bytes() == b"HX-Request"));
    }
}

async fn a_request_id_that_was_sent_comes_back(app: TestApp) {
    let browser = app.anonymous();
    for (sent, kept) in [("trace-1.a", true), ("two words", false)] {
        let request = browser.request(Method::GET, "/api/v1/nowhere").header("x-request-id", sent);
        let page = browser.send(request).await;
        assert_eq!(page.header("x-request-id") == Some(sent), kept);
        assert_eq!(page.json::<Value>()["request_id"], page.header("x-request-id").unwrap());
    }
}

async fn a_form_that_is_too_large_is_refused_whole(app: TestApp) {
    let browser = app.anonymous();
    let body = format!("email={}", "x".repeat(70_000));
    let request = browser.request(Method::POST, paths::LOGIN).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    browser.send(request).await.assert_status(413);
}

async fn failures_of_the_api_are_problems_and_those_of_pages_are_pages(app: TestApp) {
    let mut browser = app.anonymous();
    let problem = browser.get("/v1/nowhere").await;
    assert_eq!(problem.assert_status(404).header("content-type"), Some("application/problem+json"));
    let body: Value = problem.json();
    for field in ["type", "title", "status", "detail", "instance", "code", "request_id"] {
        assert!(!body[field].is_null(), "{field} in {body}");
    }
    let toast = browser.hx_get("/nowhere").await;
    assert_eq!(toast.assert_status(404).header("hx-retarget"), Some("#toasts"));
    assert!(toast.has("[role=alert]"));
    let known = routes::table().into_iter().filter(|endpoint| !endpoint.pattern.contains('{'));
    for endpoint in known {
        let request =
            browser.request(Method::PATCH, &endpoint.pattern).header("sec-fetch-site", "same-origin");
        let status = browser.send(request).await.status.as_u16();
        assert!(matches!(status, 403 | 405), "PATCH {}: {status}", endpoint.pattern);
    }
}

async fn the_theme_is_kept_and_leads_back(app: TestApp) {
    let mut browser = app.signed_in(Role::Admin).await;
    let page = browser.get("/audit?area=user").await;
    let csrf = page.attribute("meta[name=csrf-token]", "content");
    let request =
        browser.request(Method::POST, paths::THEME).form(&[("csrf", csrf.as_str()), ("theme", "dark")]);
    let referer = app.url.join("/audit?area=user").unwrap();
    let answer = browser.send(request.header("referer", referer.as_str())).await;
    assert_eq!(answer.header("location"), Some("/audit?area=user"));
    assert_eq!(browser.get(paths::AUDIT).await.attribute("html", "data-theme"), "dark");
}

async fn an_address_behind_a_trusted_proxy_is_the_one_that_is_recorded(engine: Engine) {
    for (trusted, expected) in [("127.0.0.0/8", "198.51.100.7"), ("192.0.2.0/24", "127.0.0.1")] {
        let app = TestApp::start(engine, &[("TRUSTED_PROXIES", trusted)]).await;
        let organization = app.organization().await;
        let person = app.add_person(Role::Admin, &organization).await;
        let mut browser = app.anonymous();
        let csrf = browser.get(paths::LOGIN).await.attribute("meta[name=csrf-token]", "content");
        let fields = [("csrf", csrf.as_str()), ("email", &person.email), ("password", person.password)];
        let request = browser.request(Method::POST, paths::LOGIN).form(&fields);
        browser.send(request.header("x-forwarded-for", "203.0.113.1, 198.51.100.7")).await.assert_status(303);
        assert!(browser.get(paths::AUDIT).await.text("table").contains(expected), "{trusted}");
    }
}
