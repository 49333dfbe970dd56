//! The worker: order, several of them at once, and processes that die in the middle.

use chrono::TimeDelta;
use frontdesk::mail::model::Outcome;
use frontdesk::mail::providers::Accepted;
use frontdesk::mail::store::Email;
use frontdesk::mail::store::queue::{self, Claimant, LEASE};
use frontdesk::mail::{EmailStatus, Letter, Priority, captured_message, worker};

use super::support::Desk;
use crate::harness::both_engines;

both_engines!(
    mails_leave_by_priority_and_age_and_a_low_one_is_never_starved,
    a_mail_is_not_sent_before_its_time_nor_after_its_use,
    workers_of_several_processes_send_each_mail_once,
    a_process_that_died_before_content_left_costs_nothing_but_time,
    a_mail_of_unknown_fate_that_lets_somebody_in_is_sent_again_once,
    an_ordinary_mail_of_unknown_fate_waits_for_staff,
    a_worker_that_lost_its_claim_can_neither_begin_nor_undo_what_happened_since,
    an_acceptance_counts_even_after_the_claim_was_lost,
    a_mail_whose_template_is_broken_waits_for_the_operator_to_mend_it,
);

async fn mails_leave_by_priority_and_age_and_a_low_one_is_never_starved(desk: Desk) {
    for (priority, count) in [(Priority::Low, 3), (Priority::Normal, 3), (Priority::High, 30)] {
        for _ in 0..count {
            let mut mail = desk.letter("ada@demo.test", &reset());
            mail.priority = priority;
            desk.enqueue(mail).await.unwrap();
            desk.app.clock.advance(TimeDelta::seconds(1));
        }
    }
    let mut left = Vec::new();
    while worker::run_once(&desk.app).await.unwrap() > 0 {
        desk.app.clock.advance(TimeDelta::seconds(1));
        let mut sent: Vec<Email> = desk.log().await;
        sent.retain(|email| email.status == EmailStatus::Sent && !left.contains(&email.id));
        left.extend(sent.into_iter().map(|email| email.id));
    }
    let log = desk.log().await;
    let of = |id| log.iter().find(|email| email.id == id).unwrap();
    let priorities: Vec<Priority> = left.into_iter().map(|id| of(id).priority).collect();
    assert_eq!(priorities.len(), 36);
    for tens in priorities.chunks(12).take(3) {
        assert!(tens.contains(&Priority::Low), "{priorities:?}");
    }
    let last_high = priorities.iter().rposition(|priority| *priority == Priority::High).unwrap();
    let first_normal = priorities.iter().position(|priority| *priority == Priority::Normal).unwrap();
    assert!(first_normal + 4 > last_high, "normal ones wait for high ones: {priorities:?}");
}

async fn a_mail_is_not_sent_before_its_time_nor_after_its_use(desk: Desk) {
    let mut later = desk.letter("ada@demo.test", &reset());
    later.not_before = Some(desk.app.clock.now().plus(TimeDelta::hours(1)));
    let later = desk.enqueue(later).await.unwrap();
    let mut useless = desk.letter("ada@demo.test", &reset());
    useless.expires_at = Some(desk.app.clock.now());
    let useless = desk.enqueue(useless).await.unwrap();
    desk.send_all().await;
    assert_eq!(desk.email(&later).await.status, EmailStatus::Queued);
    let useless = desk.email(&useless).await;
    assert_eq!((useless.status, useless.sealed_secret), (EmailStatus::Expired, None));
    desk.app.clock.advance(TimeDelta::hours(1));
    desk.send_all().await;
    assert_eq!(desk.email(&later).await.status, EmailStatus::Sent);
}

async fn workers_of_several_processes_send_each_mail_once(desk: Desk) {
    for _ in 0..40 {
        desk.enqueue(desk.letter("ada@demo.test", &reset())).await.unwrap();
    }
    let processes = [desk.app.clone(), desk.another_process(2), desk.another_process(3)];
    let drain = |app| async move { while worker::run_once(&app).await.unwrap() > 0 {} };
    futures_util::future::join_all(processes.map(drain)).await;
    desk.send_all().await;
    for email in desk.log().await {
        assert_eq!(email.status, EmailStatus::Sent);
        assert_eq!(desk.outcomes(&email.id).await, [Some(Outcome::Accepted)]);
    }
}

async fn a_process_that_died_before_content_left_costs_nothing_but_time(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved("secret"))).await.unwrap();
    claim_and_die(&desk, false).await;
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Sending, "the lease still runs");
    desk.app.clock.advance(LEASE);
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Sent);
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Lost), Some(Outcome::Accepted)]);
    assert!(captured_message(&desk.app, &id).await.unwrap().is_some());
}

