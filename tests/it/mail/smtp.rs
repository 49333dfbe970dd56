//! Against a real mail server that misbehaves on request (`tests/support/smtp_server.py`).

use chrono::TimeDelta;
use frontdesk::mail::model::Outcome;
use frontdesk::mail::{EmailStatus, Letter};

use super::support::Desk;
use crate::harness::{Engine, variable};

/// A desk whose mails go to the test server.
async fn desk(further: &[(&str, &str)]) -> Desk {
    let port = variable("TEST_SMTP_PORT");
    let mut settings = vec![
        ("EMAIL_PROVIDER", "smtp"),
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("EMAIL_FROM", "desk@demo.test"),
    ];
    settings.extend(further);
    Desk::with(Engine::Sqlite, &settings).await
}

/// An address of its own for each test: the local part's start tells the server what to do.
fn address(does: &str) -> String {
    let unique = hex::encode(frontdesk::ids::Random::system().bytes::<8>());
    format!("{does}+{unique}@demo.test")
}

async fn ask(what: &str, address: &str) -> serde_json::Value {
    let port = variable("TEST_SMTP_HTTP_PORT");
    let url = reqwest::Url::parse_with_params(&format!("http://127.0.0.1:{port}/{what}"), [("to", address)]);
    reqwest::get(url.unwrap()).await.unwrap().json().await.unwrap()
}

/// The messages the server has for an address.
async fn received(address: &str) -> Vec<String> {
    let mails = ask("mails", address).await;
    let data = |mail: &serde_json::Value| mail["data"].as_str().unwrap().to_owned();
    mails.as_array().unwrap().iter().map(data).collect()
}

fn letter() -> Letter {
    Letter::Rejected { reason: "The photo cannot be read.".to_owned(), case_link: None }
}

#[tokio::test]
async fn a_mail_arrives_whole_with_its_secret() {
    let desk = desk(&[]).await;
    let to = address("ada");
    let id = desk.enqueue(desk.letter(&to, &desk.approved("mK7!vQ2xTr9#Lp"))).await.unwrap();
    desk.send_all().await;
    let row = desk.email(&id).await;
    assert_eq!(row.status, EmailStatus::Sent, "{:?}", row.last_reply);
    assert_eq!(row.provider.as_deref(), Some("smtp"));
    assert_eq!(row.last_reply.as_deref(), Some("250 2.0.0 Kept"));
    let received = received(&to).await;
    assert_eq!(received.len(), 1);
    for part in [
        "Subject: Your registration with Analytical Society is approved\r\n".to_owned(),
        format!("Message-ID: <{id}@demo.test>\r\n"),
        "Auto-Submitted: auto-generated\r\n".to_owned(),
        "Temporary password: mK7!vQ2xTr9#Lp".to_owned(),
        "Content-Type: text/html; charset=utf-8".to_owned(),
    ] {
        assert!(received[0].contains(&part), "{part:?} is not in\n{}", received[0]);
    }
}

#[tokio::test]
async fn a_server_that_is_busy_twice_gets_the_mail_at_the_third_try() {
    let desk = desk(&[]).await;
    let to = address("tempfail-2");
    let id = desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    for tries in 1..=2 {
        desk.send_all().await;
        let row = desk.email(&id).await;
        assert_eq!((row.status, row.tries), (EmailStatus::Queued, tries));
        desk.app.clock.advance(TimeDelta::seconds(5));
    }
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Sent);
    let busy = Some(Outcome::Transient);
    assert_eq!(desk.outcomes(&id).await, [busy, busy, Some(Outcome::Accepted)]);
    assert_eq!(received(&to).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_stays_busy_is_tried_for_two_days_and_then_given_up() {
    let desk = desk(&[]).await;
    let to = address("tempfail-1000");
    let begun = desk.app.clock.now();
    let id = desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    desk.send_all().await;
    while let Some(next) = desk.email(&id).await.next_attempt_at {
        desk.app.clock.advance(next.since(desk.app.clock.now()));
        desk.send_all().await;
    }
    let row = desk.email(&id).await;
    assert_eq!((row.status, row.sealed_secret), (EmailStatus::Failed, None));
    assert_eq!(row.last_reply.as_deref(), Some("451 4.3.0 Try again later"));
    assert_eq!(desk.attempts(&id).await.len(), 12);
    assert!(desk.app.clock.now().since(begun) <= TimeDelta::hours(48));
}

#[tokio::test]
async fn a_refused_recipient_is_not_tried_again() {
    let desk = desk(&[]).await;
    let to = address("refuse");
    let id = desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    desk.send_all().await;
    desk.app.clock.advance(TimeDelta::days(3));
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Failed);
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Permanent)]);
    assert_eq!(ask("attempts", &to).await, 1);
}

#[tokio::test]
async fn a_connection_cut_after_the_final_dot_leaves_the_fate_unknown_and_the_duplicate_recognisable() {
    let desk = desk(&[]).await;
    let to = address("drop-after-dot");
    let id = desk.enqueue(desk.letter(&to, &desk.approved("secret"))).await.unwrap();
    desk.send_all().await;
    let row = desk.email(&id).await;
    assert_eq!(row.status, EmailStatus::Unknown, "{:?}", row.last_reply);
    desk.app.clock.advance(TimeDelta::minutes(15));
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Unknown);
    let received = received(&to).await;
    assert_eq!(received.len(), 2);
    let same = format!("Message-ID: <{id}@demo.test>\r\n");
    assert!(received.iter().all(|message| message.contains(&same)));
}

#[tokio::test]
async fn a_server_slower_than_the_time_for_a_mail_leaves_the_fate_unknown() {
    let desk = desk(&[("SMTP_TIMEOUT", "1s")]).await;
    let to = address("slow-3");
    let id = desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Unknown);
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Unknown)]);
}

#[tokio::test]
async fn a_wrong_password_is_a_fault_of_the_provider_and_loses_no_mail() {
    let desk = desk(&[("SMTP_USER", "desk"), ("SMTP_PASSWORD", "wrong")]).await;
    let to = address("ada");
    let id = desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    desk.send_all().await;
    let row = desk.email(&id).await;
    assert_eq!(row.status, EmailStatus::Queued);
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::ProviderDown)]);
    assert!(received(&to).await.is_empty());
}

#[tokio::test]
async fn a_right_password_signs_in() {
    let desk = desk(&[("SMTP_USER", "desk"), ("SMTP_PASSWORD", "right")]).await;
    let to = address("ada");
    desk.enqueue(desk.letter(&to, &letter())).await.unwrap();
    desk.send_all().await;
    assert_eq!(ask("mails", &to).await[0]["login"], "desk");
}
