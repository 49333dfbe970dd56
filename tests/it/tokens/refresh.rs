//! Refresh tokens: one live one for each family, whatever happens.

use chrono::TimeDelta;
use frontdesk::access::{Role, SessionId};
use frontdesk::live::{Ended, Event};
use frontdesk::notifications::{Kind, Severity, store as notifications};
use frontdesk::sessions::api_tokens::{self, RefreshTokenRow};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ME, REFRESH, Tokens, call, code, refresh, sign_in};
use crate::harness::{Page, Person, TestApp, both_engines};

both_engines!(
    a_refresh_spends_its_token_for_the_next,
    after_a_lost_answer_the_same_client_gets_the_same_successor_once,
    of_500_simultaneous_refreshes_comes_one_family_with_one_live_token,
    a_replay_ends_that_family_and_nothing_else,
    another_client_has_no_grace,
    the_end_of_a_family_is_told_once,
    a_refresh_token_expires_and_each_next_one_lives_as_long,
    a_family_is_told_as_a_chain_to_its_own_organization_only,
);

async fn member(app: &TestApp) -> Person {
    let organization = app.organization().await;
    app.add_person(Role::Member, &organization).await
}

fn session_of(access: &str) -> SessionId {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    SessionId::parse(claims["sid"].as_str().unwrap()).unwrap()
}

async fn chain(app: &TestApp, person: &Person, access: &str) -> Vec<RefreshTokenRow> {
    let (organization, session) = (person.organization.clone(), session_of(access));
    app.read(move |c| api_tokens::chain(c, &organization, &session, 1_000)).await
}

async fn a_refresh_spends_its_token_for_the_next(app: TestApp) {
    let client = app.anonymous();
    let first = sign_in(&app, &member(&app).await).await;
    let second = Tokens::of(&refresh(&client, &first.refresh).await);
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    assert_eq!(second.refresh.len(), 64, "256 bits");
    call(&client, Method::GET, ME, &second.access).await.assert_status(200);
    assert_eq!(code(&refresh(&client, "nonsense").await, 401), "token_unknown");
    assert_eq!(code(&refresh(&client, &second.access).await, 401), "token_unknown");
}

async fn after_a_lost_answer_the_same_client_gets_the_same_successor_once(app: TestApp) {
    let person = member(&app).await;
    let client = app.anonymous();
    let first = sign_in(&app, &person).await;
    let lost = Tokens::of(&refresh(&client, &first.refresh).await);
    app.clock.advance(TimeDelta::seconds(10));
    let again = Tokens::of(&refresh(&client, &first.refresh).await);
    assert_eq!(again.refresh, lost.refresh);
    assert_eq!(code(&refresh(&client, &first.refresh).await, 401), "token_reused");
    let next = Tokens::of(&refresh(&client, &again.refresh).await);
    let rows = chain(&app, &person, &next.access).await;
    assert_eq!((rows.len(), rows.iter().filter(|row| row.spent_at.is_none()).count()), (3, 1));
    assert!(rows[0].replayed_at.is_some() && rows[1].replayed_at.is_none());
}

async fn of_500_simultaneous_refreshes_comes_one_family_with_one_live_token(app: TestApp) {
    let person = member(&app).await;
    let client = app.anonymous();
    let first = sign_in(&app, &person).await;
    let answers: Vec<Page> = join_all((0..500).map(|_| refresh(&client, &first.refresh))).await;
    let (won, lost): (Vec<&Page>, Vec<&Page>) = answers.iter().partition(|page| page.status == 200);
    for page in lost {
        assert_eq!(code(page, 401), "token_reused");
    }
    let won: Vec<Tokens> = won.into_iter().map(Tokens::of).collect();
    assert!((1..=2).contains(&won.len()), "{}: the first, and once more for a lost answer", won.len());
    assert!(won.iter().all(|pair| pair.refresh == won[0].refresh));
    assert_eq!(app.count("sessions").await, 1);
    let rows = chain(&app, &person, &first.access).await;
    assert_eq!((rows.len(), rows.iter().filter(|row| row.spent_at.is_none()).count()), (2, 1));
    assert_eq!(rows[0].successor_id.as_ref(), Some(&rows[1].id));
    Tokens::of(&refresh(&client, &won[0].refresh).await);
}

