//! What a row of the outbox freezes, and what it hides.

use chrono::TimeDelta;
use frontdesk::error::AppError;
use frontdesk::mail::letters::MASK;
use frontdesk::mail::store::log::{Filter, by_id, page};
use frontdesk::mail::{self, EmailStatus, EnqueueError, Letter, NewEmail, captured_message, worker};
use frontdesk::web::pager::Place;

use super::support::Desk;
use crate::harness::both_engines;

const PASSWORD: &str = "mK7!vQ2xTr9#Lp";

both_engines!(
    a_mail_is_a_row_in_the_transaction_of_its_cause,
    a_row_freezes_the_mail_and_holds_no_secret_in_the_clear,
    an_accepted_mail_keeps_no_secret_but_the_captured_message_has_it,
    the_same_mail_asked_for_twice_is_one_mail,
    an_idempotency_key_is_free_again_after_a_day,
    the_same_mail_asked_for_at_once_from_all_sides_is_one_mail,
    a_subject_that_would_break_its_line_is_refused_at_the_door,
    the_log_of_an_organization_shows_its_own_mails_only,
    the_log_is_searched_by_recipient_and_subject_without_regard_to_case,
);

async fn a_mail_is_a_row_in_the_transaction_of_its_cause(desk: Desk) {
    let mail = desk.letter("ada@demo.test", &desk.approved(PASSWORD));
    let (app, at) = (desk.app.clone(), desk.app.clock.now());
    let rolled_back = desk.app.db.write(move |c| {
        mail::enqueue(c, &app, at, mail)?;
        Err::<(), AppError>(AppError::conflict("changed_meanwhile", "Somebody decided meanwhile."))
    });
    assert!(rolled_back.await.is_err());
    assert!(desk.log().await.is_empty());
    assert_eq!(worker::run_once(&desk.app).await.unwrap(), 0);
}

async fn a_row_freezes_the_mail_and_holds_no_secret_in_the_clear(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(PASSWORD))).await.unwrap();
    let row = desk.email(&id).await;
    assert_eq!(row.subject, "Your registration with Analytical Society is approved");
    assert_eq!(row.recipient.as_str(), "ada@demo.test");
    assert_eq!(row.message_id, format!("<{id}@localhost.invalid>"));
    assert_eq!(row.status, EmailStatus::Queued);
    let written = format!("{row:?}");
    assert!(!written.contains(PASSWORD), "{written}");
    assert!(row.data.contains(MASK) && row.sealed_secret.is_some());
    let preview = mail::outbox::preview(&desk.app, &row).unwrap();
    assert!(!preview.html.contains(PASSWORD) && !preview.text.contains(PASSWORD));
    assert!(preview.text.contains(&format!("Temporary password: {MASK}")), "{}", preview.text);
}

async fn an_accepted_mail_keeps_no_secret_but_the_captured_message_has_it(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(PASSWORD))).await.unwrap();
    assert_eq!(worker::run_once(&desk.app).await.unwrap(), 1);
    let row = desk.email(&id).await;
    assert_eq!(row.status, EmailStatus::Sent);
    assert_eq!(row.provider.as_deref(), Some("capture"));
    assert_eq!(row.sealed_secret, None);
    assert_eq!(row.settled_at, Some(desk.app.clock.now()));
    let message = captured_message(&desk.app, &id).await.unwrap().unwrap();
    let message = String::from_utf8(message).unwrap();
    assert!(message.contains(PASSWORD), "{message}");
    assert!(message.contains(&format!("X-Frontdesk-Email-Id: {id}\r\n")), "{message}");
    assert!(!desk.kept_in_the_clear(&id, PASSWORD).await);
}

async fn the_same_mail_asked_for_twice_is_one_mail(desk: Desk) {
    let mail = || desk.letter("ada@demo.test", &desk.approved(PASSWORD)).once("case 7 version 2");
    let first = desk.enqueue(mail()).await.unwrap();
    assert_eq!(desk.enqueue(mail()).await.unwrap(), first);
    let other = desk.letter("ada@demo.test", &desk.approved("another password")).once("case 7 version 2");
    assert!(matches!(desk.enqueue(other).await, Err(AppError::Conflict { .. })));
    let of_other_kind = desk.letter("ada@demo.test", &rejected()).once("case 7 version 2");
    assert_ne!(desk.enqueue(of_other_kind).await.unwrap(), first);
    assert_eq!(desk.log().await.len(), 2);
}

async fn an_idempotency_key_is_free_again_after_a_day(desk: Desk) {
    let mail = || desk.letter("ada@demo.test", &rejected()).once("k");
    let first = desk.enqueue(mail()).await.unwrap();
    desk.app.clock.advance(TimeDelta::hours(24));
    assert_eq!(desk.enqueue(mail()).await.unwrap(), first);
    desk.app.clock.advance(TimeDelta::seconds(1));
    assert_ne!(desk.enqueue(mail()).await.unwrap(), first);
}

async fn the_same_mail_asked_for_at_once_from_all_sides_is_one_mail(desk: Desk) {
    let race = (0..16).map(|_| desk.enqueue(desk.letter("ada@demo.test", &rejected()).once("k")));
    let ids = futures_util::future::join_all(race).await;
    let first = ids[0].as_ref().unwrap().clone();
    assert!(ids.iter().all(|id| id.as_ref().unwrap() == &first), "{ids:?}");
    assert_eq!(desk.log().await.len(), 1);
}

async fn a_subject_that_would_break_its_line_is_refused_at_the_door(desk: Desk) {
    desk.rename_organization("Demo\r\nBcc: x@demo.test").await;
    let mail: NewEmail = desk.letter("ada@demo.test", &rejected());
    let (app, at) = (desk.app.clone(), desk.app.clock.now());
    let refused = desk.app.db.write(move |c| {
        let result = mail::enqueue(c, &app, at, mail);
        Ok::<_, AppError>(matches!(result, Err(EnqueueError::Template(_))))
    });
    assert!(refused.await.unwrap());
}

async fn the_log_of_an_organization_shows_its_own_mails_only(desk: Desk) {
    let own = desk.enqueue(desk.letter("ada@demo.test", &rejected())).await.unwrap();
    let mut mail = desk.letter("ada@demo.test", &rejected());
    mail.organization = desk.other_organization.clone();
    let foreign = desk.enqueue(mail).await.unwrap();
    let seen: Vec<_> = desk.log().await.into_iter().map(|email| email.id).collect();
    assert_eq!(seen, [own]);
    let (organization, id) = (desk.organization.clone(), foreign);
    let found = desk.app.db.read(move |c| by_id(c, &organization, &id)).await.unwrap();
    assert!(found.is_none());
}

async fn the_log_is_searched_by_recipient_and_subject_without_regard_to_case(desk: Desk) {
    for recipient in ["Ada.L@demo.test", "mary@demo.test", "100%@demo.test"] {
        desk.enqueue(desk.letter(recipient, &rejected())).await.unwrap();
    }
    for (text, expected) in [("ADA.l", 1), ("demo.test", 3), ("NOT APPROVED", 3), ("%", 1), ("_", 0)] {
        let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
        let organization = desk.organization.clone();
        let found = desk.app.db.read(move |c| page(c, &organization, &filter, &Place::default(), 50));
        assert_eq!(found.await.unwrap().items.len(), expected, "{text}");
    }
}

fn rejected() -> Letter {
    Letter::Rejected { reason: "The photo cannot be read.".to_owned(), case_link: None }
}
