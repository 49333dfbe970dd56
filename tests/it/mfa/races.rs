//! Many at once with the same code: one gets in.

use frontdesk::access::Role;
use frontdesk::accounts::mfa::totp;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::with_app;
use crate::harness::{TestApp, both_engines};

both_engines!(
    of_200_simultaneous_uses_of_a_code_one_is_taken,
    of_many_simultaneous_answers_to_a_challenge_one_gets_tokens,
    of_many_simultaneous_uses_of_a_recovery_code_one_gets_tokens,
);

async fn of_200_simultaneous_uses_of_a_code_one_is_taken(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let (code, now) = (phone.code(&app, 0), app.clock.now());
    // Few at a time reach the database, all of them were sent at once.
    let uses = (0..200).map(|_| {
        let (shared, user, code) = ((*app).clone(), person.id.clone(), code.clone().into());
        app.db.write(move |c| totp::spend(c, &shared, &user, &code, now))
    });
    let taken = join_all(uses).await.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count();
    assert_eq!(taken, 1);
}

async fn token(app: &TestApp, email: &str, password: &str) -> String {
    let client = app.anonymous();
    let body = json!({ "email": email, "password": password });
    let page = client.send(client.request(Method::POST, "/api/v1/auth/login").json(&body)).await;
    page.assert_status(202).json::<Value>()["mfa_token"].as_str().unwrap().to_owned()
}

async fn simultaneous(app: &TestApp, tokens: &[String], method: &str, code: &str) -> Vec<u16> {
    let calls = tokens.iter().map(async |token| {
        let client = app.anonymous();
        let body = json!({ "mfa_token": token, "method": method, "code": code });
        client.send(client.request(Method::POST, "/api/v1/auth/mfa").json(&body)).await.status.as_u16()
    });
    join_all(calls).await
}

async fn of_many_simultaneous_answers_to_a_challenge_one_gets_tokens(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (phone, _) = with_app(&app, &person).await;
    let tokens = vec![token(&app, &person.email, person.password).await; 20];
    let statuses = simultaneous(&app, &tokens, "totp", &phone.code(&app, 0)).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401 | 429)), "{statuses:?}");
}

async fn of_many_simultaneous_uses_of_a_recovery_code_one_gets_tokens(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let (_, codes) = with_app(&app, &person).await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(token(&app, &person.email, person.password).await);
    }
    let statuses = simultaneous(&app, &tokens, "recovery_code", &codes[0]).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401)), "{statuses:?}");
}
