//! Access tokens: what they say, who believes them, and when they stop working.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store};
use frontdesk::db::schema::{signing_keys, users};
use frontdesk::paths;
use frontdesk::sessions::access_token;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ME, Tokens, call, code, refresh, sign_in};
use crate::harness::{Browser, Person, TestApp, both_engines, variable};

both_engines!(
    a_token_says_who_for_how_long_and_by_which_key,
    a_token_that_was_changed_or_made_by_others_is_refused,
    an_application_verifies_a_token_with_the_published_keys_alone,
    a_token_expires,
    an_older_token_of_a_family_works_until_it_expires_or_the_session_ends,
    what_changed_since_a_token_was_signed_counts_at_once,
    the_key_set_may_be_kept_and_asked_for_again,
    instances_that_start_together_have_one_key,
    a_new_key_is_published_before_it_signs_and_an_old_one_until_its_tokens_are_dead,
);

async fn member(app: &TestApp) -> Person {
    let organization = app.organization().await;
    app.add_person(Role::Member, &organization).await
}

fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn key_set(app: &TestApp) -> Value {
    app.anonymous().get(paths::JWKS).await.assert_status(200).json()
}

async fn a_token_says_who_for_how_long_and_by_which_key(app: TestApp) {
    let person = member(&app).await;
    let token = sign_in(&app, &person).await.access;
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("JWT")));
    let keys = key_set(&app).await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(keys["keys"][0]["kid"], header["kid"]);
    let now = app.clock.now().utc().timestamp();
    let expected = [
        ("iss", json!(app.url.as_str().trim_end_matches('/'))),
        ("aud", json!("frontdesk")),
        ("sub", json!(person.id)),
        ("org", json!(person.organization)),
        ("role", json!("member")),
        ("iat", json!(now)),
        ("exp", json!(now + 900)),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
    for name in ["sid", "jti"] {
        assert!(claims[name].as_str().unwrap().len() >= 32, "{name}");
    }
}

async fn a_token_that_was_changed_or_made_by_others_is_refused(app: TestApp) {
    let person = member(&app).await;
    let admin = app.add_person(Role::Admin, &person.organization).await;
    let token = sign_in(&app, &person).await.access;
    let parts: Vec<&str> = token.split('.').collect();
    let (header, mut claims) = (part(&token, 0), part(&token, 1));
    claims["sub"] = json!(admin.id);
    claims["role"] = json!("admin");
    let with = |header: &Value| encoded(header);
    let unsigned = json!({ "alg": "none", "typ": "JWT", "kid": header["kid"] });
    let symmetric = json!({ "alg": "HS256", "typ": "JWT", "kid": header["kid"] });
    let stranger = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "0000000000000000" });
    let keyless = json!({ "alg": "EdDSA", "typ": "JWT" });
    // Of the last letter of a signature only some bits count, so another one is changed.
    let mut signature = parts[2].to_owned().into_bytes();
    signature[10] = if signature[10] == b'A' { b'B' } else { b'A' };
    let signature = String::from_utf8(signature).unwrap();
    let forged = [
        format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]),
        format!("{}.{}.{signature}", parts[0], parts[1]),
        format!("{}.{}.", with(&unsigned), encoded(&claims)),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", with(&symmetric), parts[1], parts[2]),
        format!("{}.{}.{}", with(&stranger), parts[1], parts[2]),
        format!("{}.{}.{}", with(&keyless), parts[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        "a.b.c".to_owned(),
        "nonsense".to_owned(),
    ];
    let client = app.anonymous();
    for token in &forged {
        assert_eq!(code(&call(&client, Method::GET, ME, token).await, 401), "token_invalid", "{token}");
    }
    call(&client, Method::GET, ME, &token).await.assert_status(200);
}

