//! What administrators do about people, and what comes of it.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::accounts::Status;
use frontdesk::paths;
use frontdesk::users::Deed;
use serde_json::Value;

use super::support::{
    REASON, act, actions, done, entries, heard, is_in, notifications_of, set, somebody, user,
};
use crate::harness::{TestApp, both_engines};
use crate::verifications::support::{applicant, case};

both_engines!(
    a_suspended_person_is_out_at_once_and_comes_back_when_reinstated,
    a_banned_person_is_out_and_a_ban_is_taken_back_to_what_was_before,
    a_ban_of_an_applicant_is_taken_back_to_waiting_only_while_the_case_waits,
    a_forced_reset_ends_the_password_and_mails_a_link,
    a_changed_role_counts_at_the_next_sign_in,
    an_address_is_verified_by_hand_with_a_reason,
    a_lock_is_lifted,
    an_erasure_is_scheduled_and_cancelled,
    what_is_not_complete_comes_back_as_it_was_typed,
    the_same_form_sent_twice_is_done_once,
    a_form_for_another_state_of_the_person_is_stale_and_keeps_the_reason,
    a_dangerous_act_asks_for_a_factor_shown_lately,
);

async fn a_suspended_person_is_out_at_once_and_comes_back_when_reinstated(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    let mut hub = app.hub.listen();
    admin.get(&paths::user(&bob.id)).await;
    let page = admin.submit("#suspend-form", &[("reason", REASON)]).await;
    assert_eq!(page.text("#toasts .toast p"), format!("Suspended {}.", bob.name));
    assert!(page.text(".callout").contains("Suspended by Administrator 2"), "{page:?}");
    assert!(page.text(".callout").contains(REASON));
    assert!(!is_in(&mut browser).await);
    assert_eq!(heard(&mut hub, &bob), 1);
    let entry = entries(&app, &bob).await.pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.reason.as_deref()), ("user.suspended", Some(REASON)));
    assert_eq!(entry.before.as_deref(), Some(r#"{"status":"active"}"#));
    assert_eq!(entry.after.as_deref(), Some(r#"{"status":"suspended"}"#));
    let letter = app.only_mail_to(&bob.email).await;
    assert!(letter.text.contains("Your account was suspended."), "{letter:?}");
    assert!(!letter.text.contains(REASON), "what staff wrote is not for the person");
    browser.get(paths::LOGIN).await;
    let page = browser.submit("#login-form", &[("email", &bob.email), ("password", bob.password)]).await;
    assert!(page.text("main").contains("suspended"), "{page:?}");

    done(&mut admin, &bob, Deed::Reinstate, &[("reason", "Cleared")]).await;
    assert_eq!(user(&app, &bob).await.status, Status::Active);
    let titles: Vec<String> = notifications_of(&app, &bob).await.into_iter().map(|one| one.title).collect();
    assert_eq!(titles, ["Your account is open again", "Your account was suspended"]);
    let mut browser = app.browser_of(&bob).await;
    assert!(is_in(&mut browser).await);
}

async fn a_banned_person_is_out_and_a_ban_is_taken_back_to_what_was_before(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    done(&mut admin, &bob, Deed::Suspend, &[("reason", REASON)]).await;
    let page = act(&mut admin, &bob, Deed::Ban, &[("reason", "Fraud"), ("confirm", "bob")]).await;
    assert_eq!(
        page.assert_status(422).text(".error-summary a"),
        format!("Type the address {} to confirm.", bob.email)
    );
    assert_eq!(page.text("textarea"), "Fraud");
    assert_eq!(user(&app, &bob).await.status, Status::Suspended);
    let typed = bob.email.to_uppercase();
    done(&mut admin, &bob, Deed::Ban, &[("reason", "Fraud"), ("confirm", &typed)]).await;
    assert_eq!(user(&app, &bob).await.status, Status::Banned);
    assert!(!is_in(&mut browser).await);
    done(&mut admin, &bob, Deed::Unban, &[("reason", "It was somebody else")]).await;
    assert_eq!(user(&app, &bob).await.status, Status::Suspended);
    assert_eq!(actions(&app, &bob).await, ["user.suspended", "user.banned", "user.unbanned"]);
}

async fn a_ban_of_an_applicant_is_taken_back_to_waiting_only_while_the_case_waits(app: TestApp) {
    let mut admin = app.admin().await;
    for (name, decided, after) in
        [("Ada Lovelace", false, Status::Pending), ("Grace Hopper", true, Status::Rejected)]
    {
        let applicant = applicant(&app, name).await;
        let organization = applicant.organization.clone();
        let person = crate::harness::Person {
            id: applicant.id.clone(),
            organization,
            name: name.to_owned(),
            email: applicant.email.clone(),
            password: "",
        };
        done(&mut admin, &person, Deed::Ban, &[("reason", "Fraud"), ("confirm", &person.email)]).await;
        if decided {
            admin.get(&applicant.page()).await;
            admin.submit("#claim-form", &[]).await;
            let why = [("decision", "reject"), ("reason_code", "expired")];
            admin.submit("#decision-form", &why).await.assert_status(200);
        }
        done(&mut admin, &person, Deed::Unban, &[("reason", "A mistake")]).await;
        assert_eq!(user(&app, &person).await.status, after, "{:?}", case(&app, &applicant).await);
    }
}

async fn a_forced_reset_ends_the_password_and_mails_a_link(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    let mut hub = app.hub.listen();
    done(&mut admin, &bob, Deed::ResetPassword, &[("reason", REASON)]).await;
    assert!(!is_in(&mut browser).await);
    assert_eq!(heard(&mut hub, &bob), 1);
    browser.get(paths::LOGIN).await;
    let page = browser.submit("#login-form", &[("email", &bob.email), ("password", bob.password)]).await;
    assert!(page.has(".error-summary"), "the old password still works: {page:?}");
    let link = app.only_mail_to(&bob.email).await.link("/reset-password/");
    let token = link.trim_start_matches("/reset-password/");
    assert_eq!(token.len(), 64);
    assert_eq!(actions(&app, &bob).await, ["user.password_reset_forced"]);
    // Asked for again, from a form of now, another mail goes out and the first link is over.
    app.clock.advance(TimeDelta::minutes(1));
    done(&mut admin, &bob, Deed::ResetPassword, &[("reason", "The mail was lost")]).await;
    assert_eq!(app.mail_to(&bob.email).await.len(), 2);
}

async fn a_changed_role_counts_at_the_next_sign_in(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    let page = done(&mut admin, &bob, Deed::ChangeRole, &[("role", "support"), ("reason", "New job")]).await;
    assert_eq!(page.text("#toasts .toast p"), format!("{} is support now.", bob.name));
    assert!(page.text("#history").contains("The role was changed from Member to Support."));
    assert!(!is_in(&mut browser).await);
    assert!(app.only_mail_to(&bob.email).await.text.contains("Your role was changed to support."));
    assert_eq!(notifications_of(&app, &bob).await[0].message, "You are support now.");
    let mut browser = app.browser_of(&bob).await;
    browser.get(paths::EMAILS).await.assert_status(200);
}

async fn an_address_is_verified_by_hand_with_a_reason(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    set(&app, &bob.id, "email_verified_at = NULL").await;
    let mut admin = app.admin().await;
    let page = act(&mut admin, &bob, Deed::VerifyAddress, &[]).await;
    assert_eq!(page.assert_status(422).text(".error-summary a"), "Write why: the audit log keeps it.");
    done(&mut admin, &bob, Deed::VerifyAddress, &[("reason", "Wrote a letter")]).await;
    assert_eq!(user(&app, &bob).await.email_verified_at, Some(app.clock.now()));
    let entry = entries(&app, &bob).await.pop().unwrap();
    let after: Value = serde_json::from_str(entry.after.as_deref().unwrap()).unwrap();
    assert_eq!((entry.action.as_str(), &after["by_hand"]), ("user.email_verified", &Value::Bool(true)));
}

async fn a_lock_is_lifted(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    set(&app, &bob.id, "locked_until = '2026-03-02 09:15:00'").await;
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user(&bob.id)).await;
    assert!(page.text(".callout").contains("Locked after wrong passwords"), "{page:?}");
    done(&mut admin, &bob, Deed::Unlock, &[]).await;
    assert_eq!(user(&app, &bob).await.locked_until, None);
    assert_eq!(actions(&app, &bob).await, ["user.unlocked"]);
}

async fn an_erasure_is_scheduled_and_cancelled(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut browser = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    done(&mut admin, &bob, Deed::Erase, &[("confirm", &bob.email), ("reason", "Asked by letter")]).await;
    let at = app.clock.now().plus(TimeDelta::days(14));
    assert_eq!(user(&app, &bob).await.erase_at, Some(at));
    assert!(is_in(&mut browser).await, "until then they can come and take it back");
    let letter = app.only_mail_to(&bob.email).await;
    assert_eq!(letter.link(paths::ACCOUNT), paths::ACCOUNT);
    let page = done(&mut admin, &bob, Deed::KeepAccount, &[]).await;
    assert_eq!(page.text("#toasts .toast p"), format!("{} will not be erased.", bob.name));
    app.clock.advance(TimeDelta::days(15));
    app.run_jobs().await;
    assert_eq!(user(&app, &bob).await.erased_at, None);
    assert_eq!(actions(&app, &bob).await, ["user.erasure_scheduled", "user.erasure_cancelled"]);
}

async fn what_is_not_complete_comes_back_as_it_was_typed(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut admin = app.admin().await;
    let page = act(&mut admin, &bob, Deed::Suspend, &[("reason", "  ")]).await;
    assert_eq!(page.assert_status(422).text(".error-summary a"), "Write why: the audit log keeps it.");
    assert_eq!(page.attribute(".error-summary a", "href"), "#suspend-reason");
    assert!(page.has("#suspend-reason[aria-invalid]"));
    let long = "x".repeat(501);
    let page = act(&mut admin, &bob, Deed::ChangeRole, &[("role", "analyst"), ("reason", &long)]).await;
    assert_eq!(page.assert_status(422).text(".error-summary a"), "Use at most 500 characters.");
    assert!(page.has("[name=role][value=analyst][checked]"));
    assert_eq!(page.text("textarea"), long);
    assert_eq!(user(&app, &bob).await.role, Role::Member);
    assert!(actions(&app, &bob).await.is_empty());
}

async fn the_same_form_sent_twice_is_done_once(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let _session = app.browser_of(&bob).await;
    let mut admin = app.admin().await;
    for (deed, fields) in [
        (Deed::Suspend, vec![("reason", REASON)]),
        (Deed::ResetPassword, vec![("reason", REASON)]),
        (Deed::ChangeRole, vec![("reason", REASON), ("role", "analyst")]),
        (Deed::Erase, vec![("confirm", bob.email.as_str())]),
    ] {
        admin.get(&paths::user_deed(&bob.id, deed)).await.assert_status(200);
        let form = format!("#{deed}-form");
        let request = || admin.prepare(&form, &fields, &[]);
        let (first, second) = (admin.send(request()).await, admin.send(request()).await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303), "{deed}: {second:?}");
    }
    let expected =
        ["user.suspended", "user.password_reset_forced", "user.role_changed", "user.erasure_scheduled"];
    assert_eq!(actions(&app, &bob).await, expected);
    assert_eq!(app.mail_to(&bob.email).await.len(), 3, "sessions ended, reset, erasure");
}

async fn a_form_for_another_state_of_the_person_is_stale_and_keeps_the_reason(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let (mut slow, mut fast) = (app.admin().await, app.admin().await);
    slow.get(&paths::user_deed(&bob.id, Deed::Suspend)).await;
    done(&mut fast, &bob, Deed::ChangeRole, &[("role", "reviewer"), ("reason", "New job")]).await;
    let page = slow.submit("#suspend-form", &[("reason", "Words that took an hour.")]).await;
    page.assert_status(409);
    assert!(page.text(".callout").contains("This person has changed meanwhile"), "{page:?}");
    assert_eq!(page.text("textarea"), "Words that took an hour.");
    assert!(page.text("main").contains("Reviewer"), "the state of now is shown");
    assert_eq!(user(&app, &bob).await.status, Status::Active);
    // The same form, sent again, is for the person as they are now.
    let page = slow.submit("#suspend-form", &[]).await;
    assert_eq!(page.assert_status(200).path, paths::user(&bob.id));
    assert_eq!(entries(&app, &bob).await.pop().unwrap().reason.as_deref(), Some("Words that took an hour."));
    // Where it is not possible any more, what was typed is still there to copy.
    slow.get(&paths::user_deed(&bob.id, Deed::ResetPassword)).await;
    done(&mut fast, &bob, Deed::Ban, &[("confirm", &bob.email), ("reason", "Fraud")]).await;
    let page = slow.submit("#force-password-reset-form", &[("reason", "More words.")]).await;
    assert!(page.assert_status(409).has("#force-password-reset-kept"), "{page:?}");
    assert_eq!(page.text("#force-password-reset-kept"), "More words.");
    assert!(!page.has("main form"));
}

async fn a_dangerous_act_asks_for_a_factor_shown_lately(app: TestApp) {
    let bob = somebody(&app, Role::Member).await;
    let mut admin = app.admin().await;
    admin.get(&paths::user_deed(&bob.id, Deed::Ban)).await.assert_status(200);
    let request = admin.prepare("#ban-form", &[("reason", "Fraud"), ("confirm", &bob.email)], &[]);
    app.clock.advance(TimeDelta::minutes(11));
    let page = admin.send(request).await;
    assert_eq!(page.status, 307);
    assert!(page.header("location").unwrap().starts_with(paths::CONFIRM), "{page:?}");
    for deed in [Deed::Ban, Deed::ChangeRole, Deed::Erase] {
        let request = admin.request(reqwest::Method::GET, &paths::user_deed(&bob.id, deed));
        let page = admin.send(request).await;
        assert_eq!(
            page.header("location"),
            Some(paths::confirm_then(&paths::user_deed(&bob.id, deed)).as_str())
        );
    }
    assert_eq!(user(&app, &bob).await.status, Status::Active);
    done(&mut admin, &bob, Deed::Suspend, &[("reason", REASON)]).await;
}