async fn a_replay_ends_that_family_and_nothing_else(app: TestApp) {
    let person = member(&app).await;
    let client = app.anonymous();
    let mut browser = app.browser_of(&person).await;
    let other = sign_in(&app, &person).await;
    let first = sign_in(&app, &person).await;
    let second = Tokens::of(&refresh(&client, &first.refresh).await);
    let third = Tokens::of(&refresh(&client, &second.refresh).await);
    let mut hub = app.hub.listen();
    app.clock.advance(TimeDelta::seconds(11));
    assert_eq!(code(&refresh(&client, &first.refresh).await, 401), "token_reused");
    for token in [&first.access, &second.access, &third.access] {
        assert_eq!(code(&call(&client, Method::GET, ME, token).await, 401), "token_invalid");
    }
    assert_eq!(code(&refresh(&client, &third.refresh).await, 401), "token_expired");
    call(&client, Method::GET, ME, &other.access).await.assert_status(200);
    Tokens::of(&refresh(&client, &other.refresh).await);
    assert_eq!(browser.get("/account").await.path, "/account");
    let ended = Event::SessionsEnded {
        organization: person.organization.clone(),
        user: person.id.clone(),
        sessions: Ended::Some(vec![session_of(&first.access)]),
    };
    assert_eq!(hub.try_recv().unwrap(), ended);
}

async fn another_client_has_no_grace(app: TestApp) {
    let client = app.anonymous();
    let first = sign_in(&app, &member(&app).await).await;
    let second = Tokens::of(&refresh(&client, &first.refresh).await);
    let thief = client.request(Method::POST, REFRESH).json(&json!({ "refresh_token": first.refresh }));
    let thief = client.send(thief.header("user-agent", "curl/8.0")).await;
    assert_eq!(code(&thief, 401), "token_reused");
    assert_eq!(code(&refresh(&client, &second.refresh).await, 401), "token_expired");
}

async fn the_end_of_a_family_is_told_once(app: TestApp) {
    let person = member(&app).await;
    let client = app.anonymous();
    let first = sign_in(&app, &person).await;
    Tokens::of(&refresh(&client, &first.refresh).await);
    app.clock.advance(TimeDelta::minutes(1));
    for _ in 0..3 {
        assert_eq!(code(&refresh(&client, &first.refresh).await, 401), "token_reused");
    }
    let letter = app.only_mail_to(&person.email).await;
    assert!(letter.text.contains("A sign-in of yours was ended"), "{}", letter.text);
    let id = person.id.clone();
    let told = app.read(move |c| notifications::latest(c, &id, 10)).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].severity), (Kind::SecurityAlert, Severity::High));
    let log = app.admin().await.get("/audit?area=session").await;
    let told = log.texts("tbody tr").iter().filter(|row| row.contains("refresh token reused")).count();
    assert_eq!(told, 1, "{log:?}");
    assert!(!log.body().contains(&first.refresh));
}

async fn a_refresh_token_expires_and_each_next_one_lives_as_long(app: TestApp) {
    let client = app.anonymous();
    let person = member(&app).await;
    let mut tokens = sign_in(&app, &person).await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::days(6));
        tokens = Tokens::of(&refresh(&client, &tokens.refresh).await);
        call(&client, Method::GET, ME, &tokens.access).await.assert_status(200);
    }
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(code(&refresh(&client, &tokens.refresh).await, 401), "token_expired");
}

async fn a_family_is_told_as_a_chain_to_its_own_organization_only(app: TestApp) {
    let person = member(&app).await;
    let client = app.anonymous();
    let first = sign_in(&app, &person).await;
    app.clock.advance(TimeDelta::minutes(5));
    let second = Tokens::of(&refresh(&client, &first.refresh).await);
    let rows = chain(&app, &person, &second.access).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].successor_id.as_ref(), Some(&rows[1].id));
    assert_eq!(rows[0].spent_at, Some(rows[1].created_at));
    for row in &rows {
        assert_eq!(row.issued_ip.as_deref(), Some("127.0.0.1"));
        assert!(row.issued_agent.as_ref().unwrap().contains("Firefox"));
    }
    assert_eq!(rows[0].spent_ip.as_deref(), Some("127.0.0.1"));
    let elsewhere = app.add_organization("elsewhere").await;
    let session = session_of(&first.access);
    assert!(app.read(move |c| api_tokens::chain(c, &elsewhere, &session, 10)).await.is_empty());
}
