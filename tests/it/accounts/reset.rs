//! Resetting a forgotten password: the link, the new password, what follows from it.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store};
use frontdesk::db::schema::users;
use frontdesk::{notifications, paths};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Browser, Engine, Page, Person, TestApp, both_engines};
use crate::registration::support::audited;

both_engines!(
    a_forgotten_password_is_replaced_through_the_link,
    a_reset_ends_every_session_and_token_family_and_lifts_the_lock,
    its_owner_is_told_when_from_where_and_with_what,
    known_and_unknown_addresses_get_the_same_answer_byte_for_byte,
    only_open_accounts_get_a_mail,
    opening_the_link_any_number_of_times_uses_nothing_up,
    a_link_that_is_no_good_says_why_and_offers_a_new_one,
    the_api_tells_what_a_token_is_worth_and_nothing_of_its_owner,
    the_api_resets_and_names_each_broken_rule,
    of_500_uses_at_once_one_succeeds,
    an_account_closed_meanwhile_is_not_opened_by_its_link,
    changing_the_password_tells_its_owner_too,
);

pub const NEW: &str = "Analytical-Engine-1837";
const REQUEST: &str = "/api/v1/password-reset/request";
const RESET: &str = "/api/v1/password-reset/reset";

pub async fn member(app: &TestApp) -> Person {
    app.add_person(Role::Member, &app.organization().await).await
}

pub async fn post(browser: &Browser, path: &str, body: Value) -> Page {
    browser.send(browser.request(Method::POST, path).json(&body)).await
}

/// Asks for a link, as a program; the path of the link that was mailed.
pub async fn link_for(app: &TestApp, person: &Person) -> String {
    post(&app.anonymous(), REQUEST, json!({ "email": person.email })).await.assert_status(200);
    app.mail_to(&person.email).await.pop().unwrap().link("/reset-password/")
}

pub fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

async fn validity(app: &TestApp, token: &str) -> Value {
    let browser = app.anonymous();
    let path = format!("/api/v1/password-reset/validate/{token}");
    browser.send(browser.request(Method::GET, &path)).await.assert_status(200).json()
}

async fn set_status(app: &TestApp, person: &Person, status: Status) {
    let (id, now) = (person.id.clone(), app.clock.now());
    app.db.write(move |c| store::set_status(c, &id, status, now)).await.unwrap();
}

async fn choose(app: &TestApp, link: &str, new: &str) -> Page {
    let mut browser = app.anonymous();
    browser.get(link).await;
    browser.submit("#reset-form", &[("new", new)]).await
}

async fn a_forgotten_password_is_replaced_through_the_link(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.anonymous();
    assert_eq!(
        browser.get(paths::LOGIN).await.attribute("main a[href^='/forgot']", "href"),
        paths::FORGOT_PASSWORD
    );
    browser.get(paths::FORGOT_PASSWORD).await;
    let page = browser.submit("#forgot-form", &[("email", " Member1@Demo.test ")]).await;
    assert_eq!(
        (page.path.as_str(), page.text("h1").as_str()),
        (paths::FORGOT_PASSWORD_SENT, "Check your email")
    );
    let link = app.only_mail_to(&person.email).await.link("/reset-password/");
    let page = browser.get(&link).await;
    assert_eq!(page.path, paths::RESET_PASSWORD, "the token leaves the address bar");
    assert!(!page.body().contains(token(&link)));
    let page = browser.submit("#reset-form", &[("new", "Short1!")]).await;
    assert!(page.assert_status(422).text(".error-summary").contains("at least 8 characters"), "{page:?}");
    assert!(!page.body().contains("Short1!"));
    let page = browser.submit("#reset-form", &[("new", NEW)]).await;
    assert_eq!(page.path, paths::LOGIN);
    assert!(page.body().contains("Your password was changed"), "{page:?}");
    let old = browser.submit("#login-form", &[("email", &person.email), ("password", person.password)]).await;
    old.assert_status(422);
    app.browser_of(&Person { password: NEW, ..person }).await;
}

