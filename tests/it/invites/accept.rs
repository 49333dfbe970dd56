//! The page behind the link.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::accounts::{Status, store as users};
use frontdesk::db::schema::notifications;
use frontdesk::{accounts, paths};
use reqwest::Method;

use super::support::{EMAIL, NAME, PASSWORD, accept, audited, invited, user};
use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    accepting_opens_an_active_account_with_a_verified_address,
    opening_the_link_any_number_of_times_uses_nothing_up,
    a_refused_form_keeps_the_name_and_uses_nothing_up,
    a_used_an_expired_and_an_incomplete_link_are_told_apart,
    the_life_of_an_invite_can_be_configured,
    an_address_that_was_registered_meanwhile_keeps_its_account,
    an_invite_of_somebody_who_was_put_out_opens_nothing,
    whoever_is_signed_in_is_told_to_sign_out_first,
    looking_and_accepting_have_their_limits,
    the_link_leaves_the_address_bar,
    an_erasure_takes_the_person_out_of_invites_and_files,
);

async fn accepting_opens_an_active_account_with_a_verified_address(app: TestApp) {
    let inviter = app.add_person(Role::Admin, &app.organization().await).await;
    let link = invited(&app, &mut app.browser_of(&inviter).await, EMAIL, Role::Reviewer).await;
    let mut visitor = app.anonymous();
    let page = visitor.get(&link).await;
    for words in [EMAIL, "Reviewer", inviter.name.as_str(), "Analytical Society", "at least 12 characters"] {
        assert!(page.text("main").contains(words), "{words} in {page:?}");
    }
    let page = accept(&mut visitor, &link, NAME, PASSWORD).await;
    assert_eq!(page.path, paths::LOGIN);
    assert!(page.body().contains("Welcome, Ada Lovelace."), "{page:?}");
    let ada = user(&app, EMAIL).await.unwrap();
    assert_eq!((ada.role, ada.status, ada.name.as_str()), (Role::Reviewer, Status::Active, NAME));
    assert!(ada.email_verified_at.is_some() && ada.organization_id == inviter.organization);
    let page = visitor.submit("#login-form", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(page.path, paths::VERIFICATIONS, "{page:?}");
    let last = audited(&app, "invite").await.pop().unwrap();
    assert_eq!((last.0.as_str(), last.1.as_str()), ("invite.accepted", NAME));
    assert!(app.metrics.text().unwrap().contains("invites_accepted_total 1"));
    let told: Vec<String> = app
        .read(move |c| {
            let own = notifications::table.filter(notifications::user_id.eq(inviter.id));
            own.select(notifications::message).load(c)
        })
        .await;
    assert_eq!(told, ["The person you invited as Reviewer has an account now."]);
}

async fn opening_the_link_any_number_of_times_uses_nothing_up(app: TestApp) {
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    for _ in 0..5 {
        let page = app.anonymous().get(&link).await;
        assert_eq!(page.text("h1"), "Open your account with Analytical Society");
    }
    assert!(user(&app, EMAIL).await.is_none());
    accept(&mut app.anonymous(), &link, NAME, PASSWORD).await.assert_status(200);
    assert!(user(&app, EMAIL).await.is_some());
}

async fn a_refused_form_keeps_the_name_and_uses_nothing_up(app: TestApp) {
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Reviewer).await;
    let mut visitor = app.anonymous();
    let page = accept(&mut visitor, &link, NAME, "Engine-184!").await;
    page.assert_status(422);
    assert!(page.text(".error-summary").contains("at least 12 characters"), "{page:?}");
    assert_eq!(page.attribute("#name", "value"), NAME);
    assert!(!page.body().contains("Engine-184!"));
    let page = visitor.submit("#accept-form", &[("name", " "), ("password", PASSWORD)]).await;
    assert!(page.assert_status(422).text(".error-summary").contains("Enter a name."), "{page:?}");
    let page = visitor.submit("#accept-form", &[("name", NAME), ("password", PASSWORD)]).await;
    assert_eq!(page.path, paths::LOGIN);
}

async fn a_used_an_expired_and_an_incomplete_link_are_told_apart(app: TestApp) {
    let mut admin = app.admin().await;
    let used = invited(&app, &mut admin, EMAIL, Role::Member).await;
    let late = invited(&app, &mut admin, "grace@demo.test", Role::Member).await;
    accept(&mut app.anonymous(), &used, NAME, PASSWORD).await.assert_status(200);
    assert_eq!(app.anonymous().get(&used).await.text("h1"), "This invite was used already");
    app.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert!(app.anonymous().get(&late).await.has("#accept-form"));
    let mut slow = app.anonymous();
    slow.get(&late).await;
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.anonymous().get(&late).await.text("h1"), "This invite has expired");
    let page = slow.submit("#accept-form", &[("name", NAME), ("password", PASSWORD)]).await;
    assert_eq!(page.text("h1"), "This invite has expired");
    let cut = &late[..late.len() - 1];
    for path in [cut, paths::INVITE] {
        assert_eq!(app.anonymous().get(path).await.text("h1"), "This link is not complete", "{path}");
    }
}

async fn the_life_of_an_invite_can_be_configured(engine: Engine) {
    let app = TestApp::start(engine, &[("INVITE_LIFE", "2h")]).await;
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    app.clock.advance(TimeDelta::minutes(119));
    assert!(app.anonymous().get(&link).await.has("#accept-form"));
    app.clock.advance(TimeDelta::minutes(1));
    assert!(!app.anonymous().get(&link).await.has("#accept-form"));
}

