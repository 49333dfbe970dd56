//! The cookie of a session, and what a second sign-in in one browser leaves of the first.

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use reqwest::header::{HOST, ORIGIN, SET_COOKIE};

use crate::harness::{Engine, Page, TestApp, both_engines};
use crate::revocations::support::sessions_of;

both_engines!(
    over_https_the_cookie_is_bound_to_the_host_and_hidden_from_scripts,
    without_https_the_cookie_has_no_prefix_that_a_browser_would_refuse,
    a_second_sign_in_in_one_browser_ends_the_first_session,
);

const HTTPS: &str = "https://desk.example.org";

fn cookies(page: &Page) -> Vec<String> {
    page.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

async fn over_https_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(engine: Engine) {
    let app = TestApp::start(engine, &[("APP_URL", HTTPS)]).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    // The connection itself is none: a proxy in front ends TLS, and the test carries the cookies.
    let browser = app.anonymous();
    let form =
        browser.send(browser.request(Method::GET, paths::LOGIN).header(HOST, "desk.example.org")).await;
    let kept: Vec<String> = cookies(&form).iter().map(|cookie| pair(cookie).to_owned()).collect();
    let csrf = form.attribute("input[name=csrf]", "value");
    let fields = [("email", person.email.as_str()), ("password", person.password), ("csrf", &csrf)];
    let request = browser.request(Method::POST, paths::LOGIN).header(HOST, "desk.example.org");
    let request = request.header(ORIGIN, HTTPS).header("cookie", kept.join("; ")).form(&fields);
    let answer = browser.send(request).await;
    answer.assert_status(303);
    let all = cookies(&answer);
    let cookie = all.iter().find(|cookie| cookie.starts_with("__Host-frontdesk=")).unwrap();
    let mut attributes: Vec<&str> =
        cookie.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age")).collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"], "{cookie}");
    let request = browser.request(Method::GET, paths::ACCOUNT).header(HOST, "desk.example.org");
    browser.send(request.header("cookie", pair(cookie))).await.assert_status(200);
}

async fn without_https_the_cookie_has_no_prefix_that_a_browser_would_refuse(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let mut browser = app.anonymous();
    browser.get(paths::LOGIN).await;
    let fields = [("email", person.email.as_str()), ("password", person.password)];
    let answer = browser.send(browser.prepare("#login-form", &fields, &[])).await;
    let all = cookies(&answer);
    let cookie = all.iter().find(|cookie| cookie.starts_with("frontdesk=")).unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "{cookie}");
}

async fn a_second_sign_in_in_one_browser_ends_the_first_session(app: TestApp) {
    let organization = app.organization().await;
    let one = app.add_person(Role::Member, &organization).await;
    let other = app.add_person(Role::Member, &organization).await;
    let mut browser = app.browser_of(&one).await;
    let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    let fields = [("email", other.email.as_str()), ("password", other.password), ("csrf", &csrf)];
    let request = browser.request(Method::POST, paths::LOGIN).form(&fields);
    browser.send(request).await.assert_status(303);
    let left = sessions_of(&app, &one).await[0].clone();
    let ended = format!("sessions WHERE id = '{left}' AND end_reason = 'signed in anew'");
    assert_eq!(app.count(&ended).await, 1, "nobody has its key any more");
    assert_eq!(app.count("sessions WHERE ended_at IS NULL").await, 1);
    assert!(browser.get(paths::ACCOUNT).await.body().contains(&other.email), "the browser is the other’s");
}
