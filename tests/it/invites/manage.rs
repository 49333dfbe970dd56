//! The console's side: inviting, seeing, sending again, taking back.

use chrono::TimeDelta;
use frontdesk::access::Role;
use frontdesk::accounts::invites::State;
use frontdesk::paths;
use reqwest::Method;

use super::support::{EMAIL, NAME, PASSWORD, accept, all, audited, invited, newest_link, only_id, send_form};
use crate::harness::{TestApp, both_engines};

both_engines!(
    the_invitation_names_the_inviter_the_role_and_its_end,
    a_refused_form_keeps_what_was_typed,
    an_address_with_an_account_here_is_told_and_one_elsewhere_is_not,
    an_administrator_gives_every_role_but_operator,
    inviting_staff_asks_for_a_fresh_factor_and_inviting_a_member_does_not,
    a_newer_invite_for_an_address_takes_the_place_of_the_older,
    a_revoked_invite_opens_nothing_and_cannot_be_revoked_twice,
    sending_again_makes_a_new_link_and_a_new_end,
    an_invite_is_sent_again_three_times_an_hour_at_most,
    an_expired_invite_can_be_sent_again_by_somebody_else,
    the_list_has_its_tabs_search_and_pages,
    an_invite_of_another_organization_is_not_there,
);

async fn the_invitation_names_the_inviter_the_role_and_its_end(app: TestApp) {
    let admin = app.add_person(Role::Admin, &app.organization().await).await;
    let mut browser = app.browser_of(&admin).await;
    let page = send_form(&mut browser, "Ada@Demo.test", Role::Reviewer).await;
    assert!(page.body().contains("The invitation to Ada@demo.test is on its way."), "{page:?}");
    assert_eq!(page.texts("tbody tr").len(), 1, "{page:?}");
    let letter = app.only_mail_to("Ada@demo.test").await;
    for words in [admin.name.as_str(), "Reviewer", "9 March 2026", "Analytical Society"] {
        assert!(letter.text.contains(words), "{words} in {}", letter.text);
    }
    let id = only_id(&app).await;
    let page = browser.get(&paths::invite(&id)).await;
    assert_eq!(page.text("h1"), "Ada@demo.test");
    assert!(page.text("main").contains("Sent the invitation."), "{page:?}");
    let entries = audited(&app, "invite").await;
    assert_eq!((entries[0].0.as_str(), &entries[0].1), ("invite.created", &admin.name));
    assert!(!entries[0].2.as_ref().unwrap().to_lowercase().contains("ada@"), "no address in the audit log");
    assert!(app.metrics.text().unwrap().contains("invites_created_total 1"));
}

async fn a_refused_form_keeps_what_was_typed(app: TestApp) {
    let mut admin = app.admin().await;
    admin.get(paths::INVITE_NEW).await;
    let page = admin.submit("#invite-form", &[("email", "ada@"), ("name", NAME)]).await;
    page.assert_status(422);
    assert_eq!(page.attribute("#email", "value"), "ada@");
    assert_eq!(page.attribute("#name", "value"), NAME);
    assert!(page.text(".error-summary").contains("Choose a role."), "{page:?}");
    let page =
        admin.submit("#invite-form", &[("email", EMAIL), ("role", "analyst"), ("name", "\u{202E}adA")]).await;
    page.assert_status(422);
    assert!(page.has("#role-2[checked]"), "{page:?}");
    assert_eq!(app.count("invites").await, 0);
}

async fn an_address_with_an_account_here_is_told_and_one_elsewhere_is_not(app: TestApp) {
    let mut admin = app.admin().await;
    let here = app.add_person(Role::Member, &app.organization().await).await;
    let page = send_form(&mut admin, &here.email.to_uppercase(), Role::Member).await;
    page.assert_status(422);
    assert!(page.text(".error-summary").contains("has an account here already"), "{page:?}");
    let elsewhere = app.add_organization("elsewhere").await;
    let there = app.add_person(Role::Member, &elsewhere).await;
    let known = send_form(&mut admin, &there.email, Role::Member).await;
    let unknown = send_form(&mut admin, "nobody@demo.test", Role::Member).await;
    assert_eq!((known.status, known.path), (unknown.status, unknown.path));
    let mut visitor = app.anonymous();
    let page = accept(&mut visitor, &newest_link(&app, &there.email).await, NAME, PASSWORD).await;
    assert_eq!(page.text("h1"), "You have an account already");
    let invites = all(&app, &app.organization().await).await;
    assert!(invites.iter().all(|invite| invite.state(app.clock.now()) == State::Open), "{invites:?}");
}