async fn an_address_that_was_registered_meanwhile_keeps_its_account(app: TestApp) {
    let link = invited(&app, &mut app.admin().await, "member2@demo.test", Role::Admin).await;
    let person = app.add_person(Role::Member, &app.organization().await).await;
    assert_eq!(person.email, "member2@demo.test");
    let page = accept(&mut app.anonymous(), &link, NAME, PASSWORD).await;
    assert_eq!(page.text("h1"), "You have an account already");
    let kept = user(&app, "member2@demo.test").await.unwrap();
    assert_eq!((kept.id, kept.role), (person.id, Role::Member));
}

async fn an_invite_of_somebody_who_was_put_out_opens_nothing(app: TestApp) {
    let inviter = app.add_person(Role::Admin, &app.organization().await).await;
    let link = invited(&app, &mut app.browser_of(&inviter).await, EMAIL, Role::Admin).await;
    let (id, now) = (inviter.id.clone(), app.clock.now());
    app.db.write(move |c| users::set_status(c, &id, Status::Suspended, now)).await.unwrap();
    assert_eq!(app.anonymous().get(&link).await.text("h1"), "This invite is no longer valid");
    let mut colleague = app.admin().await;
    let page = colleague.get(&paths::invite(super::support::only_id(&app).await)).await;
    assert!(page.text("main").contains("opens nothing at the moment"), "{page:?}");
    colleague.submit("#send-again-form", &[]).await.assert_status(200);
    let newer = super::support::newest_link(&app, EMAIL).await;
    assert!(app.anonymous().get(&newer).await.has("#accept-form"));
}

async fn whoever_is_signed_in_is_told_to_sign_out_first(app: TestApp) {
    let mut admin = app.admin().await;
    let link = invited(&app, &mut admin, EMAIL, Role::Member).await;
    let page = admin.get(&link).await;
    assert_eq!(page.text("h1"), "You are signed in already");
    let forged = [("csrf", admin.csrf()), ("name", NAME.to_owned()), ("password", PASSWORD.to_owned())];
    admin.send(admin.request(Method::POST, paths::INVITE).form(&forged)).await.assert_status(303);
    assert!(user(&app, EMAIL).await.is_none());
    admin.submit("#sign-out-form", &[]).await.assert_status(200);
    assert_eq!(accept(&mut admin, &link, NAME, PASSWORD).await.path, paths::LOGIN);
}

async fn looking_and_accepting_have_their_limits(app: TestApp) {
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    let mut visitor = app.anonymous();
    for _ in 0..10 {
        visitor.get(&link).await.assert_status(200);
    }
    let refused = app.anonymous().get(&link).await;
    assert_eq!(refused.assert_status(429).header("retry-after"), Some("60"));
    for _ in 0..5 {
        visitor.submit("#accept-form", &[("name", NAME), ("password", "weak")]).await.assert_status(422);
    }
    let page =
        visitor.send(visitor.prepare("#accept-form", &[("name", NAME), ("password", PASSWORD)], &[])).await;
    assert_eq!(page.assert_status(429).header("retry-after"), Some("300"));
    assert!(user(&app, EMAIL).await.is_none());
    app.clock.advance(TimeDelta::minutes(5));
    let page = visitor.submit("#accept-form", &[("name", NAME), ("password", PASSWORD)]).await;
    assert_eq!(page.path, paths::LOGIN);
    let counted = app.metrics.text().unwrap();
    for line in [
        "rate_limit_exceeded_total{endpoint=\"invite_validate\"} 1",
        "rate_limit_exceeded_total{endpoint=\"invite_accept\"} 1",
    ] {
        assert!(counted.contains(line), "{counted}");
    }
}

async fn an_erasure_takes_the_person_out_of_invites_and_files(app: TestApp) {
    let mut admin = app.admin().await;
    let replaced = invited(&app, &mut admin, "ADA@demo.test", Role::Member).await;
    drop(replaced);
    super::support::upload(&mut admin, b"email,role,name\nAda@demo.test,member,Ada\n").await;
    let link = invited(&app, &mut admin, EMAIL, Role::Member).await;
    accept(&mut app.anonymous(), &link, NAME, PASSWORD).await.assert_status(200);
    let due = "UPDATE users SET erase_at = created_at WHERE email_key = 'ada@demo.test'";
    app.db.write(move |c| diesel::sql_query(due).execute(c)).await.unwrap();
    app.run_jobs().await;
    assert!(user(&app, EMAIL).await.is_none());
    let invites = super::support::all(&app, &app.organization().await).await;
    assert_eq!(invites.len(), 2);
    assert!(invites.iter().all(|one| one.email.as_str().ends_with("@erased.invalid")), "{invites:?}");
    let rows: Vec<(String, String)> = app
        .read(|c| {
            use frontdesk::db::schema::invite_batch_rows::dsl;
            dsl::invite_batch_rows.select((dsl::email, dsl::name)).load(c)
        })
        .await;
    assert!(
        rows.iter().all(|(email, name)| email.ends_with("@erased.invalid") && name.is_empty()),
        "{rows:?}"
    );
}

async fn the_link_leaves_the_address_bar(app: TestApp) {
    let link = invited(&app, &mut app.admin().await, EMAIL, Role::Member).await;
    let browser = app.anonymous();
    let answer = browser.send(browser.request(Method::GET, &link)).await;
    assert_eq!(answer.assert_status(303).header("location"), Some(paths::INVITE));
    let token = link.trim_start_matches("/invite/").to_owned();
    assert_eq!(token.len(), 64);
    let kept: i64 = app
        .read(move |c| {
            use frontdesk::db::schema::one_time_tokens::dsl;
            let hash = accounts::tokens::fingerprint(&token);
            dsl::one_time_tokens.filter(dsl::hash.eq(hash)).count().get_result(c)
        })
        .await;
    assert_eq!(kept, 1, "only the hash of the token is kept");
}
