//! The email log as support sees it.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::audit;
use frontdesk::mail::model::Outcome;
use frontdesk::mail::store::queue::{self, Claimant, Fate};
use frontdesk::mail::{EmailId, EmailStatus, Letter};

use super::support::Desk;
use crate::harness::{Engine, Page, both_engines};

const SECRET: &str = "mK7!vQ2xTr9#Lp";

both_engines!(
    the_log_lists_searches_and_pages,
    a_subject_is_found_in_any_alphabet,
    a_mail_is_shown_with_its_secrets_masked_in_a_frame_that_runs_nothing,
    opening_what_was_kept_is_recorded_before_anything_is_shown,
    a_mail_that_lets_somebody_in_is_not_opened_by_support,
    a_mail_that_was_not_kept_has_no_captured_message,
    a_mail_of_another_organization_is_not_there,
    a_role_without_the_permission_sees_no_mail,
    a_mail_in_trouble_says_what_happened_and_what_to_do,
);

fn rejected() -> Letter {
    Letter::Rejected { reason: "The photo cannot be read.".to_owned(), case_link: None }
}

fn policy(page: &Page) -> &str {
    page.header("content-security-policy").unwrap()
}

/// What was revealed of a mail, as the audit log has it, oldest first.
async fn reveals(desk: &Desk, id: &EmailId) -> Vec<String> {
    let (organization, id) = (desk.organization.clone(), id.clone());
    let target = move |c: &mut _| audit::for_target(c, &organization, audit::Target("email", id.as_str()));
    let entries = desk.app.read(target).await;
    assert!(
        entries.iter().all(|entry| entry.action == "email.revealed" && entry.actor_name == "Administrator 1")
    );
    entries.into_iter().filter_map(|entry| entry.after).collect()
}

async fn the_log_lists_searches_and_pages(desk: Desk) {
    for number in 0..60 {
        desk.enqueue(desk.letter(&format!("person{number}@demo.test"), &rejected())).await.unwrap();
        desk.app.clock.advance(TimeDelta::seconds(1));
    }
    let mut support = desk.app.signed_in(Role::Support).await;
    let first = support.get("/emails").await;
    let seen = first.texts("tbody .note");
    assert_eq!((seen.len(), seen[0].as_str()), (50, "person59@demo.test"));
    assert_eq!(first.texts("nav.tabs .count"), ["60"], "all of them wait");
    let second = support.get(&first.attribute("a#page-older", "href")).await;
    assert_eq!(second.texts("tbody .note").len(), 10);
    let back = support.get(&second.attribute("a#page-newer", "href")).await;
    assert_eq!(back.texts("tbody .note"), seen);
    let found = support.get("/emails?q=to%3APERSON7%40+kind%3Arejected").await;
    assert_eq!(found.texts("tbody .note"), ["person7@demo.test"]);
    assert_eq!(found.texts(".chip bdi"), ["to:PERSON7@", "kind:rejected"]);
    let nothing = support.get("/emails?status=sent&q=nobody").await;
    assert!(nothing.body().contains("Nothing matches"), "{nothing:?}");
    support.get("/emails?status=nonsense").await.assert_status(400);
}

async fn a_subject_is_found_in_any_alphabet(engine: Engine) {
    let desk = Desk::with(engine, &[("ORGANIZATION_NAME", "Société Élodie Özil Софья")]).await;
    desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    desk.send_all().await;
    let mut support = desk.app.signed_in(Role::Support).await;
    for typed in ["Élodie", "élodie", "Özil", "özil", "Софья", "СОФЬЯ"] {
        let address: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let page = support.get(&format!("/emails?q={address}")).await;
        assert_eq!(page.texts("tbody tr").len(), 1, "{typed}: {page:?}");
    }
    let nothing = support.get("/emails?q=%C3%81da").await;
    assert!(!nothing.has("tbody tr"), "{nothing:?}");
}

async fn a_mail_is_shown_with_its_secrets_masked_in_a_frame_that_runs_nothing(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    desk.send_all().await;
    let mut support = desk.app.signed_in(Role::Support).await;
    let page = support.get(&format!("/emails/{id}")).await;
    assert_eq!(page.text("h1"), "Registration approved");
    assert_eq!(page.text("main strong"), "Your registration with Analytical Society is approved");
    assert!(page.body().contains("Accepted by capture."), "{page:?}");
    assert!(policy(&page).contains("frame-src 'self'"));
    let frame = support.get(&page.attribute("iframe", "src")).await;
    assert_eq!(frame.header("content-type"), Some("text/html; charset=utf-8"));
    for part in ["default-src 'none'", "sandbox", "frame-ancestors 'self'", "style-src 'unsafe-inline'"] {
        assert!(policy(&frame).contains(part), "{}", policy(&frame));
    }
    assert!(!policy(&frame).contains("allow-"), "{}", policy(&frame));
    let text = support.get(&format!("/emails/{id}?part=text")).await;
    for answer in [&page, &frame, &text] {
        assert!(!answer.assert_status(200).body().contains(SECRET));
    }
    assert!(frame.body().contains("••••") && text.text("pre").contains("••••"));
    assert!(reveals(&desk, &id).await.is_empty());
}