async fn an_administrator_gives_every_role_but_operator(app: TestApp) {
    let mut admin = app.admin().await;
    let page = admin.get(paths::INVITE_NEW).await;
    assert!(page.has("input[name=role][value=admin]") && !page.has("input[name=role][value=operator]"));
    let forged = [("csrf", admin.csrf()), ("email", EMAIL.to_owned()), ("role", "operator".to_owned())];
    let page = admin.send(admin.request(Method::POST, paths::INVITES).form(&forged)).await;
    page.assert_status(422);
    assert_eq!(app.count("invites").await, 0);
    let mut operator = app.signed_in(Role::Operator).await;
    invited(&app, &mut operator, EMAIL, Role::Operator).await;
    let id = only_id(&app).await;
    assert!(!admin.get(&paths::invite(&id)).await.has("#send-again-form"));
    let csrf = [("csrf", admin.csrf())];
    let again = admin.request(Method::POST, &paths::invite_send_again(&id)).form(&csrf);
    admin.send(again).await.assert_status(303);
    let page = admin.get(&paths::invite(&id)).await;
    assert!(page.body().contains("Only an operator may give this role."), "{page:?}");
    assert_eq!(app.mail_to(EMAIL).await.len(), 1);
}

async fn inviting_staff_asks_for_a_fresh_factor_and_inviting_a_member_does_not(app: TestApp) {
    let mut admin = app.admin().await;
    app.clock.advance(TimeDelta::minutes(11));
    let page = admin.get(paths::INVITE_NEW).await;
    assert!(page.text("main").contains("Confirm that it is you"), "{page:?}");
    let request = admin.prepare("#invite-form", &[("email", EMAIL), ("role", "support")], &[]);
    let page = admin.send(request).await;
    page.assert_status(307);
    assert!(page.header("location").unwrap().starts_with("/account/confirm"), "{page:?}");
    assert_eq!(app.count("invites").await, 0);
    invited(&app, &mut admin, EMAIL, Role::Member).await;
}

async fn a_newer_invite_for_an_address_takes_the_place_of_the_older(app: TestApp) {
    let mut admin = app.admin().await;
    let older = invited(&app, &mut admin, EMAIL, Role::Member).await;
    app.clock.advance(TimeDelta::minutes(1));
    let newer = invited(&app, &mut admin, "ADA@demo.test", Role::Reviewer).await;
    assert_eq!(app.anonymous().get(&older).await.text("h1"), "This invite is no longer valid");
    let page = app.anonymous().get(&newer).await;
    assert!(page.text("main").contains("Reviewer"), "{page:?}");
    let states: Vec<State> =
        all(&app, &app.organization().await).await.iter().map(|one| one.state(app.clock.now())).collect();
    assert_eq!(states, [State::Open, State::Revoked]);
}

async fn a_revoked_invite_opens_nothing_and_cannot_be_revoked_twice(app: TestApp) {
    let mut admin = app.admin().await;
    let link = invited(&app, &mut admin, EMAIL, Role::Member).await;
    let mut early = app.anonymous();
    early.get(&link).await.assert_status(200);
    let id = only_id(&app).await;
    admin.get(&paths::invite(&id)).await;
    let again = admin.prepare("#revoke-form", &[], &[]);
    let page = admin.submit("#revoke-form", &[]).await;
    assert!(page.body().contains("was revoked") && !page.has("#send-again-form"), "{page:?}");
    admin.send(again).await.assert_status(303);
    let page = early.submit("#accept-form", &[("name", NAME), ("password", PASSWORD)]).await;
    assert_eq!(page.text("h1"), "This invite is no longer valid");
    assert_eq!(app.anonymous().get(&link).await.text("h1"), "This invite is no longer valid");
    let actions: Vec<String> = audited(&app, "invite").await.into_iter().map(|entry| entry.0).collect();
    assert_eq!(actions, ["invite.created", "invite.revoked"]);
}

async fn sending_again_makes_a_new_link_and_a_new_end(app: TestApp) {
    let mut admin = app.admin().await;
    let older = invited(&app, &mut admin, EMAIL, Role::Member).await;
    app.clock.advance(TimeDelta::days(3));
    let mut admin = app.admin().await;
    admin.get(&paths::invite(only_id(&app).await)).await;
    let page = admin.submit("#send-again-form", &[]).await;
    assert!(page.body().contains("A new link is on its way to ada@demo.test."), "{page:?}");
    assert!(page.text("main").contains("2 times"), "{page:?}");
    let newer = newest_link(&app, EMAIL).await;
    assert_ne!(newer, older);
    assert_eq!(app.anonymous().get(&older).await.text("h1"), "This invite has expired");
    app.clock.advance(TimeDelta::days(6));
    let page = accept(&mut app.anonymous(), &newer, NAME, PASSWORD).await;
    assert_eq!(page.path, paths::LOGIN, "{page:?}");
}

