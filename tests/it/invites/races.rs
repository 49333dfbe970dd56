//! Many at once: one link opens one account, an address has one open invite.

use frontdesk::access::SessionId;
use frontdesk::access::{Act, Actor, Means, Role};
use frontdesk::accounts::invites::accept::{self, Accepted, Answer, Standing};
use frontdesk::accounts::invites::{Invitee, State, actions};
use frontdesk::mail::EmailAddress;
use frontdesk::paths;
use reqwest::Method;
use serde_json::json;

use super::support::{EMAIL, NAME, PASSWORD, all, audited, invited};
use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    of_500_simultaneous_acceptances_one_opens_an_account,
    of_many_calls_of_the_api_at_once_one_opens_an_account,
    of_many_invites_for_one_address_at_once_one_stays_open,
    of_revoking_and_accepting_at_once_one_happens,
);

/// Everybody reaches the same point with a hash in hand, which the queue must have room for.
async fn app(engine: Engine) -> TestApp {
    TestApp::start(engine, &[("HASHING_QUEUE", "1000"), ("TRUSTED_PROXIES", "127.0.0.1/32")]).await
}

async fn of_500_simultaneous_acceptances_one_opens_an_account(engine: Engine) {
    let app = app(engine).await;
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    let token = secrecy::SecretString::from(link.trim_start_matches("/invite/").to_owned());
    let tries = (0..500).map(|number| {
        let act = Act {
            who: frontdesk::access::Who::Visitor,
            ip: Some(format!("192.0.2.{number}")),
            ..Act::by_system(app.clock.now())
        };
        let answer = Answer { name: NAME.to_owned(), password: PASSWORD.into() };
        let (app, token) = (&app, &token);
        async move { accept::accept(app, &act, token, answer).await.unwrap() }
    });
    let outcomes = futures_util::future::join_all(tries).await;
    let opened = outcomes.iter().filter(|one| matches!(one, Accepted::Opened(_))).count();
    let used = outcomes.iter().filter(|one| matches!(one, Accepted::Dead(Standing::Used))).count();
    assert_eq!((opened, used), (1, 499));
    assert_eq!(app.count("users").await, 2);
    let accepted = audited(&app, "invite").await;
    assert_eq!(accepted.iter().filter(|entry| entry.0 == "invite.accepted").count(), 1);
}

async fn of_many_calls_of_the_api_at_once_one_opens_an_account(engine: Engine) {
    let app = app(engine).await;
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    let path = format!("/api/v1/invites/{}/accept", link.trim_start_matches("/invite/"));
    let client = app.anonymous();
    let calls = (0..40).map(|number| {
        let body = json!({ "name": NAME, "password": PASSWORD });
        let call = client.request(Method::POST, &path).json(&body);
        client.send(call.header("x-forwarded-for", format!("192.0.2.{number}")))
    });
    let answers = futures_util::future::join_all(calls).await;
    let mut codes: Vec<u16> = answers.iter().map(|page| page.status.as_u16()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [[201].as_slice(), [400; 39].as_slice()].concat());
}

async fn of_many_invites_for_one_address_at_once_one_stays_open(app: TestApp) {
    let admin = app.add_person(Role::Admin, &app.organization().await).await;
    let actor = Actor {
        user: admin.id.clone(),
        organization: admin.organization.clone(),
        organization_name: String::new(),
        session: SessionId::new(&app.random, app.clock.now()),
        role: Role::Admin,
        name: admin.name.clone(),
        email: admin.email.clone(),
        means: Means::Cookie,
        key: None,
        must_change_password: false,
        must_enrol: false,
        factor_at: None,
    };
    let act = Act::by_system(app.clock.now());
    let sends = (0..50).map(|_| {
        let invitee = Invitee { email: EmailAddress::parse(EMAIL).unwrap(), role: Role::Member, name: None };
        actions::invite(&app, &act, &actor, invitee)
    });
    for sent in futures_util::future::join_all(sends).await {
        assert!(sent.unwrap().is_ok());
    }
    let now = app.clock.now();
    let invites = all(&app, &admin.organization).await;
    assert_eq!(invites.len(), 50);
    assert_eq!(invites.iter().filter(|invite| invite.state(now) == State::Open).count(), 1);
}

async fn of_revoking_and_accepting_at_once_one_happens(engine: Engine) {
    let app = app(engine).await;
    let mut admin = app.admin().await;
    let mut accepted = 0;
    for round in 0..30 {
        let email = format!("person{round}@demo.test");
        let link = invited(&app, &mut admin, &email, Role::Member).await;
        let invite = all(&app, &app.organization().await).await.remove(0);
        let revoke = [("csrf", admin.get(paths::ACCOUNT).await.attribute("input[name=csrf]", "value"))];
        let revoke = admin.request(Method::POST, &paths::invite_revoke(&invite.id)).form(&revoke);
        let path = format!("/api/v1/invites/{}/accept", link.trim_start_matches("/invite/"));
        let client = app.anonymous();
        let accept = client.request(Method::POST, &path).json(&json!({ "name": NAME, "password": PASSWORD }));
        let accept = accept.header("x-forwarded-for", format!("192.0.2.{round}"));
        let (revoked, answer) = tokio::join!(admin.send(revoke), client.send(accept));
        assert_eq!(revoked.status, 303, "{revoked:?}");
        let state = all(&app, &app.organization().await).await.remove(0).state(app.clock.now());
        match answer.status.as_u16() {
            201 => assert_eq!(state, State::Accepted),
            400 => assert_eq!(state, State::Revoked),
            other => panic!("{other}: {answer:?}"),
        }
        accepted += i64::from(state == State::Accepted);
    }
    assert_eq!(app.count("users").await, 1 + accepted);
}