async fn opening_what_was_kept_is_recorded_before_anything_is_shown(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    desk.send_all().await;
    let mut admin = desk.app.signed_in(Role::Admin).await;
    let page = admin.get(&format!("/emails/{id}/captured")).await;
    assert!(!page.assert_status(200).body().contains(SECRET), "only the frame shows it");
    assert!(reveals(&desk, &id).await.is_empty());
    let frame = admin.get(&page.attribute("iframe", "src")).await;
    assert!(frame.body().contains(SECRET) && frame.has("head > base[target=_blank]"), "{frame:?}");
    assert!(policy(&frame).contains("sandbox allow-popups ") && !policy(&frame).contains("allow-scripts"));
    desk.app.clock.advance(TimeDelta::seconds(1));
    let text = admin.get(&format!("/emails/{id}/captured?part=text")).await;
    assert!(text.text("pre").contains(SECRET));
    assert_eq!(text.texts("pre a"), ["https://desk.demo.test/login"]);
    desk.app.clock.advance(TimeDelta::seconds(1));
    let raw = admin.get(&text.attribute("a[href$='.eml']", "href")).await;
    assert_eq!(raw.header("content-type"), Some("message/rfc822"));
    let message = raw.body();
    assert!(message.contains(SECRET) && message.contains(&format!("Message-ID: <{id}@localhost.invalid>")));
    let parts = ["{\"part\":\"html\"}", "{\"part\":\"text\"}", "{\"part\":\"message.eml\"}"];
    assert_eq!(reveals(&desk, &id).await, parts);
}

/// Support sees that a link went out, and not the link: it would let them in as the recipient.
async fn a_mail_that_lets_somebody_in_is_not_opened_by_support(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    desk.send_all().await;
    let mut support = desk.app.signed_in(Role::Support).await;
    let page = support.get(&format!("/emails/{id}")).await;
    assert!(!page.assert_status(200).has("a[href$=captured]"));
    for path in ["captured", "captured?part=text", "captured/body", "captured/message.eml"] {
        let page = support.get(&format!("/emails/{id}/{path}")).await;
        assert!(!page.assert_status(403).body().contains(SECRET), "{path}");
    }
    assert!(reveals(&desk, &id).await.is_empty());
}

async fn a_mail_that_was_not_kept_has_no_captured_message(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    let mut support = desk.app.signed_in(Role::Support).await;
    let page = support.get(&format!("/emails/{id}")).await;
    assert!(!page.assert_status(200).has("a[href$=captured]"));
    for path in ["captured", "captured?part=text", "captured/body", "captured/message.eml"] {
        support.get(&format!("/emails/{id}/{path}")).await.assert_status(404);
    }
    assert!(reveals(&desk, &id).await.is_empty());
}

async fn a_mail_of_another_organization_is_not_there(desk: Desk) {
    let mut mail = desk.letter("ada@demo.test", &desk.approved(SECRET));
    mail.organization = desk.other_organization.clone();
    let id = desk.enqueue(mail).await.unwrap();
    desk.send_all().await;
    let mut support = desk.app.signed_in(Role::Support).await;
    for path in ["", "/preview", "/captured", "/captured/body", "/captured/message.eml"] {
        support.get(&format!("/emails/{id}{path}")).await.assert_status(404);
    }
    assert!(support.get("/emails").await.body().contains("No mail yet"));
}

async fn a_role_without_the_permission_sees_no_mail(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &desk.approved(SECRET))).await.unwrap();
    desk.send_all().await;
    let mut reviewer = desk.app.reviewer().await;
    reviewer.get("/emails").await.assert_status(403);
    for path in ["", "/preview", "/captured", "/captured/body", "/captured/message.eml"] {
        reviewer.get(&format!("/emails/{id}{path}")).await.assert_status(403);
    }
    assert!(reveals(&desk, &id).await.is_empty());
}

async fn a_mail_in_trouble_says_what_happened_and_what_to_do(desk: Desk) {
    let id = desk.enqueue(desk.letter("ada@demo.test", &rejected())).await.unwrap();
    refuse(&desk).await;
    let mut support = desk.app.signed_in(Role::Support).await;
    let page = support.get(&format!("/emails/{id}")).await;
    assert!(page.text("main").contains("This mail was not accepted 550 5.1.1 No such <user>"), "{page:?}");
    assert!(page.text(".timeline").contains("Recipient refused by smtp."), "{page:?}");
    let problems = support.get("/emails?status=problem").await;
    assert_eq!(problems.texts("tbody .badge"), ["Failed"]);
}

/// A server refuses the recipient of everything that is due.
async fn refuse(desk: &Desk) {
    let (app, now) = (desk.app.clone(), desk.app.clock.now());
    let refused = desk.app.db.write(move |c| {
        let claimant = Claimant { provider: "smtp", instance: "here", size: 10, low_first: 0 };
        for email in queue::claim(c, &app.random, now, &claimant)? {
            let (claim, reply) = (email.claim_id.unwrap(), "550 5.1.1 No such <user>");
            queue::settle(c, &email.id, &claim, now, &Fate::Over(EmailStatus::Failed), reply)?;
            queue::finish_attempt(c, &claim, now, Outcome::Permanent, reply, Some(12))?;
        }
        Ok::<_, frontdesk::error::AppError>(())
    });
    refused.await.unwrap();
}