async fn an_invite_is_sent_again_three_times_an_hour_at_most(app: TestApp) {
    let mut admin = app.admin().await;
    invited(&app, &mut admin, EMAIL, Role::Member).await;
    let id = only_id(&app).await;
    for _ in 0..3 {
        admin.get(&paths::invite(&id)).await;
        admin.submit("#send-again-form", &[]).await.assert_status(200);
    }
    admin.get(&paths::invite(&id)).await;
    let page = admin.submit("#send-again-form", &[]).await;
    assert_eq!(page.assert_status(429).header("retry-after"), Some("3600"));
    assert_eq!(app.mail_to(EMAIL).await.len(), 4);
}

async fn an_expired_invite_can_be_sent_again_by_somebody_else(app: TestApp) {
    let mut admin = app.admin().await;
    let link = invited(&app, &mut admin, EMAIL, Role::Member).await;
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(app.anonymous().get(&link).await.text("h1"), "This invite has expired");
    let colleague = app.add_person(Role::Admin, &app.organization().await).await;
    let mut browser = app.browser_of(&colleague).await;
    let page = browser.get(&paths::invite(only_id(&app).await)).await;
    assert!(page.text("main").contains("Expired") && !page.has("#revoke-form"), "{page:?}");
    let page = browser.submit("#send-again-form", &[]).await;
    assert!(page.text("main").contains(&colleague.name), "{page:?}");
    let page = app.anonymous().get(&newest_link(&app, EMAIL).await).await;
    assert!(page.text("main").contains(&colleague.name), "{page:?}");
}

async fn the_list_has_its_tabs_search_and_pages(app: TestApp) {
    let mut admin = app.admin().await;
    let expiring = invited(&app, &mut admin, "late@demo.test", Role::Member).await;
    drop(expiring);
    app.clock.advance(TimeDelta::days(7));
    let mut admin = app.admin().await;
    let taken = invited(&app, &mut admin, EMAIL, Role::Member).await;
    accept(&mut app.anonymous(), &taken, NAME, PASSWORD).await.assert_status(200);
    invited(&app, &mut admin, "gone@demo.test", Role::Member).await;
    let page = admin.get(&format!("{}?q=gone", paths::INVITES)).await;
    let gone = page.attribute("tbody a", "href");
    admin.get(&gone).await;
    admin.submit("#revoke-form", &[]).await.assert_status(200);
    for number in 1..=51 {
        app.clock.advance(TimeDelta::seconds(1));
        send_form(&mut admin, &format!("person{number}@demo.test"), Role::Member).await.assert_status(200);
    }
    let page = admin.get(paths::INVITES).await;
    assert_eq!(page.texts("tbody tr").len(), 50);
    assert!(page.text("#tab-open").contains("51"), "{page:?}");
    let older = page.attribute("#page-older", "href");
    assert_eq!(admin.get(&older).await.texts("tbody a"), ["person1@demo.test"]);
    for (state, address) in
        [("accepted", EMAIL), ("expired", "late@demo.test"), ("revoked", "gone@demo.test")]
    {
        let page = admin.get(&format!("{}?state={state}", paths::INVITES)).await;
        assert_eq!(page.texts("tbody a"), [address], "{state}");
    }
    let page = admin.get(&format!("{}?state=all&q=LATE%40", paths::INVITES)).await;
    assert_eq!(page.texts("tbody a"), ["late@demo.test"]);
    let page = admin.get(&format!("{}?state=all&q=100%25", paths::INVITES)).await;
    assert!(page.body().contains("Nothing matches"), "{page:?}");
}

async fn an_invite_of_another_organization_is_not_there(app: TestApp) {
    let mut admin = app.admin().await;
    invited(&app, &mut admin, EMAIL, Role::Member).await;
    let id = only_id(&app).await;
    let elsewhere = app.add_organization("elsewhere").await;
    let stranger = app.add_person(Role::Admin, &elsewhere).await;
    let mut browser = app.browser_of(&stranger).await;
    let csrf = browser.get(paths::ACCOUNT).await.attribute("meta[name=csrf-token]", "content");
    for (method, path) in [
        (Method::GET, paths::invite(&id)),
        (Method::POST, paths::invite_revoke(&id)),
        (Method::POST, paths::invite_send_again(&id)),
        (Method::DELETE, format!("/api/v1/invites/{id}")),
    ] {
        let request = browser.request(method, &path).header("x-csrf-token", &csrf);
        browser.send(request).await.assert_status(404);
    }
    assert!(!browser.get(&format!("{}?state=all", paths::INVITES)).await.body().contains(EMAIL));
    assert_eq!(all(&app, &elsewhere).await.len(), 0);
    assert_eq!(all(&app, &app.organization().await).await[0].state(app.clock.now()), State::Open);
}