async fn a_mail_of_unknown_fate_that_lets_somebody_in_is_sent_again_once(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved("secret"))).await.unwrap();
    let message_id = desk.email(&id).await.message_id;
    claim_and_die(&desk, true).await;
    desk.app.clock.advance(LEASE);
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Unknown);
    desk.app.clock.advance(TimeDelta::minutes(15));
    claim_and_die(&desk, true).await;
    desk.app.clock.advance(LEASE);
    desk.send_all().await;
    let held = desk.email(&id).await;
    assert_eq!((held.status, held.next_attempt_at), (EmailStatus::Unknown, None), "not a third time");
    assert!(held.sealed_secret.is_some(), "staff may still decide to send it");
    assert_eq!(held.message_id, message_id);
    desk.app.clock.advance(TimeDelta::days(7));
    desk.send_all().await;
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Unknown), Some(Outcome::Unknown)]);
}

async fn an_ordinary_mail_of_unknown_fate_waits_for_staff(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &reset())).await.unwrap();
    claim_and_die(&desk, true).await;
    desk.app.clock.advance(TimeDelta::days(7));
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Unknown);
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Unknown)]);
}

async fn a_worker_that_lost_its_claim_can_neither_begin_nor_undo_what_happened_since(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &reset())).await.unwrap();
    let slow = claim_and_die(&desk, false).await.remove(0);
    desk.app.clock.advance(LEASE);
    desk.send_all().await;
    let (claim, now) = (slow.claim_id.unwrap(), desk.app.clock.now());
    let (late, lost) = (id.clone(), claim.clone());
    let marked = desk.app.db.write(move |c| queue::mark(c, &late, &lost, now)).await.unwrap();
    assert!(!marked);
    let late = id.clone();
    let fate = queue::Fate::Over(EmailStatus::Failed);
    desk.app.db.write(move |c| queue::settle(c, &late, &claim, now, &fate, "late")).await.unwrap();
    assert_eq!(desk.email(&id).await.status, EmailStatus::Sent);
}

async fn an_acceptance_counts_even_after_the_claim_was_lost(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved("secret"))).await.unwrap();
    claim_and_die(&desk, true).await;
    desk.app.clock.advance(LEASE);
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Unknown);
    let (late, now) = (id.clone(), desk.app.clock.now());
    let accepted = Accepted { provider_message_id: None, reply: "250 ok".to_owned() };
    desk.app.db.write(move |c| queue::accepted(c, &late, now, "smtp", &accepted)).await.unwrap();
    desk.app.clock.advance(TimeDelta::hours(1));
    desk.send_all().await;
    assert_eq!(desk.email(&id).await.status, EmailStatus::Sent);
    assert_eq!(desk.outcomes(&id).await.len(), 1, "it is not sent again");
}

async fn a_mail_whose_template_is_broken_waits_for_the_operator_to_mend_it(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &reset())).await.unwrap();
    let broken = id.clone();
    desk.app.db.write(move |c| set_data(c, &broken, "{}")).await.unwrap();
    desk.send_all().await;
    let waiting = desk.email(&id).await;
    assert_eq!(waiting.status, EmailStatus::Queued);
    assert!(waiting.last_reply.unwrap().starts_with("the mail cannot be worded: rejected.subject.txt"));
    assert_eq!(desk.outcomes(&id).await, [Some(Outcome::Transient)]);
}

fn reset() -> Letter {
    Letter::Rejected { reason: "The photo cannot be read.".to_owned(), case_link: None }
}

fn set_data(
    c: &mut frontdesk::db::Connection,
    id: &frontdesk::mail::EmailId,
    data: &str,
) -> diesel::QueryResult<usize> {
    use diesel::prelude::*;
    use frontdesk::db::schema::emails;
    diesel::update(emails::table.find(id)).set(emails::data.eq(data)).execute(c)
}

/// A worker of another process claims what is due, perhaps begins to send, and is never heard of again.
async fn claim_and_die(desk: &Desk, content_began: bool) -> Vec<Email> {
    let (app, now) = (desk.app.clone(), desk.app.clock.now());
    let claimed = desk.app.db.write(move |c| {
        queue::resume_unknown(c, now)?;
        let claimant = Claimant { provider: "smtp", instance: "dead", size: 10, low_first: 0 };
        let claimed = queue::claim(c, &app.random, now, &claimant)?;
        for email in claimed.iter().filter(|_| content_began) {
            let claim = email.claim_id.clone().unwrap();
            assert!(queue::mark(c, &email.id, &claim, now)?);
        }
        Ok::<_, frontdesk::error::AppError>(claimed)
    });
    let claimed = claimed.await.unwrap();
    assert!(!claimed.is_empty());
    claimed
}