async fn a_reset_ends_every_session_and_token_family_and_lifts_the_lock(app: TestApp) {
    let person = member(&app).await;
    let other = member(&app).await;
    let (mut elsewhere, mut stranger) = (app.browser_of(&person).await, app.browser_of(&other).await);
    let login = json!({ "email": person.email, "password": person.password });
    let tokens: Value = post(&app.anonymous(), "/api/v1/auth/login", login).await.json();
    let (id, later) = (person.id.clone(), app.clock.now().plus(TimeDelta::hours(1)));
    app.db
        .write(move |c| {
            diesel::update(users::table.find(id)).set(users::locked_until.eq(Some(later))).execute(c)
        })
        .await
        .unwrap();
    let link = link_for(&app, &person).await;
    let mut events = app.hub.listen();
    assert_eq!(choose(&app, &link, NEW).await.path, paths::LOGIN);

    assert!(elsewhere.get(paths::ACCOUNT).await.path.starts_with(paths::LOGIN));
    assert_eq!(stranger.get(paths::ACCOUNT).await.path, paths::ACCOUNT);
    let client = app.anonymous();
    let me =
        client.request(Method::GET, "/api/v1/auth/me").bearer_auth(tokens["access_token"].as_str().unwrap());
    client.send(me).await.assert_status(401);
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    post(&client, "/api/v1/auth/refresh", refresh).await.assert_status(401);
    let event = format!("{:?}", events.try_recv().unwrap());
    assert!(event.contains(person.id.as_str()) && event.contains("All"), "{event}");
    let id = person.id.clone();
    let (locked, changed) = app
        .read(move |c| {
            let row = users::table.find(id).select((users::locked_until, users::password_changed_at));
            row.first::<(Option<frontdesk::clock::Timestamp>, Option<frontdesk::clock::Timestamp>)>(c)
        })
        .await;
    assert_eq!((locked, changed), (None, Some(app.clock.now())));
    let done: Vec<String> = audited(&app, &person.id).await.into_iter().map(|entry| entry.0).collect();
    assert!(done.contains(&"user.password_reset_requested".to_owned()), "{done:?}");
    assert!(done.contains(&"user.password_reset".to_owned()), "{done:?}");
}

async fn its_owner_is_told_when_from_where_and_with_what(app: TestApp) {
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    app.clock.advance(TimeDelta::minutes(30));
    choose(&app, &link, NEW).await;
    let letter = app.mail_to(&person.email).await.pop().unwrap();
    for words in ["2 March 2026, 09:30 UTC", "127.0.0.1", "Firefox on Linux"] {
        assert!(letter.text.contains(words), "{words} in {}", letter.text);
    }
    assert!(!letter.text.contains(NEW));
    let id = person.id.clone();
    let told = app.read(move |c| notifications::store::latest(c, &id, 5)).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, notifications::Kind::PasswordChange);
}

/// Status, body and headers, but for those that differ at every request.
fn whole(page: &Page) -> (u16, String, Vec<(String, String)>) {
    let mut headers: Vec<(String, String)> = page
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (page.status.as_u16(), page.body(), headers)
}