/// What `PyJWT` makes of a token.
fn verified_elsewhere(token: &str, keys: &Value, audience: &str, issuer: &str) -> Result<Value, String> {
    let mut python = Command::new(variable("TEST_PYTHON"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/verify_token.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({ "token": token, "keys": keys, "audience": audience, "issuer": issuer });
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    match answer["refused"].as_str() {
        Some(why) => Err(why.to_owned()),
        None => Ok(answer["claims"].clone()),
    }
}

async fn an_application_verifies_a_token_with_the_published_keys_alone(app: TestApp) {
    let person = member(&app).await;
    let token = sign_in(&app, &person).await.access;
    let keys = key_set(&app).await;
    let issuer = app.url.as_str().trim_end_matches('/');
    let claims = verified_elsewhere(&token, &keys, "frontdesk", issuer).unwrap();
    assert_eq!(claims, part(&token, 1));
    let (start, _) = token.rsplit_once('.').unwrap();
    let changed = format!("{start}.{}", URL_SAFE_NO_PAD.encode([7; 64]));
    assert_eq!(
        verified_elsewhere(&changed, &keys, "frontdesk", issuer).unwrap_err(),
        "InvalidSignatureError"
    );
    assert_eq!(verified_elsewhere(&token, &keys, "others", issuer).unwrap_err(), "InvalidAudienceError");
}

async fn a_token_expires(app: TestApp) {
    let token = sign_in(&app, &member(&app).await).await.access;
    let client = app.anonymous();
    app.clock.advance(TimeDelta::seconds(899));
    call(&client, Method::GET, ME, &token).await.assert_status(200);
    app.clock.advance(TimeDelta::seconds(1));
    let late = call(&client, Method::GET, ME, &token).await;
    assert_eq!(code(&late, 401), "token_expired");
    assert_eq!(late.header("www-authenticate"), Some("Bearer"));
}

async fn an_older_token_of_a_family_works_until_it_expires_or_the_session_ends(app: TestApp) {
    let client = app.anonymous();
    let first = sign_in(&app, &member(&app).await).await;
    app.clock.advance(TimeDelta::minutes(10));
    let second = Tokens::of(&refresh(&client, &first.refresh).await);
    for token in [&first.access, &second.access] {
        call(&client, Method::GET, ME, token).await.assert_status(200);
    }
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(code(&call(&client, Method::GET, ME, &first.access).await, 401), "token_expired");
    let third = Tokens::of(&refresh(&client, &second.refresh).await);
    call(&client, Method::POST, "/api/v1/auth/logout", &third.access).await.assert_status(204);
    for token in [&second.access, &third.access] {
        assert_eq!(code(&call(&client, Method::GET, ME, token).await, 401), "token_invalid");
    }
    assert_eq!(code(&refresh(&client, &third.refresh).await, 401), "token_expired");
}

async fn role_of(client: &Browser, token: &str) -> Value {
    call(client, Method::GET, ME, token).await.assert_status(200).json::<Value>()["role"].clone()
}

async fn what_changed_since_a_token_was_signed_counts_at_once(app: TestApp) {
    let person = member(&app).await;
    let tokens = sign_in(&app, &person).await;
    let client = app.anonymous();
    let id = person.id.clone();
    let promoted = diesel::update(users::table.find(id)).set(users::role.eq(Role::Reviewer));
    app.db.write(move |c| promoted.execute(c)).await.unwrap();
    assert_eq!(role_of(&client, &tokens.access).await, "reviewer");
    call(&client, Method::GET, "/api/v1/verifications", &tokens.access).await.assert_status(200);
    let (id, now) = (person.id.clone(), app.clock.now());
    app.db.write(move |c| store::set_status(c, &id, Status::Suspended, now)).await.unwrap();
    assert_eq!(code(&call(&client, Method::GET, ME, &tokens.access).await, 401), "token_invalid");
    assert_eq!(code(&refresh(&client, &tokens.refresh).await, 401), "token_expired");
}

async fn the_key_set_may_be_kept_and_asked_for_again(app: TestApp) {
    let client = app.anonymous();
    let page = client.send(client.request(Method::GET, paths::JWKS)).await;
    assert_eq!(page.header("cache-control"), Some("public, max-age=900"));
    assert_eq!(page.header("access-control-allow-origin"), Some("*"));
    assert!(!page.body().contains("\"d\""), "no private part is published");
    let tag = page.header("etag").unwrap().to_owned();
    let again = client.send(client.request(Method::GET, paths::JWKS).header("if-none-match", &tag)).await;
    again.assert_status(304);
    let other = client.send(client.request(Method::GET, paths::JWKS).header("if-none-match", "\"x\"")).await;
    other.assert_status(200);
}

async fn instances_that_start_together_have_one_key(app: TestApp) {
    app.db.write(|c| diesel::delete(signing_keys::table).execute(c)).await.unwrap();
    let starts = (2..10).map(|seed| {
        let other = app.another_process(seed);
        let now = app.clock.now();
        tokio::spawn(async move {
            let db = other.db.clone();
            db.write(move |c| access_token::ensure(c, &other, now)).await.unwrap();
        })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap();
    }
    assert_eq!(app.count("signing_keys").await, 1);
}

async fn a_new_key_is_published_before_it_signs_and_an_old_one_until_its_tokens_are_dead(app: TestApp) {
    let person = member(&app).await;
    let kid = |token: &str| part(token, 0)["kid"].clone();
    let first = kid(&sign_in(&app, &person).await.access);
    app.clock.advance(TimeDelta::days(90));
    app.run_jobs().await;
    assert_eq!(key_set(&app).await["keys"].as_array().unwrap().len(), 2);
    let last = sign_in(&app, &person).await.access;
    assert_eq!(kid(&last), first, "the new key is only announced");
    app.clock.advance(TimeDelta::hours(1));
    app.run_jobs().await;
    let next = sign_in(&app, &person).await.access;
    assert_ne!(kid(&next), first);
    let client = app.anonymous();
    call(&client, Method::GET, ME, &next).await.assert_status(200);
    assert_eq!(key_set(&app).await["keys"].as_array().unwrap().len(), 2, "its tokens live on");
    app.clock.advance(TimeDelta::hours(25));
    app.run_jobs().await;
    let keys = key_set(&app).await;
    assert_eq!((keys["keys"].as_array().unwrap().len(), &keys["keys"][0]["kid"]), (1, &kid(&next)));
}
