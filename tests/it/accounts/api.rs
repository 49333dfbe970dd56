//! `/auth/…` of the API, as a program calls it: no cookies, no forms.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Page, Person, TestApp, both_engines};

both_engines!(
    signing_in_gives_the_four_fields_and_the_token_opens_me,
    refusals_have_their_codes_and_the_account_is_told_only_after_a_correct_password,
    a_temporary_password_is_told_after_it_was_right,
    an_unknown_field_or_a_broken_body_is_400_and_names_it,
    an_access_token_dies_in_time_and_at_logout,
    the_same_calls_answer_under_the_short_root,
);

async fn post(app: &TestApp, path: &str, body: &Value) -> Page {
    let client = app.anonymous();
    client.send(client.request(Method::POST, path).json(body)).await
}

async fn with_token(app: &TestApp, method: Method, path: &str, token: &str) -> Page {
    let client = app.anonymous();
    client.send(client.request(method, path).bearer_auth(token)).await
}

async fn member(app: &TestApp) -> Person {
    let organization = app.organization().await;
    app.add_person(Role::Member, &organization).await
}

async fn tokens(app: &TestApp, person: &Person) -> Value {
    let body = json!({ "email": person.email, "password": person.password });
    let page = post(app, "/api/v1/auth/login", &body).await;
    page.assert_status(200).json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

async fn signing_in_gives_the_four_fields_and_the_token_opens_me(app: TestApp) {
    let person = member(&app).await;
    let tokens = tokens(&app, &person).await;
    assert_eq!((text(&tokens, "token_type"), &tokens["expires_in"]), ("Bearer", &json!(900)));
    assert!(!text(&tokens, "refresh_token").is_empty());
    let me: Value =
        with_token(&app, Method::GET, "/api/v1/auth/me", text(&tokens, "access_token")).await.json();
    assert_eq!(me["email"], json!(person.email));
    assert_eq!(me["role"], "member");
    assert_eq!(
        (&me["status"], &me["email_verified"], &me["document_verified"]),
        (&json!("active"), &json!(true), &json!(false))
    );
}

async fn refusals_have_their_codes_and_the_account_is_told_only_after_a_correct_password(app: TestApp) {
    let person = member(&app).await;
    let wrong =
        post(&app, "/api/v1/auth/login", &json!({ "email": person.email, "password": "wrong" })).await;
    let unknown =
        post(&app, "/api/v1/auth/login", &json!({ "email": "x@demo.test", "password": "wrong" })).await;
    let mut bodies: Vec<Value> = Vec::new();
    for page in [wrong, unknown] {
        assert_eq!(page.assert_status(401).header("content-type"), Some("application/problem+json"));
        let mut body: Value = page.json();
        body["request_id"].take();
        bodies.push(body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0]["code"], "invalid_credentials");
    for (status, code) in [
        (Status::Pending, "account_pending"),
        (Status::Suspended, "account_suspended"),
        (Status::Banned, "account_banned"),
        (Status::Rejected, "account_rejected"),
    ] {
        let (id, now) = (person.id.clone(), app.clock.now());
        app.db.write(move |c| store::set_status(c, &id, status, now)).await.unwrap();
        let body = json!({ "email": person.email, "password": person.password });
        let page = post(&app, "/api/v1/auth/login", &body).await;
        assert_eq!(page.assert_status(403).json::<Value>()["code"], code);
        let wrong =
            post(&app, "/api/v1/auth/login", &json!({ "email": person.email, "password": "x" })).await;
        assert_eq!(wrong.assert_status(401).json::<Value>()["code"], "invalid_credentials", "{code}");
    }
}

async fn a_temporary_password_is_told_after_it_was_right(app: TestApp) {
    let person = member(&app).await;
    crate::users::support::set(&app, &person.id, "must_change_password = TRUE").await;
    let body = json!({ "email": person.email, "password": person.password });
    let page = post(&app, "/api/v1/auth/login", &body).await;
    assert_eq!(page.assert_status(403).json::<Value>()["code"], "password_change_required");
    let wrong = post(&app, "/api/v1/auth/login", &json!({ "email": person.email, "password": "x" })).await;
    assert_eq!(wrong.assert_status(401).json::<Value>()["code"], "invalid_credentials");
    assert_eq!(app.count("sessions").await, 0);
}

async fn an_unknown_field_or_a_broken_body_is_400_and_names_it(app: TestApp) {
    let body = json!({ "email": "x@demo.test", "password": "y", "remember": true });
    let page = post(&app, "/api/v1/auth/login", &body).await;
    let problem: Value = page.assert_status(400).json();
    assert_eq!(problem["errors"][0]["field"], "remember");
    let client = app.anonymous();
    let broken =
        client.request(Method::POST, "/api/v1/auth/login").header("content-type", "application/json");
    client.send(broken.body("{")).await.assert_status(400);
    let form = client.request(Method::POST, "/api/v1/auth/login").form(&[("email", "x")]);
    assert_eq!(client.send(form).await.assert_status(415).json::<Value>()["code"], "unsupported_media_type");
    client.send(client.request(Method::PUT, "/api/v1/auth/login")).await.assert_status(405);
}

async fn an_access_token_dies_in_time_and_at_logout(app: TestApp) {
    let person = member(&app).await;
    let token = text(&tokens(&app, &person).await, "access_token").to_owned();
    app.clock.advance(TimeDelta::minutes(16));
    with_token(&app, Method::GET, "/api/v1/auth/me", &token).await.assert_status(401);
    let token = text(&tokens(&app, &person).await, "access_token").to_owned();
    with_token(&app, Method::POST, "/api/v1/auth/logout", &token).await.assert_status(204);
    let gone = with_token(&app, Method::GET, "/api/v1/auth/me", &token).await;
    assert_eq!(gone.assert_status(401).header("www-authenticate"), Some("Bearer"));
}

async fn the_same_calls_answer_under_the_short_root(app: TestApp) {
    let person = member(&app).await;
    let body = json!({ "email": person.email, "password": person.password });
    post(&app, "/v1/auth/login", &body).await.assert_status(200);
}