async fn known_and_unknown_addresses_get_the_same_answer_byte_for_byte(engine: Engine) {
    let app = TestApp::start(engine, &[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let person = member(&app).await;
    let closed = member(&app).await;
    set_status(&app, &closed, Status::Suspended).await;
    let mut browser = app.anonymous();
    browser.get(paths::FORGOT_PASSWORD).await;
    let (mut answers, mut pages) = (Vec::new(), Vec::new());
    for (n, email) in [&person.email, "nobody@demo.test", &closed.email].into_iter().enumerate() {
        for (m, path) in
            [REQUEST, "/api/v1/auth/forgot-password", "/v1/password-reset/request"].iter().enumerate()
        {
            let request = browser.request(Method::POST, path).json(&json!({ "email": email }));
            let page =
                browser.send(request.header("x-forwarded-for", format!("192.0.2.{}", n * 10 + m))).await;
            page.assert_status(200);
            answers.push((m, whole(&page)));
        }
    }
    for email in ["member3@demo.test", "nobody2@demo.test"] {
        if email.starts_with("member") {
            member(&app).await;
        }
        let form = browser.prepare("#forgot-form", &[("email", email)], &[]);
        pages.push(whole(&browser.send(form).await));
    }
    // The first, second and third request for each address alike: what is left of the limit falls.
    for (m, answer) in &answers {
        assert_eq!(*answer, answers[*m].1, "request {m}");
    }
    assert_eq!(pages[0].0, 303);
    assert_eq!(pages[0], pages[1]);
    assert_eq!(app.count("password_reset_requests").await, 11, "each was only written down");
    app.send_mail().await;
    assert_eq!(app.count("password_reset_requests").await, 0);
    assert_eq!(app.count("emails").await, 4, "three to the one, one to the other open account");
}

async fn only_open_accounts_get_a_mail(app: TestApp) {
    let mut letters = Vec::new();
    for (n, status) in Status::ALL.iter().enumerate() {
        // Another hour, another budget.
        app.clock.advance(TimeDelta::hours(2));
        let person = member(&app).await;
        set_status(&app, &person, *status).await;
        post(&app.anonymous(), REQUEST, json!({ "email": person.email })).await.assert_status(200);
        letters.push((*status, app.mail_to(&person.email).await.len()));
        assert_eq!(letters.len(), n + 1);
    }
    assert!(
        letters.iter().all(|(status, mails)| *mails == usize::from(*status == Status::Active)),
        "{letters:?}"
    );
}

async fn opening_the_link_any_number_of_times_uses_nothing_up(app: TestApp) {
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    for _ in 0..5 {
        assert_eq!(app.anonymous().get(&link).await.text("h1"), "Choose a new password");
        assert_eq!(validity(&app, token(&link)).await, json!({ "valid": true }));
    }
    let browser = app.anonymous();
    let answer = browser.send(browser.request(Method::GET, &link)).await;
    assert_eq!(answer.assert_status(303).header("location"), Some(paths::RESET_PASSWORD));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(choose(&app, &link, NEW).await.path, paths::LOGIN);
}

async fn a_link_that_is_no_good_says_why_and_offers_a_new_one(app: TestApp) {
    let person = member(&app).await;
    let replaced = link_for(&app, &person).await;
    let used = link_for(&app, &person).await;
    choose(&app, &used, NEW).await;
    let late = link_for(&app, &person).await;
    let mut open = app.anonymous();
    open.get(&late).await;
    app.clock.advance(TimeDelta::hours(1));
    let unknown = &late[..late.len() - 1];
    let cases = [
        (replaced.as_str(), "This link is no longer valid"),
        (used.as_str(), "This link was used already"),
        (late.as_str(), "This link is no longer valid"),
        (unknown, "This link is not complete"),
        (paths::RESET_PASSWORD, "This link is not complete"),
    ];
    for (link, title) in cases {
        let page = app.anonymous().get(link).await;
        assert_eq!(page.text("h1"), title);
        assert_eq!(page.attribute("main a.button.primary", "href"), paths::FORGOT_PASSWORD);
        assert!(!page.body().contains(&person.email));
    }
    let page = open.submit("#reset-form", &[("new", "Difference-Engine-9")]).await;
    assert_eq!(page.text("h1"), "This link is no longer valid");
}

async fn the_api_tells_what_a_token_is_worth_and_nothing_of_its_owner(app: TestApp) {
    let person = member(&app).await;
    let first = link_for(&app, &person).await;
    let second = link_for(&app, &person).await;
    choose(&app, &second, NEW).await;
    let third = link_for(&app, &person).await;
    assert_eq!(validity(&app, token(&third)).await, json!({ "valid": true }));
    app.clock.advance(TimeDelta::hours(1));
    let expired = json!({ "valid": false, "reason": "expired" });
    assert_eq!(validity(&app, token(&first)).await, expired);
    assert_eq!(validity(&app, token(&third)).await, expired);
    assert_eq!(validity(&app, token(&second)).await, json!({ "valid": false, "reason": "used" }));
    assert_eq!(validity(&app, "0").await, json!({ "valid": false, "reason": "unknown" }));
}

async fn the_api_resets_and_names_each_broken_rule(app: TestApp) {
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    let client = app.anonymous();
    let refused = post(&client, RESET, json!({ "token": token(&link), "new_password": "short" })).await;
    let problem: Value = refused.assert_status(422).json();
    let errors = problem["errors"].as_array().unwrap();
    assert!(errors.len() >= 4, "{problem}");
    assert!(errors.iter().all(|error| error["field"] == "new_password"), "{problem}");
    assert!(errors.iter().any(|error| error["message"] == "Use a digit."), "{problem}");
    let wrong = post(&client, RESET, json!({ "token": "nonsense", "new_password": NEW })).await;
    assert_eq!(wrong.assert_status(400).json::<Value>()["code"], "token_invalid");
    let unread = post(&client, RESET, json!({ "token": token(&link), "password": NEW })).await;
    assert_eq!(unread.assert_status(400).json::<Value>()["errors"][0]["field"], "password");
    let done = post(&client, RESET, json!({ "token": token(&link), "new_password": NEW })).await;
    assert!(done.assert_status(200).json::<Value>()["message"].is_string());
    let again = post(&client, RESET, json!({ "token": token(&link), "new_password": NEW })).await;
    assert_eq!(again.assert_status(400).json::<Value>()["code"], "token_invalid");
    let no_address = post(&client, REQUEST, json!({ "email": "ada" })).await;
    no_address.assert_status(422);
}

async fn of_500_uses_at_once_one_succeeds(engine: Engine) {
    let settings = [("TRUSTED_PROXIES", "127.0.0.0/8"), ("HASHING_QUEUE", "1000")];
    let app = TestApp::start(engine, &settings).await;
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    let client = app.anonymous();
    let uses = (0..500).map(|n| {
        let password = format!("{NEW}-{n}");
        let body = json!({ "token": token(&link), "new_password": password });
        let from = format!("198.51.{}.{}", 100 + n / 250, n % 250);
        let request = client.request(Method::POST, RESET).json(&body).header("x-forwarded-for", from);
        let client = &client;
        async move { (client.send(request).await, password) }
    });
    let (mut done, mut refused) = (Vec::new(), 0);
    for (page, password) in futures_util::future::join_all(uses).await {
        match page.status.as_u16() {
            200 => done.push(password),
            400 => refused += 1,
            _ => panic!("{page:?}"),
        }
    }
    assert_eq!((done.len(), refused), (1, 499));
    let login = json!({ "email": person.email, "password": done[0] });
    post(&client, "/api/v1/auth/login", login).await.assert_status(200);
    let resets = audited(&app, &person.id).await;
    assert_eq!(resets.iter().filter(|entry| entry.0 == "user.password_reset").count(), 1);
}

async fn an_account_closed_meanwhile_is_not_opened_by_its_link(app: TestApp) {
    let person = member(&app).await;
    let link = link_for(&app, &person).await;
    let mut browser = app.anonymous();
    browser.get(&link).await;
    set_status(&app, &person, Status::Suspended).await;
    let page = browser.submit("#reset-form", &[("new", NEW)]).await;
    assert_eq!(page.text("h1"), "This link is no longer valid");
    assert_eq!(app.mail_to(&person.email).await.len(), 1);
}

async fn changing_the_password_tells_its_owner_too(app: TestApp) {
    let person = member(&app).await;
    let mut browser = app.browser_of(&person).await;
    browser.get(paths::PASSWORD).await;
    browser.submit("#password-form", &[("current", person.password), ("new", NEW)]).await.assert_status(200);
    let letter = app.only_mail_to(&person.email).await;
    assert!(letter.text.contains("Firefox on Linux"), "{}", letter.text);
    assert!(letter.text.contains(paths::FORGOT_PASSWORD), "{}", letter.text);
    let id = person.id.clone();
    assert_eq!(app.read(move |c| notifications::store::latest(c, &id, 5)).await.len(), 1);
}
